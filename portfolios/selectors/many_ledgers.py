"""The movements of many ledgers as columns, read from their entries without booking them.

Of plain entries the movements are what the entry says: a purchase brings its quantity and takes
its net amount. All that needs lots to be known, a split, a merger, a delivery, is odd here, and so
is what has more decimals than the columns keep, or more than they can count: such ledgers are
booked, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from portfolios.calc.bulk.steps import Integers
from portfolios.selectors.copied import array_of, copied

MOST = 2.0**62  # that moves in a ledger: sums of more have no room in 64 bits
ORDINAL_2000 = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from there

# A ledger's standing entries: neither reversals nor reversed. A reversed reversal is odd.
ENTRIES = """
WITH asked AS MATERIALIZED (
    SELECT id, place::int4 - 1 AS place FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY u(id, place)
), listing AS MATERIALIZED (
    SELECT id, place::int4 - 1 AS number
      FROM unnest(%(listed)s::uuid[]) WITH ORDINALITY u(id, place)
), gone AS MATERIALIZED (
    SELECT t.reverses_id AS id, t.id AS by, a.place, t.transaction_date
      FROM portfolios_transaction t JOIN asked a ON a.id = t.portfolio_id
     WHERE t.reverses_id IS NOT NULL AND t.portfolio_id = ANY (%(ids)s::uuid[])
), entry AS NOT MATERIALIZED (
    SELECT a.place, coalesce(l.number, -1) AS security, t.*,
           t.security_id IS NOT NULL AND l.number IS NULL AS unlisted,
           coalesce(t.pay_date, t.transaction_date) AS paid
      FROM portfolios_transaction t JOIN asked a ON a.id = t.portfolio_id
      LEFT JOIN listing l ON l.id = t.security_id
     WHERE t.id NOT IN (SELECT id FROM gone) AND t.entry_type <> 'REVERSAL'
       AND t.portfolio_id = ANY (%(ids)s::uuid[])
)
SELECT place, security,
       CASE WHEN currency = '' THEN '---' ELSE currency END::text AS currency,
       CASE WHEN unlisted THEN 0
            WHEN entry_type IN ('BUY', 'SELL')
            THEN (quantity = trunc(quantity, 8) AND quantity < 9000000000
                  AND net_amount = trunc(net_amount, 4) AND abs(net_amount) < 90000000000000)::int4
            WHEN entry_type IN ('DIVIDEND', 'COUPON', 'INTEREST', 'INTEREST_CHARGE', 'FEE',
                                'FEE_REFUND', 'TAX', 'TAX_REFUND', 'DEPOSIT', 'WITHDRAWAL')
                 OR entry_type = 'FX_CONVERSION' AND to_currency NOT IN ('', currency)
                    AND to_amount = trunc(to_amount, 4) AND to_amount < 90000000000000
            THEN (net_amount = trunc(net_amount, 4) AND abs(net_amount) < 90000000000000)::int4
            ELSE 0 END AS plain,
       CASE WHEN entry_type IN ('DIVIDEND', 'COUPON') THEN paid ELSE transaction_date END AS on_day,
       CASE WHEN entry_type IN ('DIVIDEND', 'COUPON') THEN least(coalesce(ex_date, paid), paid)
            ELSE transaction_date END AS due_from,
       least(transaction_date, ex_date) AS began,
       CASE WHEN entry_type IN ('BUY', 'SELL') AND quantity < 9000000000
            THEN (CASE entry_type WHEN 'BUY' THEN quantity ELSE -quantity END
                  * 100000000)::int8 ELSE 0 END AS shares,
       CASE WHEN abs(net_amount) < 90000000000000
            THEN (net_amount * 10000)::int8 ELSE 0 END AS money
  FROM entry
 UNION ALL
SELECT place, -1, to_currency::text, 2, transaction_date, transaction_date,
       transaction_date, 0, (to_amount * 10000)::int8
  FROM entry WHERE entry_type = 'FX_CONVERSION' AND length(to_currency) = 3
   AND to_amount < 90000000000000
 UNION ALL
SELECT r.place, -1, '---', 0, r.transaction_date, r.transaction_date, r.transaction_date, 0, 0
  FROM gone r WHERE r.by IN (SELECT id FROM gone)
