"""The lineage of packs: what was live at a market head, and the prices of whole periods.

A market head is the number of the newest seal at some moment. What was live at a head never
changes: a later seal has a larger number. A result that names its head can be computed again
after any number of restatements.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max, QuerySet

from market.calc.policies import DEFAULT_POLICY
from market.models import FxRate, Price, PricingPack
from market.selectors.content import PackPrice, PackRate
from patterns.canonical import canonical_json, text_hash

# A pack without rates is one row of nulls; no pack is no row.
RATES_AS_OF = """
    SELECT rate.base_currency, rate.quote_currency, rate.rate
    FROM (
        SELECT pack.id FROM market_pricingpack pack
        WHERE pack.policy = %(policy)s AND pack.asof_date <= %(day)s
            AND pack.seal_number <= %(head)s
            AND NOT EXISTS (
                SELECT FROM market_pricingpack newer
                WHERE newer.supersedes_id = pack.id AND newer.seal_number <= %(head)s
            )
        ORDER BY pack.asof_date DESC LIMIT 1
    ) live
    LEFT JOIN market_fxrate rate
        ON rate.pack_id = live.id AND rate.quote_currency = ANY(%(currencies)s)
"""


def market_head() -> int:
    """The number of the newest seal; 0 before the first."""
    newest = PricingPack.objects.aggregate(newest=Max("seal_number"))["newest"]
    return int(newest or 0)


def head_for(pack: PricingPack) -> int:
    """The head to read a pack's lineage at: now for a live pack, just before its successor's seal
    for a superseded one."""
    successor = PricingPack.objects.sealed().filter(supersedes=pack.pk).first()
    if successor is None or successor.seal_number is None:
        return market_head()
    return successor.seal_number - 1


def live_packs(
    policy: str, end: date, market_head: int, start: date = date.min
) -> list[tuple[date, str, str]]:
    """(day, pack id, content hash) of the packs live at the head, ascending by day."""
    lineage = _lineage(policy, market_head)
    first = bisect_left(lineage, start, key=itemgetter(0))
    return list(lineage[first : bisect_right(lineage, end, key=itemgetter(0))])


@lru_cache(maxsize=32)
def _lineage(policy: str, market_head: int) -> tuple[tuple[date, str, str], ...]:
    """All of them. A head is a moment of the past, so what was live then is read once."""
    packs = PricingPack.objects.of_policy(policy).live_at(market_head)
    return tuple(packs.order_by("asof_date").values_list("asof_date", "pk", "content_hash"))


def forget_heads() -> None:
    """As a process that has just started. For whoever rolls seals back: what was live at their
    heads inside the transaction was never so for anybody else."""
    _lineage.cache_clear()
    _spelled.cache_clear()
    history_hash.cache_clear()


def packs_since(policy: str, start: date) -> QuerySet[PricingPack]:
    """The sealed packs of a day and all later ones, superseded ones included: where there is
    one, one of its revisions is live."""
    return PricingPack.objects.of_policy(policy).sealed().between(start, date.max)


@lru_cache(maxsize=256)
def history_hash(policy: str, asof: date, market_head: int) -> str:
    """One hash over the day and content of every pack live at the head, up to and with `asof`.

    It depends neither on ids nor on seal numbers, so another machine that has the same history
    has the same hash.
    """
    until = bisect_right(_lineage(policy, market_head), asof, key=itemgetter(0))
    return text_hash(f"[{','.join(_spelled(policy, market_head)[:until])}]")


@lru_cache(maxsize=4)
def _spelled(policy: str, market_head: int) -> tuple[str, ...]:
    """The canonical text of each day and content: pages ask for the hash up to any day."""
    return tuple(
        canonical_json([day.isoformat(), digest])
        for day, _, digest in _lineage(policy, market_head)
    )


def price_history(
    security_ids: Iterable[UUID],
    start: date,
    end: date,
    market_head: int,
    *,
    policy: str = DEFAULT_POLICY,
) -> dict[date, dict[UUID, PackPrice]]:
    """The prices of each session's live pack, in two queries; a day with a pack has an entry."""
    days = _days_of_packs(policy, start, end, market_head)
    history: dict[date, dict[UUID, PackPrice]] = {day: {} for day in days.values()}
    rows = (
        Price.objects.filter(pack_id__in=days, security_id__in=list(security_ids))
        .order_by()
        .values_list("pack_id", "security_id", "close", "currency", "asof_date", "source", "state")
    )
    for pack_id, security_id, *price in rows.iterator(chunk_size=20_000):
        history[days[pack_id]][security_id] = PackPrice._make(price)
    return history


def fx_history(
    start: date,
    end: date,
    market_head: int,
    *,
    policy: str = DEFAULT_POLICY,
    currencies: Sequence[str] | None = None,
) -> dict[date, dict[tuple[str, str], PackRate]]:
    """The rates of each session's live pack, in two queries; limited to some quote currencies."""
    days = _days_of_packs(policy, start, end, market_head)
    history: dict[date, dict[tuple[str, str], PackRate]] = {day: {} for day in days.values()}
    rows = FxRate.objects.filter(pack_id__in=days)
    if currencies is not None:
        rows = rows.filter(quote_currency__in=currencies)
    values = rows.order_by().values_list(
        "pack_id",
        "base_currency",
        "quote_currency",
        "rate",
        "asof_date",
        "source",
        "fixing",
        "state",
    )
    for pack_id, base, quote, *rate in values.iterator(chunk_size=20_000):
        history[days[pack_id]][base, quote] = PackRate._make(rate)
    return history


def rates_as_of(
    policy: str, day: date, market_head: int, currencies: Sequence[str]
) -> dict[tuple[str, str], Decimal] | None:
    """The rates of the day's live pack, else of the last before it, limited to some quote
    currencies; None where there is no such pack."""
    asked: dict[str, Any] = {
        "policy": policy,
        "day": day,
        "head": market_head,
        "currencies": [*currencies],
    }
    with connection.cursor() as cursor:
        cursor.execute(RATES_AS_OF, asked)
        rows = cursor.fetchall()
    if not rows:
        return None
    return {(base, quote): rate for base, quote, rate in rows if rate is not None}


def _days_of_packs(policy: str, start: date, end: date, market_head: int) -> dict[str, date]:
    """The live packs of a period. The rows are then asked for by pack id, not by a join: a
    planner without statistics, right after a bulk load, turns that join into a nested loop."""
    return {pack_id: day for day, pack_id, _ in live_packs(policy, end, market_head, start)}
