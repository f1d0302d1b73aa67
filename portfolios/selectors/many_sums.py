"""Ledgers and their projections as sums, set-wise: the second, independent path of every night.

The signed quantities of a ledger's entries are added up in SQL, from the entries alone, and so
are its cash amounts; the stored lots and balances are added up beside them. A portfolio's sums
over its securities are weighted, each security with a number of its own, so that one sum stands
for all of its positions: two that differ in any position have different sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from patterns.canonical import content_hash
from portfolios.selectors.copied import array_of
from portfolios.selectors.pivot_marks import PivotMarks

SUMS = """
WITH asked AS MATERIALIZED (
    SELECT id, place::int4 - 1 AS place FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY u(id, place)
), listing AS MATERIALIZED (
    SELECT s.id, (hashtextextended(s.id::text, 0) & 16777215 | 1)::numeric AS weight,
           coalesce(m.close, 'NaN') AS close
      FROM market_security s
      LEFT JOIN unnest(%(securities)s::uuid[], %(closes)s::float8[]) m(id, close) ON m.id = s.id
), money AS MATERIALIZED (
    SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::float8[]) m(currency, rate)
), gone AS MATERIALIZED (
    SELECT reverses_id AS id FROM portfolios_transaction
     WHERE reverses_id IS NOT NULL AND portfolio_id = ANY (%(ids)s::uuid[])
), entries AS (
    SELECT t.portfolio_id,
           sum(CASE t.entry_type WHEN 'BUY' THEN t.quantity WHEN 'SELL' THEN -t.quantity ELSE 0 END
               * l.weight) AS shares,
           sum(t.net_amount * (hashtext(t.currency) & 65535 | 1)
               + CASE t.entry_type WHEN 'FX_CONVERSION'
                 THEN t.to_amount * (hashtext(t.to_currency) & 65535 | 1) ELSE 0 END) AS cash,
           bool_and(t.entry_type IN ('BUY', 'SELL', 'DIVIDEND', 'COUPON', 'INTEREST',
                    'INTEREST_CHARGE', 'FEE', 'FEE_REFUND', 'TAX', 'TAX_REFUND', 'DEPOSIT',
                    'WITHDRAWAL', 'FX_CONVERSION')) AS plain
      FROM portfolios_transaction t LEFT JOIN listing l ON l.id = t.security_id
     WHERE t.portfolio_id = ANY (%(ids)s::uuid[]) AND t.entry_type <> 'REVERSAL'
       AND t.id NOT IN (SELECT id FROM gone)
     GROUP BY t.portfolio_id
), lots AS (
    SELECT o.portfolio_id, count(*) AS count,
           sum(coalesce(o.cost_basis_local, -1) * l.weight) AS cost,
           sum(CASE WHEN o.is_short THEN -o.quantity_open ELSE o.quantity_open END * l.weight)
               AS shares,
           sum(o.quantity_open * (hashtext(o.account) & 65535 | 1)) AS places,
           sum(o.quantity_open::float8 * CASE WHEN o.is_short THEN -l.close ELSE l.close END)
               AS worth
      FROM portfolios_lot o JOIN listing l ON l.id = o.security_id
     WHERE o.portfolio_id = ANY (%(ids)s::uuid[]) AND o.is_open
     GROUP BY o.portfolio_id
), purses AS (
    SELECT c.portfolio_id, sum(c.balance * (hashtext(c.currency) & 65535 | 1)) AS cash,
           sum(c.balance * (hashtext(c.account) & 65535 | 1)) AS places,
           sum(c.balance::float8 * coalesce(m.rate, 'NaN')) AS worth
      FROM portfolios_cashbalance c LEFT JOIN money m ON m.currency = c.currency
     WHERE c.portfolio_id = ANY (%(ids)s::uuid[])
     GROUP BY c.portfolio_id
), stated AS (
    SELECT s.portfolio_id, count(*) AS count, max(s.id) AS newest, bool_or(s.kind = 'nav') AS nav,
           string_agg(DISTINCT r.state, ',') AS states
      FROM portfolios_balanceassertion s
      LEFT JOIN portfolios_importrun r ON r.id = s.import_run_id
     WHERE s.portfolio_id = ANY (%(ids)s::uuid[])
     GROUP BY s.portfolio_id
), unsettled AS (
    SELECT portfolio_id, count(*) AS count FROM portfolios_reconciliationresult
     WHERE portfolio_id = ANY (%(ids)s::uuid[]) AND state = 'open'
     GROUP BY portfolio_id
)
SELECT a.id, coalesce(e.plain, true), coalesce(e.shares, 0), coalesce(e.cash, 0),
       coalesce(o.shares, 0), coalesce(p.cash, 0), o.count, o.cost, o.places, p.places,
       coalesce(s.count, 0), s.newest, s.nav, s.states, coalesce(u.count, 0),
       coalesce(h.reconciled_head, ''), coalesce(h.reconciled_sums, ''),
       coalesce(o.worth, 0) + coalesce(p.worth, 0)
  FROM asked a
  LEFT JOIN entries e ON e.portfolio_id = a.id
  LEFT JOIN lots o ON o.portfolio_id = a.id
  LEFT JOIN purses p ON p.portfolio_id = a.id
  LEFT JOIN stated s ON s.portfolio_id = a.id
  LEFT JOIN unsettled u ON u.portfolio_id = a.id
  LEFT JOIN portfolios_historystate h
       ON h.portfolio_id = a.id AND h.portfolio_id = ANY (%(ids)s::uuid[])
