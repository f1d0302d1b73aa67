"""Why an action ahead does what it does here: shares, terms, withholding and the rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.urls import reverse

from market.models import CorporateAction
from market.selectors import pack_prices
from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import SUM, Explanation, Formula, Source
from patterns.results import Figure
from portfolios.calc.entitlement import QUANTITY_PLACES, Payout
from portfolios.calc.entries import ZERO, Entry
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.action_impact import (
    RATIO,
    ActionsWithImpact,
    Impact,
    ImpactRow,
    calculate_impact,
    payout_of,
)
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.upcoming_actions import (
    PAID,
    ActionFact,
    OpenPositions,
    positions,
)
from portfolios.capabilities.why.facts import calendar_source, entry_source, of_figure, rate_of
from portfolios.capabilities.why.worth import quantity
from portfolios.selectors.action_facts import upcoming_facts
from portfolios.selectors.standing import Standing, standing

COUNTED_RULE, RATIO_RULE, PAYOUT, RATE, BASE, SOON, EXPECTED = (f"actions.{n}" for n in range(1, 8))
HELD = "booking.20"
Type = CorporateAction.Type
LISTS = ("actions", "urgent", "later")


@explains("ledger.positions")
def why_held(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """Shares of all accounts, down to lots and entries."""
    found: OpenPositions = positions(ctx, args)
    match path:
        case ("positions", number, "quantity") if int(number) < len(found.positions):
            row = found.positions[int(number)]
            return _shares(standing(ctx, args.portfolio_id), row.security, row.quantity)
    return None


@explains("corporate_actions.calculate_impact")
def why_impact(ctx: Context, args: Impact, path: Path) -> Explanation | None:
    """An amount opens into shares, the announced terms, what is withheld and the pack's rate."""
    found = calculate_impact(ctx, args)
    now = standing(ctx, args.portfolio_id)
    held = {row.security for row in args.positions}
    facts = [fact for fact in args.actions if fact.security in held]
    ahead = [Ahead(ctx, now, fact, row) for fact, row in zip(facts, found.actions, strict=True)]
    match path:
        case (name, number, figure) if name in LISTS and int(number) < len(getattr(found, name)):
            row = getattr(found, name)[int(number)]
            return next(one for one in ahead if one.row is row).figure(figure)
        case ("summary", name):
            return _summary(found, ahead, name)
    return None


