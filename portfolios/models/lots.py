"""Lots and their closures: projections of the ledger, rebuilt at will, never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from portfolios.models.columns import BOUND, amount_field, bounded, quantity_field, rate_field


class Lot(models.Model):
    """One acquisition. The costs are those of the part still open; null means unknown.

    A short lot holds positive quantities too: `is_short` says that they are owed. Its costs are
    the proceeds of its opening.
    """

    portfolio = models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        related_name="lots",
        db_constraint=False,  # as those of an entry
        db_index=False,  # each index below begins with it
    )
    security = models.ForeignKey(
        "market.Security",
        on_delete=models.RESTRICT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # asked for within a portfolio: `lot_of_security`
    )
    account = models.CharField(max_length=64, default="main")
    open_entry = models.ForeignKey(
        "portfolios.Transaction",
        on_delete=models.PROTECT,
        related_name="opened_lots",
        db_constraint=False,
    )
    label = models.CharField(max_length=64, blank=True, default="")
    lot_label = models.CharField(max_length=64, blank=True, default="")
    is_short = models.BooleanField(default=False)
    holding_start = models.DateField(null=True)
    acquisition_date = models.DateField()
    currency = models.CharField(max_length=3)
    quantity_original = quantity_field()
    quantity_open = quantity_field()
    cost_basis_local = amount_field(null=True)
    cost_basis = amount_field(null=True)
    fx_rate = rate_field(null=True)
    is_open = models.BooleanField()
    closed_date = models.DateField(null=True)

    class Meta:
        ordering = ("portfolio_id", "acquisition_date", "open_entry_id", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity_original__gt=0, quantity_original__lte=BOUND),
                name="lot_quantity_original_positive",
            ),
            models.CheckConstraint(
                condition=Q(quantity_open__gte=0, quantity_open__lte=F("quantity_original")),
                name="lot_quantity_open_within_original",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, quantity_open__gt=0, closed_date__isnull=True)
                | Q(is_open=False, quantity_open=0, closed_date__isnull=False),
                name="lot_closed_when_nothing_is_open",
            ),
            models.CheckConstraint(
                condition=bounded("cost_basis_local", "cost_basis", "fx_rate"),
                name="lot_cost_finite",
            ),
        )
        indexes = (
            models.Index(fields=("portfolio", "security"), name="lot_of_security"),
            models.Index(
                fields=("portfolio", "account", "security"),
                condition=Q(is_open=True),
                name="lot_open_in_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.security_id} {self.quantity_open}/{self.quantity_original}"


class LotClosure(models.Model):
    """A part of a lot that a sale took, with its realised result in base currency.

    The quantity is zero where money came back that was more than the lot's cost.
    """

    portfolio = models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        related_name="closures",
        db_constraint=False,
    )
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="closures")
    close_entry = models.ForeignKey(
        "portfolios.Transaction",
        on_delete=models.PROTECT,
        related_name="closures",
        db_constraint=False,
    )
    close_date = models.DateField()
    is_short = models.BooleanField(default=False)
    quantity = quantity_field()
    proceeds_local = amount_field()
    cost_local = amount_field(null=True)
    fx_open = rate_field(null=True)
    fx_close = rate_field(null=True)
    realized_pnl = amount_field(null=True)
    price_pnl = amount_field(null=True)
    fx_pnl = amount_field(null=True)
    cross_pnl = amount_field(null=True)

    class Meta:
        ordering = ("portfolio_id", "close_entry_id", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lte=BOUND),
                name="closure_quantity_not_negative",
            ),
            models.CheckConstraint(
                condition=bounded(
                    "proceeds_local",
                    "cost_local",
                    "realized_pnl",
                    "price_pnl",
                    "fx_pnl",
                    "cross_pnl",
                ),
                name="closure_amounts_finite",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of lot {self.lot_id}"


class CashBalance(models.Model):
    """What the ledger's postings leave in one account and currency: a projection like the lots."""

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.CASCADE, related_name="cash_balances"
    )
    account = models.CharField(max_length=64, default="main")
    currency = models.CharField(max_length=3)
    balance = amount_field()

    class Meta:
        ordering = ("portfolio_id", "account", "currency")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "account", "currency"), name="cash_balance_once"
            ),
            models.CheckConstraint(condition=bounded("balance"), name="cash_balance_finite"),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.balance} {self.currency}"
