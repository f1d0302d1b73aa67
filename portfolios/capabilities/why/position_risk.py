"""Why a position risks what it does: its days beside the portfolio's, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula, Number
from patterns.results import Figure
from portfolios.calc.money import decimal_from_float
from portfolios.calc.value_at_risk import historical_tail
from portfolios.capabilities.inputs import OfPosition
from portfolios.capabilities.position_period import position_period
from portfolios.capabilities.position_risk import (
    CONFIDENCE,
    PositionRiskFigures,
    compute_position_risk,
)
from portfolios.capabilities.why.currency import withheld_at
from portfolios.capabilities.why.facts import of_figure
from portfolios.capabilities.why.own import Own, own_of
from portfolios.capabilities.why.pairs import Series, array

TAIL_RULE, SHARE_RULE, NORMAL_RULE, BESIDE_RULE = (f"positions.{n}" for n in range(5, 9))
Z = NormalDist().inv_cdf(CONFIDENCE)
AT = {"confidence": f"{CONFIDENCE:.0%}"}
NORMAL = AT | {"z": f"{Z:.4f}"}


@explains("compute_position_risk")
def why_risk(ctx: Context, args: OfPosition, path: Path) -> Explanation | None:
    """A loss opens into the days that it is of, a share of risk into covariances of days."""
    found = compute_position_risk(ctx, args)
    period = position_period(ctx, args)
    if period.days is None or period.days.held.sum() < 2:
        return withheld_at(found, path)
    match path:
        case (name,) if name in FIGURES:
            risk = Risk(own_of(ctx, args, period), found)
            return FIGURES[name](risk, getattr(found, name))
    return None


@dataclass(frozen=True)
class Risk:
    """The series that the risk of a position is measured on."""

    own: Own
    found: PositionRiskFigures

    @property
    def returns(self) -> Series:
        """Its own returns on the days on which it was held."""
        own = self.own
        return Series(f"returns of {own.name}", own.days.held_returns, own.returns)

    @property
    def beside(self) -> Series:
        """The portfolio's returns of the same days."""
        values = self.own.days.portfolio[self.own.days.held]
        return Series("returns of the portfolio beside it", values, self.own.beside)

    @property
    def added(self) -> Series:
        """What it added to the portfolio's return, on all days of the period."""
        own = self.own
        places = range(len(own.days.dates))
        return Series(
            f"contributions of {own.name}",
            own.days.contributions,
            lambda: [own.added(place) for place in places],
        )

    @property
    def whole(self) -> Series:
        """The portfolio's returns of all days."""
        own = self.own
        return Series("returns of the portfolio", own.days.portfolio, own.linked.returns)


def _tail(risk: Risk, figure: Figure) -> Explanation:
    def compute(values: Sequence[Number]) -> float | None:
        tail = historical_tail(array(values), CONFIDENCE)
        return tail.var if tail else None

    text = "the loss that one day in twenty exceeded"
    node = of_figure(
        figure,
        f"value at risk of {risk.own.name}",
        Formula("statistic", text, compute=compute),
        risk.own.returns,
        rule=TAIL_RULE,
    )
    return replace(node, parameters=AT)


def _amount(risk: Risk, figure: Figure) -> Explanation:
    own, share = risk.own, risk.found.var_1d
    return of_figure(
        figure,
        f"value at risk of {own.name}, in money",
        Formula("rounded", "what is lost of its worth, rounded once"),
        lambda: [_tail(risk, share) if share.value is None else _lost(risk, share.value)],
        rule=TAIL_RULE,
    )


def _lost(risk: Risk, share: float) -> Explanation:
    own = risk.own
    worth = own.group.value_after(len(own.days.dates) - 1)
    return Explanation(
        label=f"what is lost of {own.name}",
        value=decimal_from_float(share * float(worth.value or 0.0)),
        unit="money",
        currency=worth.currency,
        formula=Formula("product", "value at risk × worth at the end"),
        parts=[_tail(risk, risk.found.var_1d), worth],
        rule=TAIL_RULE,
    )