"""
KINDS = {
    "place": ">i4",
    "security": ">i4",
    "currency": "S3",
    "plain": ">i4",
    "on_day": ">i4",
    "due_from": ">i4",
    "began": ">i4",
    "shares": ">i8",
    "money": ">i8",
}
FLOWS = """
WITH asked AS (
    SELECT id, place::int4 - 1 AS place FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY u(id, place)
)
SELECT a.place, t.transaction_date, t.currency,
       CASE t.entry_type WHEN 'DEPOSIT' THEN t.gross_amount ELSE -t.gross_amount END,
       coalesce(t.fx_rate, CASE WHEN t.security_currency IN ('', t.currency)
                                THEN t.settlement_fx_rate END)
  FROM portfolios_transaction t JOIN asked a ON a.id = t.portfolio_id
 WHERE t.entry_type IN ('DEPOSIT', 'WITHDRAWAL') AND t.portfolio_id = ANY (%(ids)s::uuid[])
   AND t.transaction_date > %(after)s
   AND NOT EXISTS (SELECT FROM portfolios_transaction r WHERE r.reverses_id = t.id)
"""


class FlowEntry(NamedTuple):
    """Money over the border: amount in `currency`, negative when it left; None where the entry
    does not say. rate: base per 1 of the currency as recorded; None is the day's."""

    place: int
    on: date
    currency: str
    amount: Decimal | None
    rate: Decimal | None


@dataclass(frozen=True, eq=False)
class ManyLedgers:
    """Movements of ledgers numbered by place in `ids`. Shares in 1e-8, money in 1e-4, days as
    ordinals; security numbers are places in `securities`, -1 for none. is_exchange: what another
    currency was changed into. odd by place."""

    ids: tuple[UUID, ...]
    securities: tuple[UUID, ...]
    owner: Integers
    security: Integers
    currency: npt.NDArray[Any]
    on_day: Integers
    due_from: Integers
    shares: Integers
    money: Integers
    is_exchange: npt.NDArray[np.bool_]
    began: Integers
    odd: npt.NDArray[np.bool_]
    flows: tuple[FlowEntry, ...]

    @property
    def currencies(self) -> set[str]:
        """What money moves in."""
        return {code.decode() for code in np.unique(self.currency)} - {"---"}


def many_ledgers(
    ids: Sequence[UUID], *, flows_after: date = date.min, listed: Sequence[UUID] | None = None
) -> ManyLedgers:
    """All movements of the ledgers as they stand. `began` is 0 for an empty ledger. flows_after:
    the flows of earlier days are not asked for. listed: all securities, where they were asked for
    already; a ledger that has another, which came since, is odd."""
    listed = listings() if listed is None else listed
    asked = {"ids": array_of(ids), "listed": array_of(listed), "after": flows_after}
    rows = copied(ENTRIES, asked, KINDS)
    owner = rows["place"]
    used = np.unique(rows["security"])
    security = np.searchsorted(used, rows["security"]) - int(len(used) > 0 and used[0] == -1)
    began = np.full(len(ids), np.iinfo(np.int64).max)
    np.minimum.at(began, owner, rows["began"] + ORDINAL_2000)
    began[began == np.iinfo(np.int64).max] = 0
    odd = np.zeros(len(ids), dtype=bool)
    odd[owner[rows["plain"] == 0]] = True
    for moved in (rows["shares"], rows["money"]):
        odd |= np.bincount(owner, np.abs(moved).astype(np.float64), len(ids)) >= MOST
    flows = tuple(_flows(asked))
    odd[[flow.place for flow in flows if flow.amount is None]] = True
    return ManyLedgers(
        tuple(ids),
        tuple(listed[number] for number in used.tolist() if number >= 0),
        owner,
        security,
        rows["currency"],
        rows["on_day"] + ORDINAL_2000,
        rows["due_from"] + ORDINAL_2000,
        rows["shares"],
        rows["money"],
        rows["plain"] == 2,
        began,
        odd,
        flows,
    )


def listings() -> list[UUID]:
    """All securities, by id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM market_security ORDER BY id")
        return [key for (key,) in cursor.fetchall()]


def _flows(asked: Mapping[str, Any]) -> Iterator[FlowEntry]:
    with connection.cursor() as cursor:
        cursor.execute(FLOWS, asked)
        yield from map(FlowEntry._make, cursor.fetchall())
