"""The append-only ledger: entries chained by hash, and the anchors that guard its tail.

An entry is written once. A mistake is mended by a reversal and a new entry. Application
roles hold no right to update or delete here, and a trigger refuses it to everyone else.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from portfolios.calc.booking.groups import EVERY_HOLDER
from portfolios.models.columns import (
    amount_field,
    bounded,
    digest,
    positive,
    quantity_field,
    rate_field,
)


class EntryType(models.TextChoices):
    BUY = "BUY", "Purchase"
    SELL = "SELL", "Sale"
    SHORT_SALE = "SHORT_SALE", "Short sale"
    COVER = "COVER", "Purchase to cover"
    DIVIDEND = "DIVIDEND", "Dividend"
    COUPON = "COUPON", "Coupon"
    DRIP = "DRIP", "Reinvested dividend"
    INTEREST = "INTEREST", "Interest"
    INTEREST_CHARGE = "INTEREST_CHARGE", "Interest charged"
    DEPOSIT = "DEPOSIT", "Deposit"
    WITHDRAWAL = "WITHDRAWAL", "Withdrawal"
    FEE = "FEE", "Fee"
    FEE_REFUND = "FEE_REFUND", "Fee refunded"
    TAX = "TAX", "Tax"
    TAX_REFUND = "TAX_REFUND", "Tax refunded"
    TRANSFER = "TRANSFER", "Transfer between accounts"
    TRANSFER_IN = "TRANSFER_IN", "Transfer in, in kind"
    TRANSFER_OUT = "TRANSFER_OUT", "Transfer out, in kind"
    CASH_TRANSFER = "CASH_TRANSFER", "Cash between accounts"
    DELIVERY_IN = "DELIVERY_IN", "Delivery in"
    DELIVERY_OUT = "DELIVERY_OUT", "Delivery out"
    FX_CONVERSION = "FX_CONVERSION", "Currency conversion"
    SPLIT = "SPLIT", "Split"
    REVERSE_SPLIT = "REVERSE_SPLIT", "Reverse split"
    STOCK_DIVIDEND = "STOCK_DIVIDEND", "Stock dividend"
    SPINOFF = "SPINOFF", "Spin-off"
    MERGER = "MERGER", "Merger"
    RETURN_OF_CAPITAL = "RETURN_OF_CAPITAL", "Return of capital"
    SYMBOL_CHANGE = "SYMBOL_CHANGE", "Change of symbol"
    OPENING_BALANCE = "OPENING_BALANCE", "Opening balance"
    REVERSAL = "REVERSAL", "Reversal"


TYPE_LABELS = {value: str(label) for value, label in EntryType.choices}


class Treatment(models.TextChoices):
    CARRY_OVER = "carry_over", "Cost and dates carry over"
    QUALIFYING = "qualifying", "Gain recognised up to the cash"
    TAXABLE = "taxable", "Taxed at full value"


class Jurisdiction(models.TextChoices):
    US = "US", "United States"
    CA = "CA", "Canada"
    OTHER = "OTHER", "Elsewhere"


JOINS_ACCOUNTS = Q(entry_type__in=sorted(kind.value for kind in EVERY_HOLDER)) | ~Q(to_account="")
"""The rows by which lots of several accounts depend on one another; few of a ledger's are."""


