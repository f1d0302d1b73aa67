"""Whether sealed packs are what their hashes say, and nothing in them looks ahead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection
from django.db.models import F, Q

from market.calc.packs import pack_digest
from market.models import FxRate, Price, PricingPack
from market.models.observations import CLOSE_LIMIT, RATE_LIMIT
from market.selectors.content import pack_contents

CHUNK = 250
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PackFault:
    """One thing that is not as promised: the pack, the check that found it, and what differs."""

    pack_id: str
    check: str
    message: str


def pack_faults(progress: Progress | None = None) -> tuple[int, list[PackFault]]:
    """The number of sealed packs looked at, and every fault.

    Each digest is computed twice from the stored rows, in Python and in SQL.
    """
    packs = list(PricingPack.objects.sealed().order_by("policy", "asof_date", "revision"))
    faults = [*_looking_ahead(), *_not_finite(), *_lineage(packs)]
    for first in range(0, len(packs), CHUNK):
        faults += _digests(packs[first : first + CHUNK])
        if progress is not None:
            progress(min(first + CHUNK, len(packs)), len(packs))
    return len(packs), faults


def _digests(packs: Sequence[PricingPack]) -> Iterator[PackFault]:
    in_sql = _digests_in_sql([pack.pk for pack in packs])
    contents = pack_contents(packs)
    for pack in packs:
        again = {"Python": pack_digest(contents[pack.pk]), "SQL": in_sql[pack.pk]}
        for where, digest in again.items():
            if digest != pack.content_hash:
                yield PackFault(
                    pack.pk,
                    "I8",
                    f"sealed as {pack.content_hash}, its rows digest to {digest} in {where}",
                )


def _digests_in_sql(pack_ids: Sequence[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pack_id, digest FROM market_pack_digests(%s)", [list(pack_ids)])
        return dict(cursor.fetchall())


def _lineage(packs: Sequence[PricingPack]) -> Iterator[PackFault]:
    """One unbroken chain of revisions for each day and policy, so that one of them is live."""
    days: dict[tuple[str, str], list[PricingPack]] = {}
    for pack in packs:
        days.setdefault((pack.policy, pack.asof_date.isoformat()), []).append(pack)
    for chain in days.values():
        first = chain[0]
        if first.revision != 1 or first.supersedes_id is not None:
            yield PackFault(first.pk, "I9", "the first sealed revision of its day is not r1")
        for old, new in pairwise(chain):
            if new.supersedes_id != old.pk:
                yield PackFault(new.pk, "I9", f"does not supersede {old.pk}, which is also live")
            if (new.seal_number or 0) <= (old.seal_number or 0):
                yield PackFault(new.pk, "I9", f"was sealed before {old.pk}, which it supersedes")


def _looking_ahead() -> Iterator[PackFault]:
    for model in (Price, FxRate):
        for row in model._default_manager.filter(asof_date__gt=F("pack__asof_date"))[:100]:
            yield PackFault(row.pack_id, "I13", f"{row} was observed on {row.asof_date}")


def _not_finite() -> Iterator[PackFault]:
    for price in Price.objects.exclude(Q(close__gt=0, close__lt=CLOSE_LIMIT))[:100]:
        yield PackFault(price.pack_id, "I14", f"{price} is not a positive finite price")
    for rate in FxRate.objects.exclude(Q(rate__gt=0, rate__lt=RATE_LIMIT))[:100]:
        yield PackFault(rate.pack_id, "I14", f"{rate} is not a positive finite rate")
