"""Two connections at once: inserts racing seals, supersessions racing each other.

Each history is run once with the interleaving held by hand, and the first also many times as it
comes. A connection that waits is recognised by what PostgreSQL says it waits for.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.identity import as_service
from market.calc.packs import pack_digest
from market.exceptions import PackSealed, PackSuperseded
from market.models import Price, PricingPack, Security
from market.selectors import head_for, live_pack, market_head, pack_content, pack_faults
from market.services import seal_pack, supersede_pack
from market.services.refusals import refusals_as_errors
from market.tests.factories import (
    PackFreshnessFactory,
    PriceFactory,
    PricingPackFactory,
    SecurityFactory,
    make,
    sealed_pack,
)

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0
ROUNDS = 50
SEAL_BY_HAND = (
    "UPDATE market_pricingpack SET content_hash = %s, sealed_at = now(),"
    " seal_number = nextval('market_seal_number') WHERE id = %s"
)


@pytest.fixture
def crew() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool
        # Connections belong to threads; waiting for each other makes both close theirs.
        together = Barrier(2)

        def leave() -> None:
            together.wait(PATIENCE)
            connection.close()

        for leaving in [pool.submit(leave), pool.submit(leave)]:
            leaving.result(PATIENCE)


@pytest.fixture
def pack() -> PricingPack:
    """An open pack with one price."""
    with as_service("arrange"):
        pack = make(PricingPackFactory)
        make(PackFreshnessFactory, pack=pack)
        make(PriceFactory, pack=pack)
    return pack


@pytest.fixture
def ibm() -> Security:
    with as_service("arrange"):
        return make(SecurityFactory, symbol="IBM")


def insert(pack: PricingPack, security: Security) -> str:
    """A late price: "in" when it got into the pack, "refused" when the seal came first."""
    try:
        with as_service("a late price"), refusals_as_errors(), transaction.atomic():
            make(PriceFactory, pack=pack, security=security, close=Decimal("200.83"))
    except PackSealed:
        return "refused"
    return "in"


def held(
    crew: ThreadPoolExecutor, act: Callable[[], object]
) -> tuple["Future[None]", Callable[[], None]]:
    """Do `act` in a transaction that stays open until the returned function is called."""
    acted, let_go = Event(), Event()

    def run() -> None:
        with as_service("held"):
            act()
            acted.set()
            assert let_go.wait(PATIENCE)

    future = crew.submit(run)
    assert acted.wait(PATIENCE)
    return future, let_go.set


def wait_until_blocked() -> None:
    """Return once some connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND cardinality(pg_blocking_pids(pid)) > 0"
            )
            if cursor.fetchone() != (0,):
                return
    pytest.fail("nothing ever waited")


def assert_whole(pack: PricingPack) -> None:
    with as_service("look"):
        sealed = PricingPack.objects.get(pk=pack.pk)
        assert sealed.content_hash == pack_digest(pack_content(pack.pk))
        assert pack_faults()[1] == []


def test_a_seal_waits_for_an_insert_and_covers_it(
    crew: ThreadPoolExecutor, pack: PricingPack, ibm: Security
) -> None:
    inserting, commit = held(crew, lambda: make(PriceFactory, pack=pack, security=ibm))
    sealing = crew.submit(seal_pack, pack.pk)
    wait_until_blocked()
    commit()
    inserting.result(PATIENCE)
    sealing.result(PATIENCE)
    assert_whole(pack)
    with as_service("look"):
        assert Price.objects.in_pack(pack.pk).count() == 2


def test_an_insert_waits_for_a_seal_and_is_refused(
    crew: ThreadPoolExecutor, pack: PricingPack, ibm: Security
) -> None:
    sealing, commit = held(crew, lambda: seal_pack(pack.pk))
    inserting = crew.submit(insert, pack, ibm)
    wait_until_blocked()
    commit()
    sealing.result(PATIENCE)
    assert inserting.result(PATIENCE) == "refused"
    assert_whole(pack)


