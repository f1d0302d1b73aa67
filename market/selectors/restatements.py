"""What a restatement was: packs sealed together, and each fact that they say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from market.calc.packs import plain_text
from market.calc.quote_units import in_currency
from market.exceptions import RestatementNotFound
from market.models import FxObservation, FxRate, Price, PriceObservation, PricingPack
from market.selectors.packs import pack_by_id

Key = tuple[str, str, date]  # kind, listing or pair, day


@dataclass(frozen=True, slots=True)
class FactValue:
    """A close or a rate as a pack holds it, every digit; `asof_date` is its own day."""

    value: str
    unit: str
    asof_date: date
    source: str
    state: str


@dataclass(frozen=True, slots=True)
class FactChange:
    """One row of one day that is other than before. None: the pack had, or has, none.

    `known_at` is when the new value became known, None where no observation says so.
    """

    day: date
    kind: str
    key: str
    symbol: str
    old: FactValue | None
    new: FactValue | None
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class RestatedDay:
    """A day's pack, by id and content hash, before and after."""

    day: date
    old_id: str
    new_id: str
    old_hash: str
    new_hash: str


@dataclass(frozen=True, slots=True)
class Restatement:
    """Days ascending. What was live before is read at `old_head`, what came of it at `new_head`."""

    policy: str
    reason: str
    sealed_at: datetime
    old_head: int
    new_head: int
    days: tuple[RestatedDay, ...]

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day


def restatement_of(pack_id: str) -> Restatement:
    """The restatement that made a pack, or that superseded it where it is a first revision.

    The packs of one restatement are sealed by one transaction, with one reason. Raises
    PackNotFound, and RestatementNotFound for a pack that corrects nothing and stands.
    """
    pack = pack_by_id(pack_id)
    if pack.supersedes_id is None:
        later = getattr(pack, "superseded_by", None)
        if later is None or not later.is_sealed:
            raise RestatementNotFound(
                f"{pack.pk} replaces no pack, and none replaces it.", details={"pack_id": pack.pk}
            )
        pack = later
    made = (
        PricingPack.objects.of_policy(pack.policy)
        .filter(sealed_at=pack.sealed_at, reason=pack.reason, supersedes__isnull=False)
        .select_related("supersedes")
        .order_by("asof_date")
    )
    packs = [(it, it.supersedes) for it in made if it.supersedes is not None]
    seals = [it.seal_number for it, _ in packs if it.seal_number is not None]
    if pack.sealed_at is None or not seals:
        raise RestatementNotFound(f"{pack.pk} is not sealed.", details={"pack_id": pack.pk})
    return Restatement(
        policy=pack.policy,
        reason=pack.reason,
        sealed_at=pack.sealed_at,
        old_head=min(seals) - 1,
        new_head=max(seals),
        days=tuple(
            RestatedDay(new.asof_date, old.pk, new.pk, old.content_hash, new.content_hash)
            for new, old in packs
        ),
    )


def changed_facts(restatement: Restatement) -> tuple[FactChange, ...]:
    """Every row that differs, by day, kind and key; in a bounded number of queries."""
    days = restatement.days
    old = _facts({it.old_id: it.day for it in days})
    new = _facts({it.new_id: it.day for it in days})
    moved = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    known = _known_at(moved, new, restatement.sealed_at)
    return tuple(
        FactChange(
            day=day,
            kind=kind,
            key=key,
            symbol=key if kind == "fx" else key.rsplit(".", 2)[0],
            old=old.get((kind, key, day)),
            new=new.get((kind, key, day)),
            known_at=known.get((kind, key, day)),
        )
        for kind, key, day in sorted(moved, key=lambda it: (it[2], it[0], it[1]))
    )


def _facts(days: Mapping[str, date]) -> dict[Key, FactValue]:
    """What packs hold, by kind, key and the day of the pack."""
    found: dict[Key, FactValue] = {}
    prices = Price.objects.in_packs(days).order_by()
    for pack, symbol, exchange, basis, close, unit, day, source, state in prices.values_list(
        "pack_id",
        "security__symbol",
        "security__exchange",
        "security__price_basis",
        "close",
        "currency",
        "asof_date",
        "source",
        "state",
    ):
        key = f"{symbol}.{exchange}.{basis}"
        found["price", key, days[pack]] = FactValue(plain_text(close), unit, day, source, state)
    rates = FxRate.objects.in_packs(days).order_by()
    for pack, base, quote, rate, day, source, state in rates.values_list(
        "pack_id", "base_currency", "quote_currency", "rate", "asof_date", "source", "state"
    ):
        fact = FactValue(plain_text(rate), f"{quote} per {base}", day, source, state)
        found["fx", f"{base}/{quote}", days[pack]] = fact
    return found


def _known_at(
    moved: Sequence[Key], new: Mapping[Key, FactValue], sealed_at: datetime
) -> dict[Key, datetime]:
    """When an observation first said what the new packs hold."""
    days = {new[key].asof_date for key in moved if key in new}
    kinds = {kind for kind, _, _ in moved}
    said: dict[tuple[str, date, str, str], datetime] = {}
    for name, day, source, value, at in (
        *(_closes_said(moved, days, sealed_at) if "price" in kinds else ()),
        *(_rates_said(days, sealed_at) if "fx" in kinds else ()),
    ):
        said.setdefault((name, day, source, plain_text(value)), at)
    found = {
        key: said.get((key[1], new[key].asof_date, new[key].source, new[key].value))
        for key in moved
        if key in new
    }
    return {key: at for key, at in found.items() if at is not None}


Said = tuple[str, date, str, Decimal, datetime]


def _closes_said(moved: Sequence[Key], days: Iterable[date], sealed_at: datetime) -> Iterator[Said]:
    symbols = {key.rsplit(".", 2)[0] for kind, key, _ in moved if kind == "price"}
    rows = (
        PriceObservation.objects.known_at(sealed_at)
        .filter(security__symbol__in=symbols, observed_on__in=list(days))
        .order_by("available_at", "pk")
    )
    for symbol, exchange, basis, day, source, close, unit, at in rows.values_list(
        "security__symbol",
        "security__exchange",
        "security__price_basis",
        "observed_on",
        "source",
        "close",
        "currency",
        "available_at",
    ):
        yield f"{symbol}.{exchange}.{basis}", day, source, in_currency(close, unit), at


def _rates_said(days: Iterable[date], sealed_at: datetime) -> Iterator[Said]:
    rows = (
        FxObservation.objects.known_at(sealed_at)
        .filter(observed_on__in=list(days))
        .order_by("available_at", "pk")
    )
    for base, quote, day, source, rate, at in rows.values_list(
        "base_currency", "quote_currency", "observed_on", "source", "rate", "available_at"
    ):
        yield f"{base}/{quote}", day, source, rate, at
