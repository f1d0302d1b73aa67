"""One factory per model, and `sealed_pack` for tests that only want to value something."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeVar

from django.db import models
from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from market.calc.packs import pack_id
from market.models import (
    Benchmark,
    BenchmarkComponent,
    CorporateAction,
    FxObservation,
    FxRate,
    PackFreshness,
    Price,
    PriceObservation,
    PricingPack,
    Security,
)
from market.services import mark_fresh, seal_pack

M = TypeVar("M", bound=models.Model)
SESSION = date(2013, 2, 28)


def evening(day: date) -> datetime:
    """When a close or a fixing of the day is known."""
    return datetime.combine(day, time(22), tzinfo=UTC)


class SecurityFactory(DjangoModelFactory[Security]):
    class Meta:
        model = Security

    symbol = Sequence(lambda n: f"S{n}")
    name = LazyAttribute(lambda o: f"{o.symbol} Incorporated")
    exchange = "XNYS"
    currency = "USD"
    dividend_currency = "USD"
    price_source = "tape"


class CorporateActionFactory(DjangoModelFactory[CorporateAction]):
    """Two shares for one."""

    class Meta:
        model = CorporateAction

    security = SubFactory(SecurityFactory)
    action_type = "split"
    ex_date = SESSION
    new_shares = Decimal(2)
    old_shares = Decimal(1)
    source = "tape"


class PriceObservationFactory(DjangoModelFactory[PriceObservation]):
    class Meta:
        model = PriceObservation

    security = SubFactory(SecurityFactory)
    observed_on = SESSION
    close = Decimal("100.00")
    currency = "USD"
    source = "tape"
    licence_class = "A"
    available_at = LazyAttribute(lambda o: evening(o.observed_on))


class FxObservationFactory(DjangoModelFactory[FxObservation]):
    class Meta:
        model = FxObservation

    base_currency = "EUR"
    quote_currency = "USD"
    observed_on = SESSION
    rate = Decimal("1.25")
    source = "ECB"
    fixing = "ECB reference rate"
    licence_class = "A"
    available_at = LazyAttribute(lambda o: evening(o.observed_on))


class PricingPackFactory(DjangoModelFactory[PricingPack]):
    """An open pack; `seal_pack` seals it."""

    class Meta:
        model = PricingPack

    asof_date = SESSION
    policy = "ECB"
    revision = 1
    id = LazyAttribute(lambda o: pack_id(o.asof_date, o.policy, o.revision))


class PackFreshnessFactory(DjangoModelFactory[PackFreshness]):
    class Meta:
        model = PackFreshness

    pack = SubFactory(PricingPackFactory)


class PriceFactory(DjangoModelFactory[Price]):
    class Meta:
        model = Price

    pack = SubFactory(PricingPackFactory)
    security = SubFactory(SecurityFactory)
    close = Decimal("100.00")
    currency = LazyAttribute(lambda o: o.security.currency)
    asof_date = LazyAttribute(lambda o: o.pack.asof_date)
    source = "tape"
    state = "exact"


class FxRateFactory(DjangoModelFactory[FxRate]):
    class Meta:
        model = FxRate

    pack = SubFactory(PricingPackFactory)
    base_currency = "EUR"
    quote_currency = "USD"
    rate = Decimal("1.25")
    asof_date = LazyAttribute(lambda o: o.pack.asof_date)
    source = "ECB"
    fixing = "ECB reference rate"
    state = "exact"


class BenchmarkFactory(DjangoModelFactory[Benchmark]):
    class Meta:
        model = Benchmark

    name = Sequence(lambda n: f"Benchmark {n}")


class BenchmarkComponentFactory(DjangoModelFactory[BenchmarkComponent]):
    class Meta:
        model = BenchmarkComponent

    benchmark = SubFactory(BenchmarkFactory)
    security = SubFactory(SecurityFactory)
    weight = Decimal("0.5")


def make(kind: type[DjangoModelFactory[M]], **facts: object) -> M:
    """The model itself, where a type checker would see the factory."""
    made: M = kind.create(**facts)
    return made


def sealed_pack(
    asof: date = SESSION,
    prices: Mapping[Security, str] | None = None,
    rates: Mapping[tuple[str, str], str] | None = None,
    *,
    fresh: bool = True,
) -> PricingPack:
    """A sealed pack with these closes, and rates keyed by (base, quote), all of its own day."""
    pack = make(PricingPackFactory, asof_date=asof)
    make(PackFreshnessFactory, pack=pack)
    for security, close in (prices or {}).items():
        make(PriceFactory, pack=pack, security=security, close=Decimal(close))
    for (base, quote), rate in (rates or {}).items():
        make(
            FxRateFactory,
            pack=pack,
            base_currency=base,
            quote_currency=quote,
            rate=Decimal(rate),
        )
    sealed = seal_pack(pack.pk)
    if fresh:
        mark_fresh(sealed.pk)
    return sealed