def test_a_digest_taken_too_early_is_refused(
    crew: ThreadPoolExecutor, pack: PricingPack, ibm: Security
) -> None:
    """Without our service: a digest from before the insert, in a statement that waited for it."""
    with as_service("look"):
        early = pack_digest(pack_content(pack.pk))

    def seal_by_hand() -> None:
        with as_service("by hand"), connection.cursor() as cursor:
            cursor.execute(SEAL_BY_HAND, [early, pack.pk])

    inserting, commit = held(crew, lambda: make(PriceFactory, pack=pack, security=ibm))
    sealing = crew.submit(seal_by_hand)
    wait_until_blocked()
    commit()
    inserting.result(PATIENCE)
    with pytest.raises(IntegrityError, match="content hash"):
        sealing.result(PATIENCE)


def test_a_snapshot_cannot_seal(pack: PricingPack) -> None:
    """Under REPEATABLE READ the digest could miss a price that was committed meanwhile."""
    with as_service("look"):
        digest = pack_digest(pack_content(pack.pk))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL ROLE dawsos_service")
        with pytest.raises(IntegrityError, match="READ COMMITTED"), transaction.atomic():
            cursor.execute(SEAL_BY_HAND, [digest, pack.pk])


def test_a_rename_waits_for_the_price_that_names_it(
    crew: ThreadPoolExecutor, pack: PricingPack, ibm: Security
) -> None:
    def rename() -> None:
        with as_service("rename"):
            Security.objects.filter(pk=ibm.pk).update(symbol="BIG")

    inserting, commit = held(crew, lambda: make(PriceFactory, pack=pack, security=ibm))
    renaming = crew.submit(rename)
    wait_until_blocked()
    commit()
    inserting.result(PATIENCE)
    with pytest.raises(IntegrityError, match="fixed"):
        renaming.result(PATIENCE)


def test_inserts_racing_seals_as_they_come(crew: ThreadPoolExecutor, ibm: Security) -> None:
    packs = []
    with as_service("arrange"):
        for day in range(1, ROUNDS + 1):
            asof = f"2013-{1 + day // 28:02}-{1 + day % 28:02}"
            pack = make(PricingPackFactory, asof_date=asof, id=f"{asof}-ECB-r1")
            make(PackFreshnessFactory, pack=pack)
            packs.append(pack)
    start = Barrier(2)

    def sealing() -> None:
        for pack in packs:
            start.wait(PATIENCE)
            seal_pack(pack.pk)

    def inserting() -> list[str]:
        outcomes = []
        for pack in packs:
            start.wait(PATIENCE)
            outcomes.append(insert(pack, ibm))
        return outcomes

    seals, inserts = crew.submit(sealing), crew.submit(inserting)
    seals.result(PATIENCE)
    outcomes = inserts.result(PATIENCE)
    with as_service("look"):
        assert Price.objects.count() == outcomes.count("in")
        assert pack_faults() == (ROUNDS, [])


def test_of_two_supersessions_one_wins(crew: ThreadPoolExecutor) -> None:
    with as_service("arrange"):
        old = sealed_pack()
    start = Barrier(2)

    def attempt(reason: str) -> str:
        start.wait(PATIENCE)
        try:
            return supersede_pack(old.pk, reason, None).reason
        except PackSuperseded:
            return "told that it was too late"

    tries = [crew.submit(attempt, reason) for reason in ("first", "second")]
    outcomes = sorted(one.result(PATIENCE) for one in tries)
    assert outcomes[1] == "told that it was too late"
    assert outcomes[0] in {"first", "second"}
    with as_service("look"):
        assert PricingPack.objects.count() == 2
        assert pack_faults() == (2, [])


def test_a_reader_sees_the_old_pack_or_the_new_one(crew: ThreadPoolExecutor) -> None:
    with as_service("arrange"):
        old = sealed_pack()
    superseding, commit = held(crew, lambda: supersede_pack(old.pk, "late close", None))
    with as_service("read"):
        assert live_pack("ECB", old.asof_date) == old
        before = market_head()
    commit()
    superseding.result(PATIENCE)
    with as_service("read"):
        new = live_pack("ECB", old.asof_date)
        assert new is not None
        assert new.supersedes_id == old.pk
        assert market_head() > before
        assert before <= head_for(old) < market_head()
