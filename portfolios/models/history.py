"""The value of a portfolio on each day that has a pack: a projection of ledger and packs."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from portfolios.models.columns import BOUND, amount_field, bounded


class DailyValueQuerySet(models.QuerySet["PortfolioDailyValue"]):
    def current(self) -> Self:
        return self.filter(to_head=None)

    def of_all_heads(self) -> Self:
        """Every revision. Current rows and ended ones have an index each, and one of the two is
        used only where a question says which it means."""
        return self.filter(Q(to_head=None) | Q(to_head__gt=F("from_head")))

    def as_known_at(self, market_head: int) -> Self:
        """The rows that stood when the newest seal bore this number: at most one a day."""
        ended_later = Q(to_head=None) | Q(to_head__gt=market_head)
        return self.filter(ended_later, from_head__lte=market_head)


class CurrentValues(models.Manager.from_queryset(DailyValueQuerySet)):  # type: ignore[misc]
    """One row a day: whoever asks without a market head means today's."""

    def get_queryset(self) -> DailyValueQuerySet:
        return DailyValueQuerySet(self.model, using=self._db).current()


class PortfolioDailyValue(models.Model):
    """One close. Null where it cannot be known; `cash_balance` holds pending and receivable.

    A return may be below −1: an overdrawn portfolio owes more than it has.

    A row stands from the market head it was computed at until a restatement made another one:
    for the heads from `from_head` up to, not including, `to_head`. `objects` are today's rows,
    `revisions` all of them.
    """

    class State(models.TextChoices):
        EXACT = "exact", "Exact"
        PARTIAL = "partial", "Partial"
        STALE = "stale", "Stale"
        ESTIMATED = "estimated", "Estimated"
        WITHHELD = "withheld", "Withheld"

    portfolio = models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        related_name="daily_values",
        db_index=False,
        db_constraint=False,  # a trigger looks once a statement: a key looks once a row
    )
    asof_date = models.DateField()
    pack = models.ForeignKey(
        "market.PricingPack",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # packs are sealed and stay
        db_constraint=False,
    )
    total_value = amount_field(null=True)
    positions_value = amount_field(null=True)
    cash_balance = amount_field(null=True)
    receivable_balance = amount_field(null=True)
    inflow = amount_field(null=True)
    outflow = amount_field(null=True)
    time_weighted_return = models.FloatField(null=True)
    state = models.CharField(max_length=16, choices=State.choices)
    coverage = models.FloatField()
    currency = models.CharField(max_length=3)
    from_head = models.BigIntegerField()
    to_head = models.BigIntegerField(null=True)

    objects = CurrentValues()
    revisions = models.Manager.from_queryset(DailyValueQuerySet)()

    class Meta:
        ordering = ("portfolio_id", "asof_date", "from_head")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "asof_date", "from_head"),
                condition=Q(to_head__isnull=False),  # of the others there is one
                name="daily_value_once",
            ),
            models.UniqueConstraint(
                fields=("portfolio", "asof_date"),
                condition=Q(to_head=None),
                name="daily_value_one_current",
            ),
            models.CheckConstraint(
                condition=Q(to_head__isnull=True) | Q(to_head__gt=F("from_head")),
                name="daily_value_stood",
            ),
            models.CheckConstraint(
                condition=Q(total_value__isnull=True)
                | Q(total_value=F("positions_value") + F("cash_balance")),
                name="daily_value_adds_up",
            ),
            models.CheckConstraint(
                condition=bounded(
                    "total_value",
                    "positions_value",
                    "cash_balance",
                    "receivable_balance",
                    "inflow",
                    "outflow",
                ),
                name="daily_value_finite",
            ),
            models.CheckConstraint(
                condition=Q(coverage__gte=0, coverage__lte=1), name="daily_value_coverage"
            ),
            models.CheckConstraint(
                condition=Q(time_weighted_return__isnull=True)
                | Q(
                    time_weighted_return__gte=-float(BOUND), time_weighted_return__lte=float(BOUND)
                ),
                name="daily_value_return_finite",
            ),
        )

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.asof_date}"


class HistoryState(models.Model):
    """What the daily values were computed from, so a reader can tell whether they still hold.

    reconciled_head is the newest ledger head that was replayed entry by entry and agreed with all
    that is stored; reconciled_sums is what was stored then, as one hash.
    """

    portfolio = models.OneToOneField(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="history_state",
    )
    ledger_seq = models.PositiveIntegerField()
    ledger_commit_hash = models.CharField(max_length=64)
    settings_hash = models.CharField(max_length=64)
    built_at = models.DateTimeField(auto_now=True)
    reconciled_head = models.CharField(max_length=64, blank=True, default="")
    reconciled_sums = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.portfolio_id} at {self.ledger_seq}"
