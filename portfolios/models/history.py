"""The value of a portfolio on each day that has a pack: a projection of ledger and packs."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from portfolios.models.values import DailyValue


class DailyValueQuerySet(models.QuerySet["PortfolioDailyValue"]):
    def current(self) -> Self:
        return self.filter(to_head=None)

    def as_known_at(self, market_head: int) -> Self:
        """The rows that stood when the newest seal bore this number: at most one a day."""
        ended_later = Q(to_head=None) | Q(to_head__gt=market_head)
        return self.filter(ended_later, from_head__lte=market_head)


class CurrentValues(models.Manager.from_queryset(DailyValueQuerySet)):  # type: ignore[misc]
    """One row a day: whoever asks without a market head means today's."""

    def get_queryset(self) -> DailyValueQuerySet:
        return DailyValueQuerySet(self.model, using=self._db).current()


class PortfolioDailyValue(DailyValue):
    """One close. Null where it cannot be known; `cash_balance` holds pending and receivable.

    A return may be below −1: an overdrawn portfolio owes more than it has.

    A row stands from the market head it was computed at until a restatement made another one:
    for the heads from `from_head` up to, not including, `to_head`. `objects` are today's rows,
    `revisions` all of them.

    This is a view, for reading: today's rows lie in `MonthlyValues`, a row a month, and the others
    in `EndedDailyValue`. A question that names portfolios finds them by the keys of both, and one
    that names months opens no others.
    """

    pk = models.CompositePrimaryKey("portfolio_id", "asof_date", "from_head")
    portfolio = models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.DO_NOTHING,
        related_name="daily_values",
        db_constraint=False,
    )
    asof_date = models.DateField()
    pack = models.ForeignKey(
        "market.PricingPack", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    to_head = models.BigIntegerField(null=True)
    month = models.DateField()

    objects = CurrentValues()
    revisions = models.Manager.from_queryset(DailyValueQuerySet)()

    class Meta:
        managed = False
        db_table = "portfolios_portfoliodailyvalue"
        ordering = ("portfolio_id", "asof_date", "from_head")

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
