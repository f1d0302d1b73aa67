"""Bring listings and benchmarks into the house."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.identity import as_service
from market.models import Benchmark, BenchmarkComponent, Security

# The same listing has the same id on every machine.
LISTINGS = uuid5(NAMESPACE_URL, "https://dawsos.example/securities")


class SecurityFacts(Protocol):
    """What a provider knows about a listing; empty text means not known."""

    @property
    def symbol(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def exchange(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def dividend_currency(self) -> str: ...
    @property
    def domicile_country(self) -> str: ...
    @property
    def sector(self) -> str: ...
    @property
    def sector_source(self) -> str: ...
    @property
    def security_type(self) -> str: ...
    @property
    def isin(self) -> str: ...
    @property
    def price_basis(self) -> str: ...
    @property
    def price_source(self) -> str: ...


FACTS = (
    "symbol",
    "name",
    "exchange",
    "currency",
    "dividend_currency",
    "domicile_country",
    "sector",
    "sector_source",
    "security_type",
    "isin",
    "price_basis",
    "price_source",
)


def register_securities(facts: Iterable[SecurityFacts]) -> int:
    """Add the listings that are not there yet, and count them; the others stay as they are."""
    with as_service("register listings"):
        known = {security.key for security in Security.objects.all()}
        new = [
            security
            for security in (Security(**{n: getattr(fact, n) for n in FACTS}) for fact in facts)
            if security.key not in known
        ]
        for security in new:
            security.pk = uuid5(LISTINGS, security.key)
        Security.objects.bulk_create(new)
    return len(new)


def register_benchmark(
    *,
    benchmark_id: UUID,
    name: str,
    members: Sequence[tuple[str, str]],
    definition: Mapping[str, Any],
) -> Benchmark:
    """An equally weighted blend of listings, by symbol and exchange; kept as it is when known."""
    with as_service("register a benchmark"):
        benchmark, new = Benchmark.objects.get_or_create(
            pk=benchmark_id, defaults={"name": name, "definition": dict(definition)}
        )
        if new:
            BenchmarkComponent.objects.bulk_create(
                BenchmarkComponent(
                    benchmark=benchmark,
                    security=Security.objects.get(symbol=symbol, exchange=exchange),
                    weight=Decimal(1) / len(members),
                )
                for symbol, exchange in members
            )
    return benchmark
