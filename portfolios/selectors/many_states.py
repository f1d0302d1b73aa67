"""What is known of many portfolios before they are valued: settings, heads, their newest value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from patterns.canonical import content_hash
from portfolios.models import Portfolio
from portfolios.models.chain import genesis_hash
from portfolios.models.portfolio import POLICY_FIELDS
from portfolios.models.values import STATES
from portfolios.selectors.copied import array_of

# The newest month is looked up; which packs these are is asked once, for all.
FACTS = """
SELECT p.id, h.seq, h.entry_hash, s.ledger_commit_hash, s.settings_hash, m.asof_date, k.id,
       m.total_value, m.state
  FROM unnest(%(ids)s::uuid[]) p(id)
  LEFT JOIN LATERAL (SELECT seq, entry_hash FROM portfolios_transaction
                      WHERE portfolio_id = p.id ORDER BY seq DESC LIMIT 1) h ON true
  LEFT JOIN portfolios_historystate s
       ON s.portfolio_id = p.id AND s.portfolio_id = ANY (%(ids)s::uuid[])
  LEFT JOIN LATERAL (SELECT month + (days[cardinality(days)] - 1) AS asof_date,
                            packs[cardinality(days)] AS pack,
                            totals[cardinality(days)] * coin AS total_value,
                            coalesce(states[cardinality(days)], 0) AS state
                       FROM portfolios_monthlyvalues
                      WHERE portfolio_id = p.id ORDER BY month DESC LIMIT 1) m ON true
  LEFT JOIN market_pricingpack k ON k.seal_number = m.pack
"""


@dataclass(frozen=True, slots=True)
class PortfolioFacts:
    """A portfolio's own settings and where its ledger and its values stand."""

    id: UUID
    base_currency: str
    policy: str
    benchmark_id: UUID | None
    settings_hash: str
    seq: int
    ledger_commit_hash: str
    is_current: bool  # its values follow from this head, under these settings
    newest_day: date | None
    newest_pack: str | None
    newest_total: Decimal | None
    newest_state: str | None


def portfolio_facts(ids: Sequence[UUID], *, lock: bool) -> list[PortfolioFacts]:
    """Facts of the portfolios that exist, by id. lock: until the transaction ends no trade is
    written to them."""
    asked = RawSQL("SELECT unnest(%s::uuid[])", [array_of(ids)])
    rows = Portfolio.objects.filter(pk__in=asked).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    settings: dict[tuple[Any, ...], tuple[dict[str, Any], str]] = {}
    known = {}
    for pk, benchmark_id, *values in rows.values_list("pk", "benchmark_id", *POLICY_FIELDS):
        key = tuple(values)
        if key not in settings:
            said = dict(zip(POLICY_FIELDS, values, strict=True))
            settings[key] = said, content_hash(said)
        known[pk] = benchmark_id, *settings[key]
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"ids": array_of(known)})
        return [_facts(row, *known[row[0]]) for row in cursor.fetchall()]


def _facts(
    row: tuple[Any, ...], benchmark_id: UUID | None, said: dict[str, Any], settings_hash: str
) -> PortfolioFacts:
    pk, seq, head, valued_at, valued_under, day, pack, total, state = row
    head = head or genesis_hash(pk)
    return PortfolioFacts(
        id=pk,
        base_currency=said["base_currency"],
        policy=said["pricing_policy"],
        benchmark_id=benchmark_id,
        settings_hash=settings_hash,
        seq=seq or 0,
        ledger_commit_hash=head,
        is_current=(valued_at, valued_under) == (head, settings_hash),
        newest_day=day,
        newest_pack=pack,
        newest_total=total,
        newest_state=None if state is None else STATES[state],
    )
