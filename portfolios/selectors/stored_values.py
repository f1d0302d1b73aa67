"""The newest stored value of each portfolio, held against a second way to it (methods §2).

Set-wise: the stored shares and cash, which the night holds against the entries, times the closes
and rates of the value's own pack, added up in SQL: for most with the other sums, in a pivot, for
whoever else in a question of its own. That way knows no day but now; where it does not agree
within a basis point, the entries are replayed up to the day and valued in Decimals, and what that
says counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from market.calc.fx import convert_path
from market.selectors import pack_prices
from patterns.formats import display
from portfolios.calc.entries import ZERO, Entry
from portfolios.calc.plain_value import plain_value
from portfolios.calc.reconciliation import Agreement, reconcile
from portfolios.models import Portfolio, ReconciliationResult
from portfolios.selectors.booked import currencies_of, securities_of
from portfolios.selectors.many_states import PortfolioFacts, portfolio_facts
from portfolios.selectors.market_view import marks_of
from portfolios.selectors.pivot_marks import PivotMarks, pivot_marks
from portfolios.selectors.reconciliation import COMPLETE, Difference, Held

MOST_BPS = Decimal(10) ** 12  # of the column
# A ground is a pack and a base currency; `each` is what one share or one unit of money is worth.
WORTHS = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(at)s::int4[]) u(id, ground)
), money AS MATERIALIZED (
    SELECT * FROM unnest(%(grounds)s::int4[], %(packs)s::text[], %(currencies)s::text[],
                         %(rates)s::float8[]) r(ground, pack_id, currency, each)
), share AS MATERIALIZED (
    SELECT m.ground, p.security_id, p.close::float8 * m.each AS each
      FROM market_price p JOIN money m ON m.pack_id = p.pack_id AND m.currency = p.currency
     WHERE p.pack_id = ANY (%(packs)s::text[])
), worth AS (
    SELECT a.id, o.quantity_open::float8 * CASE WHEN o.is_short THEN -s.each ELSE s.each END
      FROM asked a JOIN portfolios_lot o ON o.portfolio_id = a.id
      LEFT JOIN share s ON s.ground = a.ground AND s.security_id = o.security_id
     WHERE o.is_open AND o.portfolio_id = ANY (%(ids)s::uuid[])
     UNION ALL
    SELECT a.id, c.balance::float8 * m.each
      FROM asked a JOIN portfolios_cashbalance c ON c.portfolio_id = a.id
      LEFT JOIN money m ON m.ground = a.ground AND m.currency = c.currency
     WHERE c.portfolio_id = ANY (%(ids)s::uuid[])
)
SELECT id, sum(amount), bool_and(amount IS NOT NULL) FROM worth w(id, amount) GROUP BY id
"""


class StoredValue(NamedTuple):
    """A complete value at a close, and what it was computed in."""

    portfolio_id: UUID
    day: date
    pack_id: str
    total: Decimal
    currency: str


def newest_value(fact: PortfolioFacts) -> StoredValue | str:
    """A portfolio's newest stored value, or why there is none to be held against anything."""
    if fact.newest_day is None or fact.newest_pack is None:
        return "It has no stored value yet."
    if not fact.is_current:
        return f"The stored value of {fact.newest_day} follows from an older ledger or policy."
    if fact.newest_state not in COMPLETE or fact.newest_total is None:
        return f"The stored value of {fact.newest_day} is {fact.newest_state}."
    return StoredValue(
        fact.id, fact.newest_day, fact.newest_pack, fact.newest_total, fact.base_currency
    )


def marks_for_most(values: Iterable[StoredValue]) -> PivotMarks | None:
    """The marks of the pack that most of the values stand on; None where there is no value."""
    packs = Counter(value.pack_id for value in values)
    return pivot_marks(packs.most_common(1)[0][0]) if packs else None