@dataclass(frozen=True)
class Ahead:
    """One announced action, and the row that says what it does here."""

    ctx: Context
    now: Standing
    fact: ActionFact
    row: ImpactRow

    def figure(self, name: str) -> Explanation | None:
        made = FIGURES.get(name)
        return made(self) if made else None

    def shares(self) -> Explanation:
        return _shares(self.now, self.fact.security, self.row.portfolio_quantity)

    def afterwards(self) -> Explanation:
        """What a ratio makes of the shares; nothing else changes them."""
        kind, figure = self.fact.action_type, self.row.new_quantity
        label = f"{self.fact.symbol} afterwards"
        if figure.value is None or kind not in RATIO:
            formula = Formula("same", "shares as they are")
            return of_figure(figure, label, formula, lambda: [self.shares()], rule=RATIO_RULE)
        if kind == Type.STOCK_DIVIDEND:
            parts = [self.shares(), self._ratio(figure.value - self._quantity)]
            return of_figure(figure, label, SUM, parts, rule=RATIO_RULE)
        return of_figure(
            figure,
            label,
            Formula("rounded", "shares × new / old", QUANTITY_PLACES),
            lambda: [self._exact()],
            rule=RATIO_RULE,
        )

    @property
    def _quantity(self) -> Decimal:
        return self.row.portfolio_quantity.value or ZERO

    def _ratio(self, value: Decimal) -> Explanation:
        return Explanation(
            label=f"{self.fact.symbol} given",
            value=value,
            unit="quantity",
            formula=Formula("rounded", "shares × new / old", QUANTITY_PLACES),
            parts=lambda: [self._exact()],
            rule=RATIO_RULE,
        )

    def _exact(self) -> Explanation:
        new, old = self.fact.new_shares or ZERO, self.fact.old_shares or ZERO
        return Explanation(
            label="shares × new / old",
            value=self._quantity * new / old,
            unit="quantity",
            formula=Formula("quotient", "shares × new, by old"),
            parts=lambda: [
                Explanation(
                    label="shares × new",
                    value=self._quantity * new,
                    unit="quantity",
                    formula=Formula("product", "shares × new"),
                    parts=[self.shares(), self._term("new shares", new, "quantity")],
                    rule=RATIO_RULE,
                ),
                self._term("old shares", old, "quantity"),
            ],
            rule=RATIO_RULE,
        )

    def local(self) -> Explanation:
        """What it pays in its own currency: gross less what is withheld."""
        figure, paid = self.row.amount_local, self._paid
        label = f"{self.fact.label.lower()} of {self.fact.symbol}"
        if paid is None:
            return of_figure(figure, label, Formula("sum", "it pays nothing"), rule=PAYOUT)
        if paid.net is None or paid.withholding is None or not self._is_withheld:
            gross = self._gross(paid)
            return of_figure(figure, label, gross.formula, gross.parts, rule=PAYOUT)
        withholding = paid.withholding
        return of_figure(
            figure,
            label,
            Formula("difference", "gross − withheld"),
            lambda: [self._gross(paid), self._kept(paid, withholding)],
            rule=PAYOUT,
        )

    @property
    def _paid(self) -> Payout | None:
        return payout_of(self.fact, self._quantity)

    @property
    def _is_withheld(self) -> bool:
        return self.fact.action_type == Type.DIVIDEND

    def _gross(self, paid: Payout) -> Explanation:
        per_share = self.fact.amount or ZERO
        return self._rounded(
            "gross",
            paid.gross,
            self._quantity * per_share,
            "shares × amount a share",
            lambda: [self.shares(), self._term("amount a share", per_share, "price")],
        )

    def _kept(self, paid: Payout, withholding: Decimal) -> Explanation:
        rate = Decimal(str(self.fact.withholding_rate))
        return self._rounded(
            "withheld",
            withholding,
            paid.gross * rate,
            "gross × rate of withholding",
            lambda: [self._gross(paid), self.rate()],
        )

    def _rounded(
        self,
        label: str,
        value: Decimal,
        exact: Decimal,
        text: str,
        parts: Callable[[], list[Explanation]],
    ) -> Explanation:
        """A posted amount: rounded once, to the minor unit of its currency."""
        whole = Explanation(
            label=text,
            value=exact,
            unit="money",
            currency=self.fact.currency,
            formula=Formula("product", text),
            parts=parts,
            rule=PAYOUT,
        )
        return Explanation(
            label=label,
            value=value,
            unit="money",
            currency=self.fact.currency,
            formula=Formula("rounded", f"{text}, rounded once"),
            parts=[whole],
            rule=PAYOUT,
        )

    def rate(self) -> Explanation:
        """What is withheld of a dividend: announced, else as of the security's last one here."""
        figure, label = self.row.withholding_rate, f"withheld of {self.fact.symbol}"
        if not self._is_withheld:
            return of_figure(figure, label, Formula("sum", "nothing is withheld of it"), rule=RATE)
        if figure.value is None or self._announces_rate:
            return of_figure(figure, label, Formula("fact", ""), source=self._source, rule=RATE)
        return of_figure(
            figure,
            label,
            Formula("rounded", "what was withheld of its last dividend here", 4),
            lambda: [self._usual(self._last_dividend)],
            rule=RATE,
        )

    @cached_property
    def _announces_rate(self) -> bool:
        today = self.ctx.asof_date or self.now.pack_date
        return any(
            one.withholding_tax_rate is not None
            for one in upcoming_facts({self._security}, today, self.fact.ex_date)
            if (one.action_type, one.ex_date, one.amount)
            == (self.fact.action_type, self.fact.ex_date, self.fact.amount)
        )

    @property
    def _last_dividend(self) -> Entry:
        return [
            entry
            for entry in self.now.booked.book.accepted
            if entry.entry_type in PAID and entry.gross_amount and entry.security == self._security
        ][-1]

    def _usual(self, entry: Entry) -> Explanation:
        source = entry_source(self.now.portfolio.pk, entry.seq)
        gross = entry.gross_amount or ZERO

        def stated(label: str, amount: Decimal) -> Explanation:
            return Explanation(
                label=label, value=amount, unit="money", currency=entry.currency, source=source
            )

        return Explanation(
            label=f"dividend of {entry.transaction_date}",
            value=entry.taxes / gross,
            unit="fraction",
            formula=Formula("quotient", "withheld / gross"),
            parts=[stated("withheld", entry.taxes), stated("gross", gross)],
            rule=RATE,
        )

    def in_base(self) -> Explanation:
        """What it brings in base currency, at the rate of the pack."""
        figure = self.row.portfolio_impact
        label = f"{self.fact.label.lower()} of {self.fact.symbol}, in {figure.currency}"
        if self._paid is None:
            return of_figure(figure, label, Formula("sum", "it pays nothing"), rule=BASE)
        if self.fact.currency == figure.currency:
            formula = Formula("rounded", "the amount, rounded once")
            return of_figure(figure, label, formula, lambda: [self.local()], rule=BASE)
        return of_figure(
            figure,
            label,
            Formula("rounded", "amount × rate, rounded once"),
            lambda: self._converted(figure.currency),
            rule=BASE,
        )

    def _converted(self, base: str) -> list[Explanation]:
        local, found = self.row.amount_local.value, self.now.marks.rate_of(self.fact.currency)
        if local is None or found is None:
            return []
        pack_id = self.now.pack_id
        rates = pack_prices(pack_id).rates
        return [
            Explanation(
                label="amount × rate",
                value=local * found.rate,
                unit="money",
                currency=base,
                state=self.row.portfolio_impact.state,
                reason=self.row.portfolio_impact.reason or "",
                formula=Formula("product", "amount × rate"),
                parts=lambda: [
                    self.local(),
                    rate_of(rates, pack_id, self.fact.currency, base, found.rate),
                ],
                rule=BASE,
            )
        ]

    def days(self) -> Explanation:
        today = self.ctx.asof_date or self.now.pack_date
        source = calendar_source(f"{today} to {self.fact.ex_date}")
        label = f"days from {today} to the ex-date"
        return of_figure(self.row.days_until, label, Formula("fact", ""), source=source, rule=SOON)

    def one(self) -> Explanation:
        return Explanation(label=self.row.label, value=1, unit="count", source=self._source)

    def _term(self, label: str, value: Decimal, unit: str) -> Explanation:
        """What the announcement says."""
        return Explanation(
            label=f"{label} of {self.fact.symbol}",
            value=value,
            unit=unit,
            currency=self.fact.currency if unit == "price" else "",
            source=self._source,
        )

    @property
    def _source(self) -> Source:
        key = f"{self.fact.symbol}, ex {self.fact.ex_date}, by {self.fact.source}"
        return Source("action", key, reverse("portfolios:security", args=[self._security]))

    @property
    def _security(self) -> UUID:
        return _key(self.now, self.fact.security)