class Transaction(models.Model):
    """One ledger entry. `net_amount` is the signed effect on cash in `currency`.

    `content_hash` is what duplicates are found by. `occurrence` tells apart equal entries
    that were really meant twice; the pair is unique, so no race can import a row twice.

    Where it says `db_constraint=False`, all rows of a statement are held to what they refer to by
    one question in the end, instead of by one question a row (`migrations.0013`).
    """

    portfolio = models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.PROTECT,
        related_name="transactions",
        db_constraint=False,
        db_index=False,  # each index below begins with it
    )
    seq = models.PositiveIntegerField()
    entry_type = models.CharField(max_length=24, choices=EntryType.choices)
    transaction_date = models.DateField()
    settlement_date = models.DateField(null=True, blank=True)
    ex_date = models.DateField(null=True, blank=True)
    pay_date = models.DateField(null=True, blank=True)
    security = models.ForeignKey(
        "market.Security",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # asked for within a portfolio: `transaction_of_lots`
    )
    account = models.CharField(max_length=64, default="main")
    quantity = quantity_field(null=True, blank=True)
    price = amount_field(null=True, blank=True)
    gross_amount = amount_field(null=True, blank=True)
    fees = amount_field(default=Decimal(0))
    taxes = amount_field(default=Decimal(0))
    net_amount = amount_field(default=Decimal(0))
    currency = models.CharField(max_length=3, blank=True, default="")
    fx_rate = rate_field(null=True, blank=True)
    to_amount = amount_field(null=True, blank=True)
    to_currency = models.CharField(max_length=3, blank=True, default="")
    new_shares = quantity_field(null=True, blank=True)
    old_shares = quantity_field(null=True, blank=True)
    cost_basis = amount_field(null=True, blank=True)
    cash_account = models.CharField(max_length=64, blank=True, default="")
    to_account = models.CharField(max_length=64, blank=True, default="")
    security_currency = models.CharField(max_length=3, blank=True, default="")
    gross_amount_security = amount_field(null=True, blank=True)
    settlement_fx_rate = rate_field(null=True, blank=True)
    to_security = models.ForeignKey(
        "market.Security",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # likewise: `transaction_to_security`
    )
    to_price = amount_field(null=True, blank=True)
    cost_fraction = rate_field(null=True, blank=True)
    treatment = models.CharField(max_length=16, blank=True, default="", choices=Treatment.choices)
    jurisdiction = models.CharField(
        max_length=8, blank=True, default="", choices=Jurisdiction.choices
    )
    lot_picks = models.JSONField(null=True, blank=True)
    carried_lots = models.JSONField(null=True, blank=True)
    lot_label = models.CharField(max_length=64, blank=True, default="")
    holding_start = models.DateField(null=True, blank=True)
    link_id = models.CharField(max_length=64, blank=True, default="")
    corporate_action = models.ForeignKey(
        "market.CorporateAction",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # never asked for
    )
    narration = models.CharField(max_length=500, blank=True, default="")
    external_id = models.CharField(max_length=128, blank=True, default="")
    content_hash = models.CharField(max_length=64)
    occurrence = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=64)
    estimated_reason = models.CharField(max_length=64, blank=True, default="")
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    import_run = models.ForeignKey(
        "portfolios.ImportRun",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transactions",
        db_constraint=False,
        db_index=False,  # `transaction_of_run`
    )
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # never asked for
    )

    class Meta:
        ordering = ("portfolio_id", "seq")
        constraints = (
            models.UniqueConstraint(fields=("portfolio", "seq"), name="transaction_seq"),
            models.UniqueConstraint(
                fields=("portfolio", "content_hash", "occurrence"), name="transaction_content"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="transaction_seq_positive"),
            models.CheckConstraint(
                condition=Q(entry_type__in=EntryType.values), name="transaction_type_known"
            ),
            models.CheckConstraint(
                condition=positive("quantity") & positive("new_shares") & positive("old_shares"),
                name="transaction_quantity_positive",
            ),
            models.CheckConstraint(
                condition=positive("price") & positive("fx_rate") & positive("to_amount"),
                name="transaction_price_positive",
            ),
            models.CheckConstraint(
                condition=positive("to_price") & positive("settlement_fx_rate"),
                name="transaction_other_price_positive",
            ),
            models.CheckConstraint(
                condition=Q(cost_fraction__isnull=True)
                | Q(cost_fraction__gte=0, cost_fraction__lte=1),
                name="transaction_cost_fraction_is_one",
            ),
            models.CheckConstraint(
                condition=bounded("gross_amount_security"),
                name="transaction_foreign_amount_finite",
            ),
            models.CheckConstraint(
                condition=bounded("gross_amount", "fees", "taxes", "net_amount", "cost_basis"),
                name="transaction_amounts_finite",
            ),
            models.CheckConstraint(
                condition=Q(entry_type="REVERSAL", reverses__isnull=False)
                | (~Q(entry_type="REVERSAL") & Q(reverses__isnull=True)),
                name="transaction_reversal_names_entry",
            ),
            models.CheckConstraint(
                condition=digest("entry_hash") & digest("previous_hash"),
                name="transaction_hash_shape",
            ),
        )
        indexes = (
            models.Index(
                fields=("portfolio", "transaction_date", "seq"), name="transaction_by_day"
            ),
            models.Index(
                fields=("portfolio", "security", "account"),
                condition=Q(security__isnull=False),
                name="transaction_of_lots",
            ),
            models.Index(
                fields=("portfolio", "security"),
                condition=JOINS_ACCOUNTS,
                name="transaction_joins_accounts",
            ),
            models.Index(
                fields=("portfolio", "to_security"),
                condition=Q(to_security__isnull=False),
                name="transaction_to_security",
            ),
            models.Index(
                fields=("portfolio", "link_id"),
                condition=~Q(link_id=""),
                name="transaction_link",
            ),
            # The rows of a run lie together and later runs behind, so a range of pages is enough.
            BrinIndex(fields=("import_run",), autosummarize=True, name="transaction_of_run"),
        )

    def __str__(self) -> str:
        return f"{self.seq} {self.entry_type} {self.transaction_date}"

    @property
    def type_label(self) -> str:
        """The type in words. `get_entry_type_display` sorts all choices anew for each row."""
        return TYPE_LABELS[self.entry_type]

    @property
    def price_currency(self) -> str:
        """What the price is in: the security's currency where cash moves in another."""
        return self.security_currency or self.currency

    @property
    def reversal(self) -> Transaction | None:
        """The entry that cancels this one, if any does."""
        return getattr(self, "reversed_by", None)


class LedgerAnchor(models.Model):
    """The head after each append. A cut tail leaves an anchor whose entry is gone."""

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.PROTECT, related_name="anchors"
    )
    seq = models.PositiveIntegerField()
    entry_hash = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("portfolio_id", "seq")
        constraints = (models.UniqueConstraint(fields=("portfolio", "seq"), name="anchor_seq"),)

    def __str__(self) -> str:
        return f"{self.portfolio_id} at {self.seq}"
