"""Write packs to their tables, many at a time: COPY in, seal by one statement."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from market.calc.assembly import Evidence, judge
from market.calc.completeness import Coverage, Required
from market.calc.packs import PackContent, pack_digest, pack_id
from market.calc.policies import Policy

COPY_PACKS = """
    COPY market_pricingpack (id, asof_date, policy, revision, supersedes_id, reason, sources, gaps,
                             coverage, content_hash) FROM STDIN
"""
COPY_PRICES = """
    COPY market_price (pack_id, security_id, close, currency, asof_date, source, state) FROM STDIN
"""
COPY_RATES = """
    COPY market_fxrate (pack_id, base_currency, quote_currency, rate, asof_date, source, fixing,
                        state) FROM STDIN
"""
ADD_FRESHNESS = """
    INSERT INTO market_packfreshness
           (pack_id, state, prewarm_done, error_message, updated_at, estimated_ready)
    SELECT id, 'warming', false, '', now(), now() + interval '15 min'
      FROM unnest(%s::text[]) AS id
"""
# Numbers are taken in the order given, which is the order of days. MATERIALIZED, because a join
# that scans the given packs once for each stored one would take new numbers each time.
SEAL = """
    WITH given AS MATERIALIZED (
      SELECT g.id, g.digest, nextval('market_seal_number') AS number
        FROM (SELECT * FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY
                AS u (id, digest, place) ORDER BY place OFFSET 0) g
    )
    UPDATE market_pricingpack p
       SET content_hash = s.digest, sealed_at = now(), seal_number = s.number
      FROM given s
     WHERE p.id = s.id AND p.sealed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A pack to be written: content, its revision, and what it corrects."""

    content: PackContent
    revision: int = 1
    supersedes: str | None = None
    reason: str = ""
    coverage: Coverage | None = None

    @property
    def id(self) -> str:
        return pack_id(self.content.asof_date, self.content.policy, self.revision)


def drafted(
    policy: Policy, evidence: Evidence, content: PackContent, required: Required | None
) -> Draft:
    """A first revision, judged by what is required; None judges nothing."""
    if required is None:
        return Draft(content)
    marked, coverage = judge(policy, evidence, content, required)
    return Draft(marked, coverage=coverage)


def lock_policy(policy: str) -> None:
    """One writer of a policy's packs at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"market.packs.{policy}"]
        )


def store_drafts(drafts: Sequence[Draft], ids: Mapping[str, UUID]) -> None:
    """Write open packs with their prices, rates and freshness. `ids` gives listings' ids by key."""
    _copy(COPY_PACKS, (_pack_row(draft) for draft in drafts))
    _copy(COPY_PRICES, _price_rows(drafts, ids))
    _copy(COPY_RATES, _rate_rows(drafts))
    with connection.cursor() as cursor:
        cursor.execute(ADD_FRESHNESS, [[draft.id for draft in drafts]])


def _copy(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _pack_row(draft: Draft) -> tuple[Any, ...]:
    content = draft.content
    return (
        draft.id,
        content.asof_date,
        content.policy,
        draft.revision,
        draft.supersedes,
        draft.reason,
        json.dumps([source.as_dict() for source in content.sources]),
        json.dumps([gap.as_dict() for gap in content.gaps]),
        json.dumps(draft.coverage.as_dict() if draft.coverage else {}),
        "",
    )


def _price_rows(drafts: Sequence[Draft], ids: Mapping[str, UUID]) -> Iterator[tuple[Any, ...]]:
    for draft in drafts:
        for price in draft.content.prices:
            yield (
                draft.id,
                ids[price.listing],
                price.close,
                price.currency,
                price.asof_date,
                price.source,
                price.state,
            )


def _rate_rows(drafts: Sequence[Draft]) -> Iterator[tuple[Any, ...]]:
    for draft in drafts:
        for rate in draft.content.rates:
            yield (
                draft.id,
                rate.base_currency,
                rate.quote_currency,
                rate.rate,
                rate.asof_date,
                rate.source,
                rate.fixing,
                rate.state,
            )


def seal_drafts(digests: Mapping[str, str]) -> int:
    """Seal packs, given id and digest in order of day. The database computes each digest again
    and refuses the statement when one differs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM market_pricingpack WHERE id = ANY (%s) ORDER BY id FOR UPDATE",
            [list(digests)],
        )
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('market_seal'))")
        cursor.execute(SEAL, [list(digests), list(digests.values())])
        return int(cursor.rowcount)


def digests_of(drafts: Sequence[Draft]) -> dict[str, str]:
    return {draft.id: pack_digest(draft.content) for draft in drafts}


def discard_open(pack_ids: Sequence[str]) -> None:
    """Remove packs that were left open, to build them again; a sealed one is refused."""
    with connection.cursor() as cursor:
        for table in ("market_price", "market_fxrate", "market_packfreshness"):
            cursor.execute(f"DELETE FROM {table} WHERE pack_id = ANY (%s)", [list(pack_ids)])  # noqa: S608 - names above
        cursor.execute("DELETE FROM market_pricingpack WHERE id = ANY (%s)", [list(pack_ids)])
