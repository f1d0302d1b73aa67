"""Making a benchmark: what is refused, all of it together, and what is kept."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from accounts.exceptions import PermissionDenied
from accounts.models import AuditEvent, User
from accounts.tests.factories import UserFactory
from market.exceptions import BenchmarkInvalid
from market.models import Benchmark, Security
from market.selectors.benchmarks import benchmark_definitions
from market.services.benchmarks import define_benchmark
from market.tests.factories import SecurityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return UserFactory.create(role="MANAGER")


def weights(*said: str | None) -> dict[UUID, Decimal | None]:
    return {SecurityFactory.create().pk: Decimal(one) if one else None for one in said}


def test_one_member_alone_is_that_security(manager: User) -> None:
    acme = SecurityFactory.create()
    made = define_benchmark(name=" ACME ", members={acme.pk: None}, by=manager)

    assert (made.name, made.security) == ("ACME", acme)
    assert made.definition == {"kind": "security", "weighting": "fixed", "rebalancing": "never"}
    assert AuditEvent.objects.get(action="market.benchmark.define").details["name"] == "ACME"


def test_an_index_is_called_one(manager: User) -> None:
    index = SecurityFactory.create(security_type=Security.Type.INDEX)

    assert define_benchmark(name="I", members={index.pk: None}, by=manager).definition["kind"] == (
        "index"
    )


def test_a_blend_keeps_its_weights(manager: User) -> None:
    define_benchmark(name="60/40", members=weights("0.6", "0.4"), rebalancing="monthly", by=manager)
    (found,) = benchmark_definitions()

    assert sorted(member.weight or 0 for member in found.members) == [
        Decimal("0.4"),
        Decimal("0.6"),
    ]
    assert (found.kind, found.rebalancing) == ("blend", "monthly")


def test_members_without_weights_share_equally(manager: User) -> None:
    define_benchmark(name="Thirds", members=weights(None, None, None), by=manager)
    (found,) = benchmark_definitions()

    assert [member.weight for member in found.members] == [None] * 3


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (("0.6", "0.5"), "The weights sum to 110.0 %, not to 100 %."),
        (("0.6", None), "Give every member a weight, or none."),
        (("1.5", "-0.5"), "A weight is above 0 and at most 100 %."),
        (("NaN", "0.5"), "A weight is above 0 and at most 100 %."),
        ((), "A benchmark has at least one member."),
    ],
)
def test_weights_that_make_no_whole_are_refused(
    manager: User, members: tuple[str | None, ...], said: str
) -> None:
    with pytest.raises(BenchmarkInvalid, match="not made") as refused:
        define_benchmark(name="B", members=weights(*members), by=manager)
    assert [each["message"] for each in refused.value.details["errors"]] == [said]


def test_all_mistakes_are_told_together_and_nothing_is_kept(manager: User) -> None:
    nobody: Mapping[UUID, None] = {uuid4(): None}
    with pytest.raises(BenchmarkInvalid) as refused:
        define_benchmark(name=" ", members=nobody, rebalancing="hourly", by=manager)

    fields = [each["field"] for each in refused.value.details["errors"]]
    assert fields == ["name", "members", "rebalancing"]
    assert not Benchmark.objects.exists()


def test_a_name_is_taken_once(manager: User) -> None:
    define_benchmark(name="World", members=weights(None), by=manager)
    with pytest.raises(BenchmarkInvalid, match="already"):
        define_benchmark(name="WORLD", members=weights(None), by=manager)


def test_it_takes_a_manager() -> None:
    with pytest.raises(PermissionDenied):
        define_benchmark(name="B", members=weights(None), by=UserFactory.create(role="USER"))