"""
CENT = Decimal("0.01")
PLAIN = (
    "BUY SELL DIVIDEND COUPON INTEREST INTEREST_CHARGE FEE FEE_REFUND TAX TAX_REFUND DEPOSIT "
    "WITHDRAWAL FX_CONVERSION"
).split()
# Shares of each security and cash of each currency, by themselves: no weight, no hash.
APART = """
WITH gone AS MATERIALIZED (
    SELECT reverses_id AS id FROM portfolios_transaction
     WHERE reverses_id IS NOT NULL AND portfolio_id = ANY (%(ids)s::uuid[])
), entries AS MATERIALIZED (
    SELECT portfolio_id, security_id, entry_type, quantity, net_amount, currency, to_amount,
           to_currency
      FROM portfolios_transaction
     WHERE portfolio_id = ANY (%(ids)s::uuid[]) AND entry_type <> 'REVERSAL'
       AND id NOT IN (SELECT id FROM gone)
), odd AS MATERIALIZED (
    SELECT DISTINCT portfolio_id FROM entries WHERE NOT entry_type = ANY (%(plain)s)
), moved AS (
    SELECT portfolio_id, security_id::text AS what,
           CASE entry_type WHEN 'BUY' THEN quantity WHEN 'SELL' THEN -quantity END AS amount
      FROM entries WHERE entry_type IN ('BUY', 'SELL')
     UNION ALL SELECT portfolio_id, currency, net_amount FROM entries
     UNION ALL SELECT portfolio_id, to_currency, to_amount FROM entries
                WHERE entry_type = 'FX_CONVERSION'
     UNION ALL SELECT portfolio_id, security_id::text,
                      CASE WHEN is_short THEN quantity_open ELSE -quantity_open END
                 FROM portfolios_lot WHERE portfolio_id = ANY (%(ids)s::uuid[]) AND is_open
     UNION ALL SELECT portfolio_id, currency, -balance FROM portfolios_cashbalance
                WHERE portfolio_id = ANY (%(ids)s::uuid[])
)
SELECT DISTINCT portfolio_id FROM (
    SELECT portfolio_id FROM moved WHERE portfolio_id NOT IN (SELECT portfolio_id FROM odd)
     GROUP BY portfolio_id, what HAVING sum(amount) <> 0
) differs
"""


@dataclass(frozen=True, slots=True)
class LedgerSums:
    """A portfolio's sums. agrees: what is stored has the sums of the ledger's entries, or entries
    that change shares otherwise than by trades make the two incomparable. sums: all that is
    stored, as one hash. reconciled: head and hash of the last replay that agreed. watched:
    something about it is compared anew every night. worth: stored shares and cash in the pivot of
    the marks, NaN where there is no mark for something."""

    portfolio_id: UUID
    agrees: bool
    sums: str
    reconciled: tuple[str, str]
    assertions: int
    open_items: int
    watched: bool
    worth: float


def ledger_sums(ids: Sequence[UUID], marks: PivotMarks | None = None) -> dict[UUID, LedgerSums]:
    """The sums of many portfolios, in one statement."""
    closes, rates = (marks.closes, marks.rates) if marks else ({}, {})
    asked = {
        "ids": array_of(ids),
        "securities": array_of(closes),
        "closes": array_of(closes.values()),
        "currencies": array_of(rates),
        "rates": array_of(rates.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(SUMS, asked)
        return {row[0]: _sums(row) for row in cursor.fetchall()}


def differing(ids: Sequence[UUID]) -> set[UUID]:
    """Whose stored shares of some security, or cash of some currency, are not what the entries
    leave. Ledgers whose entries change shares otherwise than by trades are not looked at."""
    with connection.cursor() as cursor:
        cursor.execute(APART, {"ids": array_of(ids), "plain": PLAIN})
        return {pk for (pk,) in cursor.fetchall()}


def _sums(row: tuple[Any, ...]) -> LedgerSums:
    pk, plain, shares, cash, stored_shares, stored_cash, *rest = row
    count, cost, places, purses, assertions, newest, nav, states, unsettled, head, known, worth = (
        rest
    )
    agrees = not plain or (shares == stored_shares and cash == stored_cash)
    stored = (stored_shares, stored_cash, count, cost, places, purses, assertions, newest, states)
    return LedgerSums(
        portfolio_id=pk,
        agrees=agrees,
        sums=content_hash([None if one is None else str(one) for one in stored]),
        reconciled=(head, known),
        assertions=assertions,
        open_items=unsettled,
        watched=bool(nav) or unsettled > 0,
        worth=worth,
    )
