"""Which packs there are, and which of them is live."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from market.calc.policies import DEFAULT_POLICY
from market.exceptions import PackNotFound
from market.models import PricingPack

# Every page asks for it, and the ORM needs four times as long to write this down.
LATEST = """
    SELECT pack.* FROM market_pricingpack pack
    WHERE pack.policy = %s AND pack.sealed_at IS NOT NULL AND pack.asof_date <= %s
        AND NOT EXISTS (
            SELECT FROM market_pricingpack newer
            WHERE newer.supersedes_id = pack.id AND newer.sealed_at IS NOT NULL
        )
    ORDER BY pack.asof_date DESC LIMIT 1
"""
LATEST_OF_EACH = """
    SELECT newest.*, asked.place AS asked_place
    FROM unnest(%s::text[], %s::date[]) WITH ORDINALITY AS asked(policy, up_to, place)
    CROSS JOIN LATERAL (
        SELECT pack.* FROM market_pricingpack pack
        WHERE pack.policy = asked.policy AND pack.sealed_at IS NOT NULL
            AND pack.asof_date <= asked.up_to
            AND NOT EXISTS (
                SELECT FROM market_pricingpack newer
                WHERE newer.supersedes_id = pack.id AND newer.sealed_at IS NOT NULL
            )
        ORDER BY pack.asof_date DESC LIMIT 1
    ) newest
"""
Asked = tuple[str, date | None]


def live_pack(policy: str = DEFAULT_POLICY, asof: date | None = None) -> PricingPack | None:
    """The pack that is live for the day; without a day, the latest."""
    if asof is None:
        return latest_pack(policy)
    return PricingPack.objects.of_policy(policy).live().filter(asof_date=asof).first()


def latest_pack(policy: str = DEFAULT_POLICY, up_to: date | None = None) -> PricingPack | None:
    """The newest live pack, or the newest that is not after `up_to`."""
    return next(iter(PricingPack.objects.raw(LATEST, [policy, up_to or date.max])), None)


def latest_packs(asked: Iterable[Asked]) -> dict[Asked, PricingPack]:
    """`latest_pack` of many policies and days with their freshness, in two queries; a pair
    without a pack has none here."""
    pairs = list(dict.fromkeys(asked))
    columns = [policy for policy, _ in pairs], [day or date.max for _, day in pairs]
    rows = PricingPack.objects.raw(LATEST_OF_EACH, columns).prefetch_related("freshness")
    return {pairs[vars(pack)["asked_place"] - 1]: pack for pack in rows}


def pack_by_id(pack_id: str) -> PricingPack:
    """The pack of that name, sealed or not, live or superseded."""
    packs = PricingPack.objects.select_related("freshness", "supersedes", "superseded_by")
    return _named(packs, pack_id)


def pack_alone(pack_id: str) -> PricingPack:
    """`pack_by_id` for whoever asks nothing about other revisions and freshness."""
    return _named(PricingPack.objects.all(), pack_id)


def _named(packs: QuerySet[PricingPack], pack_id: str) -> PricingPack:
    pack = packs.order_by().filter(pk=pack_id).first() if "\x00" not in pack_id else None
    if pack is None:
        raise PackNotFound(
            f"There is no pricing pack {pack_id!r}.", details={"pack_id": pack_id[:100]}
        )
    return pack


def revisions(pack: PricingPack) -> list[PricingPack]:
    """All revisions of the pack's day and policy, the oldest first."""
    same_day = PricingPack.objects.of_policy(pack.policy).asof(pack.asof_date)
    return list(same_day.select_related("superseded_by").order_by("revision"))
