"""A portfolio as one frozen context sees it: booked, priced by the context's pack, valued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from market.models import Security
from market.selectors import PackGap
from patterns.context import Context
from patterns.memo import once_a_context
from portfolios.calc.entries import SecurityKey
from portfolios.calc.marks import Marks, in_shares_of, splits_among
from portfolios.calc.valuation import Valuation, ValuedCash, ValuedPosition, value_portfolio
from portfolios.exceptions import PortfolioNotFound
from portfolios.models import Portfolio
from portfolios.selectors.booked import Booked, currencies_of
from portfolios.selectors.kept_ledgers import kept_ledger
from portfolios.selectors.market_view import marks_of
from portfolios.selectors.packs import pack_view

Part = ValuedPosition | ValuedCash
Parts = Sequence[Part]

NO_PRICE = {
    "no_price_source": "no price source is connected",
    "no_observation": "no price has been observed",
    "too_old": "the last price is too old to be carried",
}


@dataclass(frozen=True)
class Standing:
    """Everything a capability reads. The pack's own day may lie before the day asked for."""

    portfolio: Portfolio
    booked: Booked
    marks: Marks
    valuation: Valuation
    securities: dict[SecurityKey, Security]
    gaps: dict[SecurityKey, PackGap]
    pack_id: str
    pack_date: date
    sources: tuple[str, ...]

    def symbol(self, security: SecurityKey) -> str:
        return self.securities[security].symbol

    def symbols(self, securities: Iterable[SecurityKey]) -> tuple[str, ...]:
        return tuple(sorted(self.symbol(security) for security in securities))

    @property
    def told_in(self) -> str:
        """The reporting currency where it is not the portfolio's own; "" where it is."""
        found = self.valuation.base_currency
        return "" if found == self.portfolio.base_currency else found

    @property
    def missing(self) -> tuple[str, ...]:
        """Symbols without a price and currencies without a rate."""
        return self.missing_in(self.parts)

    @property
    def parts(self) -> Parts:
        """Everything that the total counts."""
        found = self.valuation
        return (*found.positions, *found.cash, *found.receivables)

    def carried_in(self, parts: Parts) -> tuple[str, ...]:
        """What these parts use of an earlier day than the pack's, with that day."""
        prices = {
            f"{self.symbol(part.security)} of {part.price_asof_date}"
            for part in parts
            if isinstance(part, ValuedPosition)
            and part.price_asof_date not in (None, self.pack_date)
        }
        rates = {code: self.marks.rate_of(code) for code in {part.currency for part in parts}}
        return (
            *sorted(prices),
            *(
                f"{code}/{self.valuation.base_currency} of {rate.asof_date}"
                for code, rate in sorted(rates.items())
                if rate is not None and rate.state == "stale"
            ),
        )

    def missing_in(self, parts: Parts) -> tuple[str, ...]:
        """Symbols without a price and currencies without a rate among these parts."""
        unknown = [part for part in parts if part.market_value is None]
        prices = {
            part.security
            for part in unknown
            if isinstance(part, ValuedPosition) and part.price is None
        }
        rates = {
            part.currency
            for part in unknown
            if not (isinstance(part, ValuedPosition) and part.price is None)
        }
        return (*self.symbols(prices), *sorted(rates))

    def why_stale(self, parts: Parts | None = None) -> str:
        carried = self.carried_in(self.parts if parts is None else parts)
        return f"Carried forward from an earlier day: {', '.join(carried)}."

    def why_unpriced(self, security: SecurityKey) -> str:
        """The pack's own reason for a missing price."""
        gap = self.gaps.get(security)
        said = NO_PRICE.get(gap.reason, gap.reason) if gap is not None else "it is not in the pack"
        return f"{self.symbol(security)} has no price in {self.pack_id}: {said}."


@once_a_context
def standing(ctx: Context, portfolio_id: UUID) -> Standing:
    """The portfolio of a context, in the context's currency. Another portfolio than the context's
    is not found."""
    portfolio = portfolio_of(ctx, portfolio_id)
    pack_id, pack_date = pack_of(ctx)
    booked = kept_ledger(
        portfolio,
        upto_seq=ctx.ledger_seq,
        asof=ctx.asof_date,
        market_head=ctx.market_head,
        currency=ctx.base_currency,
    )
    view = pack_view(ctx)
    marks = marks_of(
        pack_date,
        booked.book.base_currency,
        {key: view.prices[key] for key in booked.market.securities if key in view.prices},
        view.rates,
        currencies_of(booked.entries),
    )
    marks = in_shares_of(ctx.asof_date or pack_date, marks, splits_among(booked.book.accepted))
    return Standing(
        portfolio=portfolio,
        booked=booked,
        marks=marks,
        valuation=value_portfolio(booked.book, marks),
        securities=dict(Security.objects.in_bulk(booked.market.securities)),
        gaps={gap.security_id: gap for gap in view.gaps if gap.security_id is not None},
        pack_id=pack_id,
        pack_date=pack_date,
        sources=sources_of(ctx),
    )


@once_a_context
def portfolio_of(ctx: Context, portfolio_id: UUID) -> Portfolio:
    """The context's portfolio; what it may see was decided when the context was built."""
    if ctx.portfolio_id != portfolio_id:
        raise PortfolioNotFound
    found = Portfolio.objects.filter(pk=portfolio_id).first()
    if found is None:
        raise PortfolioNotFound
    return found


def pack_of(ctx: Context) -> tuple[str, date]:
    """The pack's id and its own day."""
    if ctx.pricing_pack_id is None:
        raise PortfolioNotFound
    return ctx.pricing_pack_id, date.fromisoformat(ctx.pricing_pack_id[:10])


def sources_of(ctx: Context) -> tuple[str, ...]:
    """What every figure of a portfolio stands on, by name."""
    return (f"pack {ctx.pricing_pack_id}", f"ledger {ctx.ledger_commit_hash}")
