"""Which benchmarks there are, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from market.models import Benchmark, Security


@dataclass(frozen=True, slots=True)
class BenchmarkMember:
    security: Security
    weight: Decimal | None  # None: an equal share of those listed by then


@dataclass(frozen=True, slots=True)
class BenchmarkDefinition:
    """A benchmark as a page shows it."""

    id: UUID
    name: str
    kind: str
    rebalancing: str
    members: tuple[BenchmarkMember, ...]


def benchmark_definitions() -> list[BenchmarkDefinition]:
    """Every benchmark by name, in two queries."""
    known = Benchmark.objects.select_related("security").prefetch_related("components__security")
    return [_definition(one) for one in known.order_by("name")]


def _definition(benchmark: Benchmark) -> BenchmarkDefinition:
    definition = benchmark.definition
    equal = definition.get("weighting") == "equal"
    if benchmark.security is not None:
        members = [BenchmarkMember(benchmark.security, Decimal(1))]
    else:
        components = sorted(benchmark.components.all(), key=lambda one: one.security.key)
        members = [
            BenchmarkMember(one.security, None if equal else one.weight) for one in components
        ]
    return BenchmarkDefinition(
        id=benchmark.pk,
        name=benchmark.name,
        kind=str(definition.get("kind", "security")),
        rebalancing=str(definition.get("rebalancing", "never")),
        members=tuple(members),
    )
