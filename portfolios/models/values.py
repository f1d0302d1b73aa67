"""Where daily values are stored: today's by the month, and ended ones day by day.

There are millions of daily values, and as rows of their own most of what PostgreSQL did was to keep
rows: a month of them is one row here, with a column of the month as an array.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portfolios.models.columns import BOUND, amount_field, bounded


class ValueState(models.TextChoices):
    EXACT = "exact", "Exact"
    PARTIAL = "partial", "Partial"
    STALE = "stale", "Stale"
    ESTIMATED = "estimated", "Estimated"
    WITHHELD = "withheld", "Withheld"


# A state is stored as its place among these; migration 0016 spells them out too.
STATES: Final = tuple(ValueState.values)


def _portfolio() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,  # a trigger looks once a statement: a key looks once a row
    )


def _array(element: models.Field[Any, Any], *, may_lack: bool = False) -> ArrayField[Any, Any]:
    return ArrayField(element, null=may_lack)


class MonthlyValues(models.Model):
    """The current daily values of a portfolio's month, an element a day in every array.

    days: of the month, ascending. packs: the seal number of the pack of each day; heads: the
    market head from which each value stands. Money is counted in coins of `coin` each; what the
    positions are worth is `totals` − `cash`. An element is null where it is not known, a whole
    array where there is nothing to say: no receivable and no flow on any day, all states exact,
    all coverages 1. The database holds the arrays to all this (migration 0016).
    """

    portfolio = _portfolio()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    coin = models.DecimalField(max_digits=11, decimal_places=10)
    days = _array(models.SmallIntegerField())
    packs = _array(models.BigIntegerField())
    heads = _array(models.BigIntegerField())
    totals = _array(models.BigIntegerField(null=True))
    cash = _array(models.BigIntegerField())
    returns = _array(models.FloatField(null=True))
    receivables = _array(models.BigIntegerField(null=True), may_lack=True)
    inflows = _array(models.BigIntegerField(null=True), may_lack=True)
    outflows = _array(models.BigIntegerField(null=True), may_lack=True)
    states = _array(models.SmallIntegerField(), may_lack=True)
    coverages = _array(models.FloatField(), may_lack=True)

    class Meta:
        verbose_name_plural = "monthly values"
        ordering = ("portfolio_id", "month")
        constraints = (
            models.UniqueConstraint(fields=("portfolio", "month"), name="monthly_values_once"),
        )

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.month}"


class DailyValue(models.Model):
    """What is said of one close, wherever it is read from."""

    total_value = amount_field(null=True)
    positions_value = amount_field(null=True)
    cash_balance = amount_field(null=True)
    receivable_balance = amount_field(null=True)
    inflow = amount_field(null=True)
    outflow = amount_field(null=True)
    time_weighted_return = models.FloatField(null=True)
    state = models.CharField(max_length=16, choices=ValueState.choices)
    coverage = models.FloatField()
    currency = models.CharField(max_length=3)
    from_head = models.BigIntegerField()

    class Meta:
        abstract = True


class EndedDailyValue(DailyValue):
    """A value that a restatement ended: it stood before `to_head`, and old reports read it."""

    portfolio = _portfolio()
    asof_date = models.DateField()
    pack = models.ForeignKey(
        "market.PricingPack",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # packs are sealed and stay
        db_constraint=False,
    )
    to_head = models.BigIntegerField()

    class Meta:
        ordering = ("portfolio_id", "asof_date", "from_head")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "asof_date", "from_head"), name="daily_value_once"
            ),
            models.CheckConstraint(
                condition=Q(to_head__gt=F("from_head")), name="daily_value_stood"
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
