"""What a statement asserts, and where the ledger says otherwise."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from portfolios.models.columns import amount_field, bounded


class BalanceAssertion(models.Model):
    """A balance that a broker's file states for the close of a day. Written once.

    CASH names a currency, QUANTITY a security, NAV neither: it is in `currency` too. An empty
    account speaks of the whole portfolio.
    """

    class Kind(models.TextChoices):
        CASH = "cash", "Cash"
        QUANTITY = "quantity", "Quantity held"
        NAV = "nav", "Net asset value"

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.PROTECT, related_name="assertions"
    )
    import_run = models.ForeignKey(
        "portfolios.ImportRun",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assertions",
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    asof_date = models.DateField()
    account = models.CharField(max_length=64, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    security = models.ForeignKey(
        "market.Security", null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    amount = amount_field()
    source = models.CharField(max_length=64)
    row = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("portfolio_id", "asof_date", "id")
        constraints = (
            models.UniqueConstraint(
                fields=(
                    "portfolio",
                    "import_run",
                    "kind",
                    "asof_date",
                    "account",
                    "currency",
                    "security",
                ),
                nulls_distinct=False,
                name="assertion_once_a_run",
            ),
            models.CheckConstraint(condition=bounded("amount"), name="assertion_finite"),
            models.CheckConstraint(
                condition=Q(kind="quantity", security__isnull=False)
                | (~Q(kind="quantity") & Q(security__isnull=True) & ~Q(currency="")),
                name="assertion_names_its_subject",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} on {self.asof_date}"


class ReconciliationResult(models.Model):
    """One comparison that did not hold, or holds again. `key` names what was compared."""

    class Code(models.TextChoices):
        MISSING_POSITION = "MISSING_POSITION", "Position missing"
        QUANTITY_MISMATCH = "QUANTITY_MISMATCH", "Quantity differs"
        COST_MISMATCH = "COST_MISMATCH", "Cost differs"
        VALUATION_MISMATCH = "VALUATION_MISMATCH", "Value differs"
        CASH_MISMATCH = "CASH_MISMATCH", "Cash differs"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        RESOLVED = "resolved", "Resolved"
        ACCEPTED = "accepted", "Accepted with a reason"

    portfolio = models.ForeignKey(
        "portfolios.Portfolio", on_delete=models.CASCADE, related_name="reconciliation_results"
    )
    key = models.CharField(max_length=200)
    code = models.CharField(max_length=24, choices=Code.choices)
    asof_date = models.DateField()
    assertion = models.ForeignKey(
        BalanceAssertion, null=True, blank=True, on_delete=models.PROTECT, related_name="results"
    )
    expected = amount_field(null=True)
    actual = amount_field(null=True)
    error_bps = amount_field(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    message = models.TextField()
    note = models.CharField(max_length=500, blank=True, default="")
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("portfolio_id", "-asof_date", "key")
        constraints = (
            models.UniqueConstraint(fields=("portfolio", "key"), name="reconciliation_key_once"),
            models.CheckConstraint(
                condition=bounded("expected", "actual", "error_bps"),
                name="reconciliation_finite",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.key}"
