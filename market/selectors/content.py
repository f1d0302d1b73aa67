"""What a pack holds: as the application uses it, and as the digest sees it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from market.calc.packs import (
    PackContent,
    PackedGap,
    PackedPrice,
    PackedRate,
    PackedSource,
    PackState,
)
from market.models import FxRate, Price, PricingPack
from market.selectors.packs import pack_alone, pack_by_id
from market.selectors.securities import security_ids


class PackPrice(NamedTuple):
    """A close in `currency`; `asof_date` is the observation's own day, `state` exact or stale."""

    close: Decimal
    currency: str
    asof_date: date
    source: str
    state: str


class PackRate(NamedTuple):
    """Units of the quote currency for one unit of the base currency."""

    rate: Decimal
    asof_date: date
    source: str
    fixing: str
    state: str


@dataclass(frozen=True, slots=True)
class PackGap:
    """What the pack should hold and does not. `security_id` is None for a currency pair;
    `required` says that somebody held it when the pack was built."""

    kind: str
    key: str
    symbol: str
    reason: str
    last_observed_on: date | None
    security_id: UUID | None
    required: bool = False


@dataclass(frozen=True, slots=True)
class PackView:
    """The content of one pack, by the ids of this database."""

    pack_id: str
    prices: Mapping[UUID, PackPrice]
    rates: Mapping[tuple[str, str], PackRate]
    gaps: tuple[PackGap, ...]

    @property
    def rate_table(self) -> dict[tuple[str, str], Decimal]:
        """The rates alone, as `market.calc.fx.convert_path` takes them."""
        return {pair: rate.rate for pair, rate in self.rates.items()}


def pack_prices(pack_id: str) -> PackView:
    """The content of a pack by its id."""
    return view_of(pack_alone(pack_id))


def view_of(pack: PricingPack) -> PackView:
    """The content of a pack. A sealed one never changes, so it is remembered in the process."""
    if pack.seal_number is None:
        return _view(pack)
    # The seal number is given once in the life of a database, unlike the id in a rolled-back test.
    return _sealed_view(_Sealed(pack.pk, pack.seal_number, pack.content_hash, pack))


@dataclass(frozen=True)
class _Sealed:
    pack_id: str
    seal_number: int
    content_hash: str
    pack: PricingPack = field(compare=False, repr=False)


@lru_cache(maxsize=256)
def _sealed_view(sealed: _Sealed) -> PackView:
    return _view(sealed.pack)


def _view(pack: PricingPack) -> PackView:
    prices = Price.objects.in_pack(pack.pk).values_list(
        "security_id", "close", "currency", "asof_date", "source", "state"
    )
    rates = FxRate.objects.in_pack(pack.pk).values_list(
        "base_currency", "quote_currency", "rate", "asof_date", "source", "fixing", "state"
    )
    ids = security_ids() if pack.gaps else {}
    return PackView(
        pack_id=pack.pk,
        prices={row[0]: PackPrice(*row[1:]) for row in prices.order_by("security_id")},
        rates={(row[0], row[1]): PackRate(*row[2:]) for row in rates.order_by()},
        gaps=tuple(_gap(item, ids) for item in pack.gaps),
    )


def _gap(item: Mapping[str, Any], ids: Mapping[str, UUID]) -> PackGap:
    return PackGap(
        kind=item["kind"],
        key=item["key"],
        symbol=item["symbol"],
        reason=item["reason"],
        last_observed_on=_day(item["last_observed_on"]),
        security_id=ids.get(item["key"]) if item["kind"] == "price" else None,
        required=item.get("required", False),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def pack_content(pack_id: str) -> PackContent:
    """The stored content as the digest sees it, read anew from the rows."""
    return pack_contents([pack_by_id(pack_id)])[pack_id]


def pack_contents(packs: Sequence[PricingPack]) -> dict[str, PackContent]:
    """The content of many packs by id, in two queries."""
    ids = [pack.pk for pack in packs]
    prices, rates = _stored_prices(ids), _stored_rates(ids)
    return {
        pack.pk: PackContent(
            asof_date=pack.asof_date,
            policy=pack.policy,
            prices=tuple(prices[pack.pk]),
            rates=tuple(rates[pack.pk]),
            gaps=tuple(_stored_gap(item) for item in pack.gaps),
            sources=tuple(PackedSource(**source) for source in pack.sources),
        )
        for pack in packs
    }


def _stored_prices(pack_ids: Sequence[str]) -> dict[str, list[PackedPrice]]:
    found: dict[str, list[PackedPrice]] = defaultdict(list)
    keys = {pk: key for key, pk in security_ids().items()}
    rows = Price.objects.in_packs(pack_ids).values_list(
        "pack_id", "security_id", "close", "currency", "asof_date", "source", "state"
    )
    for pack_id, listing, close, currency, day, source, state in rows.order_by():
        packed = PackedPrice(keys[listing], close, currency, day, source, cast("PackState", state))
        found[pack_id].append(packed)
    return found


def _stored_rates(pack_ids: Sequence[str]) -> dict[str, list[PackedRate]]:
    found: dict[str, list[PackedRate]] = defaultdict(list)
    rows = FxRate.objects.in_packs(pack_ids).values_list(
        "pack_id",
        "base_currency",
        "quote_currency",
        "rate",
        "asof_date",
        "source",
        "fixing",
        "state",
    )
    for pack_id, base, quote, rate, day, source, fixing, state in rows.order_by():
        packed = PackedRate(base, quote, rate, day, source, fixing, cast("PackState", state))
        found[pack_id].append(packed)
    return found


def _stored_gap(item: Mapping[str, Any]) -> PackedGap:
    return PackedGap(
        item["kind"],
        item["key"],
        item["symbol"],
        item["reason"],
        _day(item["last_observed_on"]),
        item.get("required", False),
    )