FIGURES: Mapping[str, Callable[[Ahead], Explanation]] = {
    "portfolio_quantity": Ahead.shares,
    "new_quantity": Ahead.afterwards,
    "amount_local": Ahead.local,
    "withholding_rate": Ahead.rate,
    "portfolio_impact": Ahead.in_base,
    "days_until": Ahead.days,
}
COUNTED: Mapping[str, Callable[[Ahead], bool]] = {
    "total_actions": lambda _: True,
    "urgent_actions": lambda one: one.row.is_urgent,
    "dividend_count": lambda one: one.fact.action_type == Type.DIVIDEND,
    "splits_pending": lambda one: one.fact.action_type in RATIO,
}


def _summary(found: ActionsWithImpact, ahead: Sequence[Ahead], name: str) -> Explanation | None:
    figure = getattr(found.summary, name, None)
    if not isinstance(figure, Figure):
        return None
    label = name.replace("_", " ")
    if name == "dividends_expected":
        paid = [one for one in ahead if COUNTED["dividend_count"](one)]
        return of_figure(figure, label, SUM, lambda: [one.in_base() for one in paid], rule=EXPECTED)
    wanted = COUNTED.get(name)
    if wanted is None:  # no calendar of earnings is connected
        return of_figure(figure, label, SUM, rule=COUNTED_RULE)
    counted = [one for one in ahead if wanted(one)]
    formula = Formula("sum", "one each")
    return of_figure(
        figure, label, formula, lambda: [one.one() for one in counted], rule=COUNTED_RULE
    )


def _shares(now: Standing, security: str, figure: Figure) -> Explanation:
    """The shares of a security by account; of a single account its lots."""
    key = _key(now, security)
    parts: list[ValuedPosition] = [one for one in now.valuation.positions if one.security == key]
    if len(parts) == 1:
        only = quantity(now, parts[0])
        return of_figure(figure, only.label, only.formula, only.parts, rule=only.rule)
    formula = Formula("sum", "the accounts: " + ", ".join(part.account for part in parts))
    label = f"{now.symbol(key)} held"
    return of_figure(
        figure, label, formula, lambda: [quantity(now, part) for part in parts], rule=HELD
    )


def _key(now: Standing, security: str) -> UUID:
    """A security of the portfolio by the key that answers name it with."""
    return next(listed.pk for listed in now.securities.values() if listed.key == security)
