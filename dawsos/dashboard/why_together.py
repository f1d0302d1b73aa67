"""Why the sums of the dashboard are what they are: every portfolio's value at the rates of its own
pack, and of what each consists, down to the lots, closes and rates of that pack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from accounts.identity import seen_by
from accounts.models import User
from dawsos.dashboard.pages import Dashboard
from market.models import Security
from patterns.explanation import SUM, Explanation, Formula, Source
from patterns.results import MoneyFigure
from portfolios.calc.consolidation import Share
from portfolios.calc.entries import ZERO
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.why.facts import rate_at
from portfolios.capabilities.why.worth import worth
from portfolios.selectors.composition import CASH
from portfolios.selectors.context import build_context
from portfolios.selectors.dashboard import Line
from portfolios.selectors.standing import Part, Standing, standing

TOTAL_RULE, WORTH_RULE, SHARE_RULE = "valuation.2", "valuation.10", "valuation.8"
CUTS: Final = ("currency", "asset_class")


@dataclass(frozen=True)
class WhyTogether:
    """The dashboard that is asked, and who asks. A portfolio's own value is explained by a run."""

    user: User
    page: Dashboard
    correlation_id: str

    def total(self) -> Explanation:
        """The sum, with who is left out of it and why."""
        found = self.page.together
        return self._node(
            f"all portfolios in {found.currency}",
            found.total,
            SUM,
            lambda: [self._portfolio(line) for line in self._with_value],
            TOTAL_RULE,
        )

    def worth_of(self, cut: str, label: str) -> Explanation | None:
        """What is in a currency or of an asset class, over all portfolios that can be cut."""
        share = self._share(cut, label)
        return None if share is None else self._worth(cut, share)

    def weight_of(self, cut: str, label: str) -> Explanation | None:
        """Its part of everything that was cut."""
        share, home = self._share(cut, label), self.page.together.currency
        if share is None:
            return None
        shares = self._shares(cut)
        whole = Explanation(
            label="all parts together",
            value=sum((one.market_value for one in shares), ZERO),
            unit="money",
            currency=home,
            formula=SUM,
            parts=lambda: [self._worth(cut, one) for one in shares],
            rule=TOTAL_RULE,
        )
        return Explanation(
            label=f"share of {label}",
            value=share.weight,
            unit="fraction",
            formula=Formula("quotient", "its worth / all parts together"),
            parts=lambda: [self._worth(cut, share), whole],
            rule=SHARE_RULE,
        )

    @property
    def _with_value(self) -> Sequence[Line]:
        return [line for line in self.page.lines if not line.is_empty]

    def _portfolio(self, line: Line) -> Explanation:
        """A portfolio in the common currency; None where it is left out."""
        found, name = self.page.together, line.portfolio.name
        out = next((it for it in found.left_out if it.portfolio_id == line.portfolio.pk), None)
        own = found.shown[line.portfolio.pk]
        if out is not None:
            return Explanation(
                label=name,
                value=None,
                unit="money",
                currency=found.currency,
                state="withheld",
                reason=out.reason,
                source=_overview(line),
            )
        fact = Explanation(
            label=name,
            value=line.total_value.value,
            unit="money",
            currency=line.portfolio.base_currency,
            state=line.total_value.state,
            reason=line.total_value.reason or "",
            source=_overview(line),
        )
        rate = self._rate(line)
        if rate is None:
            return fact
        exact = Explanation(
            label=f"{name}, told in {found.currency}, unrounded",
            value=(line.total_value.value or ZERO) * Decimal(rate.value or 0),
            unit="money",
            currency=found.currency,
            formula=Formula("product", "value × rate"),
            parts=[fact, rate],
            rule=WORTH_RULE,
        )
        return self._node(
            name, own, Formula("rounded", "value × rate, rounded once"), lambda: [exact], WORTH_RULE
        )

    def _rate(self, line: Line) -> Explanation | None:
        """Into the common currency, by the pack that valued the portfolio; None at home."""
        home = self.page.together.currency
        if line.portfolio.base_currency == home or line.value is None:
            return None
        return rate_at(line.value.pack_id, line.portfolio.base_currency, home)

    def _shares(self, cut: str) -> Sequence[Share]:
        found = self.page.together
        return found.by_currency if cut == "currency" else found.by_asset_class

    def _share(self, cut: str, label: str) -> Share | None:
        return next((it for it in self._shares(cut) if it.label == label), None)

    def _worth(self, cut: str, share: Share) -> Explanation:
        found = self.page.together
        without = {it.portfolio_id for it in (*found.left_out, *found.not_cut)}
        lines = [line for line in self._with_value if line.portfolio.pk not in without]
        return Explanation(
            label=f"{share.label} in all portfolios",
            value=share.market_value,
            unit="money",
            currency=found.currency,
            formula=Formula("sum", "the portfolios"),
            parts=lambda: [
                node for line in lines if (node := self._of_line(line, cut, share.label))
            ],
            rule=TOTAL_RULE,
        )

    def _of_line(self, line: Line, cut: str, label: str) -> Explanation | None:
        """What a portfolio holds of it; None where that is nothing."""
        now = self._standing(line)
        parts = [
            part for part in now.parts if part.market_value and _label(now, part, cut) == label
        ]
        if not parts:
            return None
        home = self.page.together.currency
        local = Explanation(
            label=f"{label} in {line.portfolio.name}",
            value=sum((part.market_value or ZERO for part in parts), ZERO),
            unit="money",
            currency=line.portfolio.base_currency,
            formula=SUM,
            parts=lambda: [worth(now, part) for part in parts],
            rule=TOTAL_RULE,
        )
        rate = self._rate(line)
        if rate is None:
            return local
        return Explanation(
            label=f"{local.label}, told in {home}",
            value=Decimal(local.value or 0) * Decimal(rate.value or 0),
            unit="money",
            currency=home,
            formula=Formula("product", "worth × rate"),
            parts=[local, rate],
            rule=WORTH_RULE,
        )

    def _standing(self, line: Line) -> Standing:
        pack_id = line.value.pack_id if line.value else None
        ctx = build_context(
            user=self.user,
            portfolio_id=line.portfolio.pk,
            correlation_id=self.correlation_id,
            pack_id=pack_id,
        )
        with seen_by(self.user.pk):
            return standing(ctx, line.portfolio.pk)

    def _node(
        self,
        label: str,
        figure: MoneyFigure,
        formula: Formula,
        parts: Callable[[], Sequence[Explanation]],
        rule: str,
    ) -> Explanation:
        return Explanation(
            label=label,
            value=figure.value,
            unit="money",
            currency=figure.currency,
            state=figure.state,
            reason=figure.reason or "",
            formula=formula,
            parts=parts,
            rule=rule,
        )


def _label(now: Standing, part: Part, cut: str) -> str:
    if cut == "currency":
        return part.currency
    if not isinstance(part, ValuedPosition):
        return CASH
    kind = now.securities[part.security].security_type
    return CLASSES.get(kind, kind)


CLASSES: Final[Mapping[str, str]] = dict(Security.Type.choices)


def _overview(line: Line) -> Source:
    """Where the portfolio's own value is explained, as of the day that the page shows."""
    asked = {"figure": "total_value", "asof": str(line.asof_date or "")}
    return Source("figure", "why", f"{ask_address(line.portfolio.pk)}?{urlencode(asked)}")


def ask_address(portfolio_id: UUID) -> str:
    return reverse("portfolios:ask", args=[portfolio_id])