def agrees_at(value: StoredValue, marks: PivotMarks | None, worth: float) -> bool:
    """Whether a value is, within a basis point, what the sums are worth at these marks. False too
    where these say nothing about it."""
    if marks is None or value.pack_id != marks.pack_id or not isfinite(worth):
        return False
    into = marks.into.get(value.currency)
    return into is not None and _agrees(value.total, Decimal(worth * into))


def doubtful_values(values: Sequence[StoredValue]) -> set[UUID]:
    """Whose value is not, within a basis point, what the stored shares and cash are worth in its
    own pack."""
    worths = _worths(values) if values else {}
    return {
        value.portfolio_id
        for value in values
        if not _agrees(value.total, worths[value.portfolio_id])
    }


def _agrees(stored: Decimal, worth: Decimal | None) -> bool:
    return worth is not None and reconcile(stored, worth).status is Agreement.PASS


def _worths(values: Sequence[StoredValue]) -> dict[UUID, Decimal | None]:
    """In base currency, None where a close or a rate is missing; zero where nothing is held."""
    grounds = {place: number for number, place in enumerate(dict.fromkeys(map(_ground, values)))}
    rates = [
        (number, pack_id, currency, rate)
        for (pack_id, base), number in grounds.items()
        for currency, rate in _rates(pack_id, base)
    ]
    asked: dict[str, Any] = {
        "ids": [value.portfolio_id for value in values],
        "at": [grounds[_ground(value)] for value in values],
        "grounds": [rate[0] for rate in rates],
        "packs": [rate[1] for rate in rates],
        "currencies": [rate[2] for rate in rates],
        "rates": [rate[3] for rate in rates],
    }
    with connection.cursor() as cursor:
        cursor.execute(WORTHS, asked)
        found = {pk: Decimal(amount) if whole else None for pk, amount, whole in cursor.fetchall()}
    return {value.portfolio_id: found.get(value.portfolio_id, ZERO) for value in values}


def _ground(value: StoredValue) -> tuple[str, str]:
    return value.pack_id, value.currency


def _rates(pack_id: str, base: str) -> Iterator[tuple[str, float]]:
    """Base per 1 of each currency that the pack leads to it, itself included."""
    table = pack_prices(pack_id).rate_table
    for currency in sorted({base, *(code for pair in table for code in pair)}):
        rate = convert_path(table, currency, base).rate
        if rate is not None:
            yield currency, float(rate)


def value_differences(portfolio: Portfolio, entries: Sequence[Entry]) -> Held:
    """The newest stored value against the entries, replayed and valued in its own pack."""
    (fact,) = portfolio_facts([portfolio.pk], lock=False)
    value = newest_value(fact)
    if isinstance(value, str):
        return Held((), 0, (value,))
    pack = pack_prices(value.pack_id)
    currencies = currencies_of(entries)
    prices = {key: pack.prices[key] for key in securities_of(entries) if key in pack.prices}
    marks = marks_of(value.day, value.currency, prices, pack.rates, currencies)
    by_account = portfolio.lot_scope == Portfolio.LotScope.ACCOUNT
    worth = plain_value(entries, marks, by_account=by_account)
    return Held(() if _agrees(value.total, worth) else (_difference(value, worth),), 1, ())


def _difference(value: StoredValue, worth: Decimal | None) -> Difference:
    total, base = value.total, value.currency
    said = "no value: a close or a rate is missing" if worth is None else _money(worth, base)
    return Difference(
        key=f"stored value {value.day} {base}",
        code=ReconciliationResult.Code.VALUATION_MISMATCH,
        asof_date=value.day,
        expected=worth,
        actual=total,
        error_bps=None if worth is None else min(reconcile(total, worth).bp, MOST_BPS),
        message=(
            f"The stored value of {value.day} is {_money(total, base)}; the ledger's shares and "
            f"cash in {value.pack_id} give {said}."
        ),
    )


def _money(amount: Decimal, currency: str) -> str:
    return display(amount, "money", currency)
