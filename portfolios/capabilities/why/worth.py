"""What a part of a portfolio is worth, down to lots, entries, closes and rates; sums of parts."""

from __future__ import annotations

from decimal import Decimal

from market.selectors import pack_prices
from patterns.explanation import SUM, Explanation, Formula
from patterns.results import CountFigure
from portfolios.calc.entries import ZERO
from portfolios.calc.valuation import ValuedCash, ValuedPosition
from portfolios.capabilities.why.facts import (
    day_source,
    of_entry,
    of_figure,
    price_source,
    rate_of,
)
from portfolios.capabilities.why.holdings import quantity_parts
from portfolios.selectors.standing import Part, Parts, Standing

TOTAL_RULE, WORTH_RULE, COST_RULE = "valuation.2", "valuation.1", "booking.3"


def worth(now: Standing, part: Part) -> Explanation:
    """What one part of the portfolio is worth in base, unrounded."""
    if isinstance(part, ValuedPosition):
        return _worth_of_position(now, part)
    return _worth_of_cash(now, part)


def total(now: Standing, parts: Parts, label: str) -> Explanation:
    """The unrounded sum of parts; those without a value are named and not counted."""
    nodes = [worth(now, part) for part in parts]
    known = [node.value for node in nodes if isinstance(node.value, Decimal)]
    return Explanation(
        label=label,
        value=sum(known, ZERO),
        unit="money",
        currency=now.valuation.base_currency,
        state="partial" if len(known) < len(nodes) else "exact",
        formula=SUM,
        parts=nodes,
        rule=TOTAL_RULE,
    )


def price(now: Standing, part: ValuedPosition) -> Explanation:
    """The close of the pack, or that of an earlier day carried into it."""
    symbol = now.symbol(part.security)
    if part.price is None:
        return Explanation(
            label=f"price of {symbol}",
            value=None,
            unit="price",
            currency=part.currency,
            state="withheld",
            reason=now.why_unpriced(part.security),
            source=price_source(now.pack_id, part.security),
        )
    stale = part.price_asof_date != now.pack_date
    return Explanation(
        label=f"close of {symbol}, {part.price_asof_date}",
        value=part.price,
        unit="price",
        currency=part.currency,
        state="stale" if stale else "exact",
        reason=f"The price is of {part.price_asof_date}." if stale else "",
        source=price_source(now.pack_id, part.security),
    )


def quantity(now: Standing, part: ValuedPosition) -> Explanation:
    return Explanation(
        label=f"{now.symbol(part.security)} held",
        value=part.quantity,
        unit="quantity",
        formula=Formula("sum", "the open lots"),
        parts=lambda: quantity_parts(now, part),
        rule=COST_RULE,
    )


def _worth_of_position(now: Standing, part: ValuedPosition) -> Explanation:
    base = now.valuation.base_currency
    parts = [quantity(now, part), price(now, part), *_rate(now, part.currency)]
    return Explanation(
        label=now.symbol(part.security),
        value=part.market_value,
        unit="money",
        currency=base,
        state=part.state,
        reason=_reason(now, part),
        formula=Formula("product", "quantity × price" + " × rate" * (part.currency != base)),
        parts=parts,
        rule=WORTH_RULE,
    )


def _reason(now: Standing, part: ValuedPosition) -> str:
    if part.reason == "MISSING_PRICE":
        return now.why_unpriced(part.security)
    if part.reason == "MISSING_RATE":
        return f"{now.pack_id} has no rate for {part.currency}."
    return now.why_stale([part]) if part.state == "stale" else ""


def _worth_of_cash(now: Standing, part: ValuedCash) -> Explanation:
    base = now.valuation.base_currency
    owed = part in now.valuation.receivables
    held = balance(now, part, owed=owed)
    name = f"{part.currency} {'receivable' if owed else 'cash'}"
    if part.currency == base:
        return held
    return Explanation(
        label=name,
        value=part.market_value,
        unit="money",
        currency=base,
        state=part.state,
        reason=f"{now.pack_id} has no rate for {part.currency}."
        if part.market_value is None
        else now.why_stale([part])
        if part.state == "stale"
        else "",
        formula=Formula("product", "balance × rate"),
        parts=[held, *_rate(now, part.currency)],
        rule=WORTH_RULE,
    )


def _rate(now: Standing, currency: str) -> list[Explanation]:
    base = now.valuation.base_currency
    rate = now.marks.rate_of(currency)
    if currency == base or rate is None:
        return []
    return [rate_of(pack_prices(now.pack_id).rates, now.pack_id, currency, base, rate.rate)]


def balance(now: Standing, part: ValuedCash, *, owed: bool) -> Explanation:
    """Cash as the sum of what every entry paid in or out of it."""
    by_seq = {entry.seq: entry for entry in now.booked.book.accepted}
    field = "receivable" if owed else "cash"

    def parts() -> list[Explanation]:
        if owed:
            return [
                of_entry(now.portfolio.pk, by_seq[one.seq], one.amount, "money", part.currency)
                for one in now.booked.book.receivables
                if one.currency == part.currency
            ]
        moved: dict[int, Decimal] = {}
        for posting in now.booked.book.journal:
            amount = getattr(posting, field)
            if amount and posting.currency == part.currency:
                moved[posting.seq] = moved.get(posting.seq, ZERO) + amount
        return [
            of_entry(now.portfolio.pk, by_seq[seq], amount, "money", part.currency)
            for seq, amount in moved.items()
        ]

    return Explanation(
        label=f"{part.currency} {'owed' if owed else 'cash'}",
        value=part.balance,
        unit="money",
        currency=part.currency,
        formula=Formula("sum", "what each entry paid in or out"),
        parts=parts,
        rule="booking.17",
    )


def counted(figure: CountFigure, label: str, now: Standing, parts: Parts) -> Explanation:
    """How many of these have a worth, one each."""
    return of_figure(
        figure,
        label,
        Formula("sum", "one each"),
        [_one(now, part) for part in parts if part.market_value],
        rule="valuation.5",
    )


def _one(now: Standing, part: Part) -> Explanation:
    if isinstance(part, ValuedPosition):
        name, source = now.symbol(part.security), price_source(now.pack_id, part.security)
    else:
        name, source = part.currency, day_source(now.pack_id)
    return Explanation(label=name, value=1, unit="count", source=source)


def position_count(now: Standing, *, priced: bool) -> Explanation:
    """Positions, one each; with `priced` only those that have a value."""
    positions = [
        part for part in now.valuation.positions if not priced or part.market_value is not None
    ]
    return Explanation(
        label="positions with a value" if priced else "positions",
        value=len(positions),
        unit="count",
        formula=Formula("sum", "one each"),
        parts=[_one(now, part) for part in positions],
        rule="valuation.5",
    )


def coverage_parts(now: Standing) -> list[Explanation]:
    return [position_count(now, priced=True), position_count(now, priced=False)]
