"""Making a benchmark: one security or index, or a blend of them with weights and rebalancing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from accounts.identity import as_service
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import record
from market.exceptions import BenchmarkInvalid
from market.models import Benchmark, BenchmarkComponent, Security

REBALANCING: Final = ("never", "monthly", "quarterly", "yearly")
LARGEST: Final = 50
ZERO: Final = Decimal(0)
Mistake = tuple[str, str]


def define_benchmark(
    *,
    name: str,
    members: Mapping[UUID, Decimal | None],
    rebalancing: str = "never",
    by: User,
    benchmark_id: UUID | None = None,
) -> Benchmark:
    """Make a benchmark. One member alone is that security; several are a blend.

    members: listings with their weights, fractions that sum to 1, or None for each to share
    equally. A benchmark is not changed later: figures were made with it, so a new definition has
    a new name. Raises PermissionDenied, and BenchmarkInvalid with all mistakes together.
    """
    require(by, Permission.MANAGE_PORTFOLIOS)
    with as_service("make a benchmark"):
        listings = Security.objects.in_bulk(members)
        mistakes = [*_naming(name), *_membership(members, listings), *_keeping(rebalancing)]
        if mistakes:
            raise BenchmarkInvalid(mistakes)
        alone = next(iter(listings.values())) if len(members) == 1 else None
        made = Benchmark.objects.create(
            pk=benchmark_id or uuid4(),
            name=name.strip(),
            security=alone,
            definition=_definition(members, rebalancing, alone=alone),
        )
        if alone is None:
            share = (Decimal(1) / len(members)).quantize(Decimal("1E-10"))
            BenchmarkComponent.objects.bulk_create(
                BenchmarkComponent(benchmark=made, security=listings[pk], weight=weight or share)
                for pk, weight in members.items()
            )
        record(
            action="market.benchmark.define",
            by=by,
            resource_type="benchmark",
            resource_id=made.pk,
            details={
                "name": made.name,
                "members": [str(listings[pk]) for pk in members],
                "rebalancing": rebalancing,
            },
        )
    return made


def _definition(
    members: Mapping[UUID, Decimal | None], rebalancing: str, *, alone: Security | None
) -> dict[str, str]:
    if alone is not None:
        kind = "index" if alone.security_type == Security.Type.INDEX else "security"
        return {"kind": kind, "weighting": "fixed", "rebalancing": "never"}
    equal = None in members.values()
    return {
        "kind": "blend",
        "weighting": "equal" if equal else "fixed",
        "rebalancing": rebalancing,
    }


def _naming(name: str) -> list[Mistake]:
    plain = name.strip()
    if not plain or len(plain) > 200 or "\0" in plain:
        return [("name", "A benchmark needs a name of up to 200 characters.")]
    if Benchmark.objects.filter(name__iexact=plain).exists():
        return [("name", f"There is a benchmark {plain!r} already.")]
    return []


def _membership(
    members: Mapping[UUID, Decimal | None], listings: Mapping[UUID, Security]
) -> list[Mistake]:
    if not members:
        return [("members", "A benchmark has at least one member.")]
    if len(members) > LARGEST:
        return [("members", f"A benchmark has at most {LARGEST} members.")]
    if len(listings) < len(members):
        return [("members", "One of the members is no registered listing.")]
    weights: list[Decimal] = [weight for weight in members.values() if weight is not None]
    if not weights:
        return []
    if len(weights) < len(members):
        return [("weights", "Give every member a weight, or none.")]
    if not all(weight.is_finite() and ZERO < weight <= Decimal(1) for weight in weights):
        return [("weights", "A weight is above 0 and at most 100 %.")]
    whole = sum(weights, ZERO)
    if abs(whole - 1) > Decimal("1E-9"):
        return [("weights", f"The weights sum to {whole * 100:f} %, not to 100 %.")]
    return []


def _keeping(rebalancing: str) -> list[Mistake]:
    if rebalancing in REBALANCING:
        return []
    return [("rebalancing", f"Choose one of {', '.join(REBALANCING)}.")]