def _alone(risk: Risk, figure: Figure) -> Explanation:
    return _normal(
        figure,
        f"risk of {risk.own.name} alone",
        "z × deviation of its contributions",
        lambda values: Z * values[0],
        lambda: [risk.added.deviation(NORMAL_RULE)],
    )


def _component(risk: Risk, figure: Figure) -> Explanation:
    return _normal(
        figure,
        f"what {risk.own.name} adds to the risk",
        "z × covariance with the portfolio / its deviation",
        _by_deviation,
        lambda: [
            risk.added.covariance(risk.whole, NORMAL_RULE),
            risk.whole.deviation(NORMAL_RULE),
        ],
    )


def _marginal(risk: Risk, figure: Figure) -> Explanation:
    return _normal(
        figure,
        f"risk of one more unit of {risk.own.name}",
        "z × covariance of its own returns with the portfolio's / their deviation",
        _by_deviation,
        lambda: [
            risk.returns.covariance(risk.beside, NORMAL_RULE),
            risk.beside.deviation(NORMAL_RULE),
        ],
    )


def _by_deviation(values: Sequence[float]) -> float:
    return Z * values[0] / values[1]


def _normal(
    figure: Figure,
    label: str,
    text: str,
    compute: Callable[[Sequence[float]], float],
    parts: Callable[[], list[Explanation]],
) -> Explanation:
    """A loss in normal terms, at the quantile of the confidence."""
    formula = Formula("statistic", text, compute=lambda found: compute([*map(float, found)]))
    node = of_figure(figure, label, formula, parts, rule=NORMAL_RULE)
    return replace(node, parameters=NORMAL)


def _share(risk: Risk, figure: Figure) -> Explanation:
    return of_figure(
        figure,
        f"share of {risk.own.name} in the portfolio's risk",
        Formula("quotient", "covariance of its contributions with the portfolio / its variance"),
        lambda: [risk.added.covariance(risk.whole, SHARE_RULE), risk.whole.variance(SHARE_RULE)],
        rule=SHARE_RULE,
    )


def _diversified(risk: Risk, figure: Figure) -> Explanation:
    found = risk.found
    return of_figure(
        figure,
        f"risk of {risk.own.name} that the others take away",
        Formula("difference", "alone − what it adds"),
        lambda: [_alone(risk, found.alone_var), _component(risk, found.component_var)],
        rule=NORMAL_RULE,
    )


def _beta(risk: Risk, figure: Figure) -> Explanation:
    return of_figure(
        figure,
        f"beta of {risk.own.name} to the portfolio",
        Formula("quotient", "covariance of its returns with the portfolio's / their variance"),
        lambda: [
            risk.returns.covariance(risk.beside, BESIDE_RULE),
            risk.beside.variance(BESIDE_RULE),
        ],
        rule=BESIDE_RULE,
    )


def _correlation(risk: Risk, figure: Figure) -> Explanation:
    def compute(values: Sequence[Number]) -> float:
        together, one, other = (float(value) for value in values)
        return together / (one * other)

    return of_figure(
        figure,
        f"correlation of {risk.own.name} and the portfolio",
        Formula("statistic", "covariance / (the one deviation × the other)", compute=compute),
        lambda: [
            risk.returns.covariance(risk.beside, BESIDE_RULE),
            risk.returns.deviation(BESIDE_RULE),
            risk.beside.deviation(BESIDE_RULE),
        ],
        rule=BESIDE_RULE,
    )


FIGURES: Mapping[str, Callable[[Risk, Figure], Explanation]] = {
    "var_1d": _tail,
    "var_1d_amount": _amount,
    "alone_var": _alone,
    "component_var": _component,
    "marginal_var": _marginal,
    "pct_portfolio_risk": _share,
    "diversification_benefit": _diversified,
    "beta_to_portfolio": _beta,
    "correlation": _correlation,
}
