"""What the night computes of every portfolio at a pack: figures, effects of currencies, flows.

These rows are written by the ten thousand, so they are lean, and what there is most of has one
index, which is its identity. A portfolio comes first in it: every question begins with one.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portfolios.models.columns import BOUND, amount_field, bounded

RETURNS = (
    "return_1d",
    "return_mtd",
    "return_qtd",
    "return_ytd",
    "return_1y",
    "return_3y",
    "return_5y",
    "return_since_inception",
)
RISKS = (
    "volatility_30d",
    "volatility_60d",
    "volatility_90d",
    "volatility_1y",
    "sharpe_ratio",
    "sortino_ratio",
    "max_drawdown",
    "current_drawdown",
    "beta",
    "alpha",
)
FIGURES = (*RETURNS, *RISKS)


def _owner(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "portfolios.Portfolio",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # the identity of a row begins with it
        **options,
    )


def _pack(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "market.PricingPack",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # packs are sealed and stay
        **options,
    )


def _finite(*names: str) -> Q:
    condition = Q()
    for name in names:
        inside = Q(**{f"{name}__gte": -float(BOUND), f"{name}__lte": float(BOUND)})
        condition &= inside | Q(**{f"{name}__isnull": True})
    return condition


class PortfolioMetrics(models.Model):
    """A portfolio's figures at the close of a day, in one pack. Null where there is none, and
    `reasons` says why, by name.

    Returns are time-weighted fractions; those of 3 and 5 years and since inception are a year's
    where there is at least one. Volatilities are a year's, over that many returns. Sharpe and
    Sortino ratio, beta and alpha are over the last 252 returns, drawdowns since inception.
    """

    portfolio = _owner()
    asof_date = models.DateField()
    pack = _pack()
    return_1d = models.FloatField(null=True)
    return_mtd = models.FloatField(null=True)
    return_qtd = models.FloatField(null=True)
    return_ytd = models.FloatField(null=True)
    return_1y = models.FloatField(null=True)
    return_3y = models.FloatField(null=True)
    return_5y = models.FloatField(null=True)
    return_since_inception = models.FloatField(null=True)
    volatility_30d = models.FloatField(null=True)
    volatility_60d = models.FloatField(null=True)
    volatility_90d = models.FloatField(null=True)
    volatility_1y = models.FloatField(null=True)
    sharpe_ratio = models.FloatField(null=True)
    sortino_ratio = models.FloatField(null=True)
    max_drawdown = models.FloatField(null=True)
    current_drawdown = models.FloatField(null=True)
    beta = models.FloatField(null=True)
    alpha = models.FloatField(null=True)
    observations = models.IntegerField()
    reasons = models.JSONField(default=dict)
    method_version = models.CharField(max_length=16)
    ledger_commit_hash = models.CharField(max_length=64)
    # What each currency gave, one element each: `CurrencyAttribution` shows them as rows.
    effect_currencies = ArrayField(models.CharField(max_length=3), default=list)
    local_effects = ArrayField(models.FloatField(), default=list)
    fx_effects = ArrayField(models.FloatField(), default=list)
    interaction_effects = ArrayField(models.FloatField(), default=list)
    effect_errors_bps = ArrayField(models.FloatField(), default=list)

    class Meta:
        verbose_name_plural = "portfolio metrics"
        ordering = ("portfolio_id", "asof_date", "pack_id")
        constraints = (
            models.UniqueConstraint(
                fields=("portfolio", "asof_date", "pack"), name="portfolio_metrics_once"
            ),
            models.CheckConstraint(
                condition=_finite(*RETURNS, "sharpe_ratio", "sortino_ratio", "beta", "alpha"),
                name="portfolio_metrics_finite",
            ),
            models.CheckConstraint(
                condition=Q(
                    volatility_30d__gte=0,
                    volatility_30d__lte=float(BOUND),
                )
                | Q(volatility_30d__isnull=True),
                name="portfolio_metrics_volatility",
            ),
            models.CheckConstraint(
                condition=Q(max_drawdown__isnull=True, current_drawdown__isnull=True)
                | Q(
                    current_drawdown__gte=0,
                    current_drawdown__lte=F("max_drawdown"),
                    max_drawdown__lte=float(BOUND),
                ),
                name="portfolio_metrics_drawdowns",
            ),
            models.CheckConstraint(
                condition=Q(observations__gte=0), name="portfolio_metrics_observations"
            ),
        )

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.asof_date}"


class CurrencyAttribution(models.Model):
    """What one currency's bucket gave to the return of one day: its market, its rate, and both.

    Fractions of the portfolio's capital. `error_bps` is how far the three lie from the bucket's
    own gain, which is taken from its values alone. A view of the figures' own arrays: a row for
    each currency would cost the night more than all of the figures.
    """

    pk = models.CompositePrimaryKey("portfolio_id", "asof_date", "pack_id", "currency")
    portfolio = models.ForeignKey("portfolios.Portfolio", models.DO_NOTHING, related_name="+")
    asof_date = models.DateField()
    pack = models.ForeignKey("market.PricingPack", models.DO_NOTHING, related_name="+")
    currency = models.CharField(max_length=3)
    local_effect = models.FloatField()
    fx_effect = models.FloatField()
    interaction_effect = models.FloatField()
    error_bps = models.FloatField()

    class Meta:
        managed = False
        db_table = "portfolios_currencyattribution"
        ordering = ("portfolio_id", "asof_date", "pack_id", "currency")

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.asof_date} {self.currency}"


class PortfolioCashFlow(models.Model):
    """Money that crossed the portfolio's border on a day, in base currency, as a pack values it.

    The database keeps these in step with the daily values, whoever writes those.
    """

    pk = models.CompositePrimaryKey("portfolio_id", "asof_date", "pack_id")
    portfolio = _owner(db_constraint=False)
    asof_date = models.DateField()
    pack = _pack(db_constraint=False)
    inflow = amount_field()
    outflow = amount_field()

    class Meta:
        ordering = ("portfolio_id", "asof_date", "pack_id")
        constraints = (
            models.CheckConstraint(condition=bounded("inflow", "outflow"), name="cash_flow_finite"),
            models.CheckConstraint(
                condition=Q(inflow__gte=0, outflow__gte=0) & (Q(inflow__gt=0) | Q(outflow__gt=0)),
                name="cash_flow_moves",
            ),
        )

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.asof_date}"


class MonthlyReturns(models.Model):
    """The current daily returns of a month in one row instead of twenty, for whoever reads many.

    A copy of `PortfolioDailyValue`: the database removes it, and those of later months, when a
    value of the month or of an earlier one changes. days: a byte each, the day of the month.
    returns: eight bytes each, little-endian, NaN where there is none. wealth, peak and fall stand
    where they stood at the end of the month before: what 1 became since funding, the highest it
    was, and the deepest fall; null behind a day without a return. lineage: the packs up to the
    last day, as one hash.
    """

    pk = models.CompositePrimaryKey("portfolio_id", "month")
    portfolio = _owner(db_constraint=False)
    month = models.DateField()
    days = models.BinaryField()
    returns = models.BinaryField()
    funded_on = models.DateField(null=True)
    observations_before = models.IntegerField()
    wealth_before = models.FloatField(null=True)
    peak_before = models.FloatField(null=True)
    fall_before = models.FloatField(null=True)
    lineage = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "monthly returns"
        ordering = ("portfolio_id", "month")

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.month}"
