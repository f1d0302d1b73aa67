"""A sealed pack never changes, whoever asks."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from accounts.identity import as_service, as_user
from accounts.models import User
from market.calc.packs import pack_digest
from market.exceptions import PackSealed
from market.models import FxRate, Price, PricingPack, Security
from market.selectors import pack_content
from market.services import seal_pack
from market.services.refusals import refusals_as_errors
from market.tests.factories import (
    FxRateFactory,
    PackFreshnessFactory,
    PriceFactory,
    PricingPackFactory,
    SecurityFactory,
    make,
    sealed_pack,
)

PACK = "2013-02-28-ECB-r1"
RATES = {("EUR", "USD"): "1.3129", ("EUR", "CAD"): "1.3461"}


@pytest.fixture
def pack(db: None) -> PricingPack:
    return sealed_pack(prices={make(SecurityFactory, symbol="IBM"): "200.83"}, rates=RATES)


def add_price() -> None:
    make(PriceFactory, pack=PricingPack.objects.get(pk=PACK))


def add_rate() -> None:
    make(FxRateFactory, pack=PricingPack.objects.get(pk=PACK), quote_currency="JPY")


def move_a_price_in() -> None:
    Price.objects.filter(pack_id="2013-02-27-ECB-r1").update(pack_id=PACK)


def move_a_price_out() -> None:
    Price.objects.filter(pack_id=PACK).update(pack_id="2013-02-27-ECB-r1")


CHANGES: list[Callable[[], Any]] = [
    lambda: Price.objects.filter(pack_id=PACK).update(close=Decimal(1)),
    lambda: Price.objects.filter(pack_id=PACK)._raw_delete("default"),
    lambda: FxRate.objects.filter(pack_id=PACK).update(rate=Decimal(1)),
    lambda: FxRate.objects.filter(pack_id=PACK)._raw_delete("default"),
    lambda: PricingPack.objects.filter(pk=PACK).update(gaps=[]),
    lambda: PricingPack.objects.filter(pk=PACK).update(reason="none"),
    lambda: PricingPack.objects.filter(pk=PACK).update(
        sealed_at=None, seal_number=None, content_hash=""
    ),
    lambda: PricingPack.objects.filter(pk=PACK)._raw_delete("default"),
    add_price,
    add_rate,
    move_a_price_in,
    move_a_price_out,
]
NAMES = (
    "change_price delete_price change_rate delete_rate change_pack change_reason unseal "
    "delete_pack late_price late_rate price_moved_in price_moved_out"
).split()


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_it_refuses(pack: PricingPack, change: Callable[[], Any]) -> None:
    other = make(PricingPackFactory, asof_date=pack.asof_date.replace(day=27))
    make(PriceFactory, pack=other)
    with pytest.raises(PackSealed), refusals_as_errors(), transaction.atomic():
        change()
    assert pack_digest(pack_content(PACK)) == pack.content_hash


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE market_price SET close = 1",
        "DELETE FROM market_fxrate",
        "UPDATE market_pricingpack SET sealed_at = NULL, seal_number = NULL, content_hash = ''",
        "DELETE FROM market_pricingpack",
        "TRUNCATE market_price",
        "TRUNCATE market_fxrate",
        "TRUNCATE market_pricingpack CASCADE",
        "TRUNCATE market_security CASCADE",
    ],
)
def test_the_owner_is_refused_too(statement: str) -> None:
    with as_service("arrange"):
        sealed_pack(prices={make(SecurityFactory): "200.83"}, rates=RATES)
    with (
        connection.as_owner(),  # type: ignore[attr-defined]
        pytest.raises(IntegrityError, match=r"sealed|is refused: other rows refer"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_nobody_of_ours_may_truncate(pack: PricingPack) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE market_price")


def test_a_user_only_reads(pack: PricingPack, alice: User) -> None:
    with as_user(alice.pk):
        assert Price.objects.count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Price.objects.update(close=Decimal(1))


def test_a_table_of_the_same_name_does_not_fool_the_guard(pack: PricingPack) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE market_pricingpack (id text, sealed_at timestamptz)")
        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            cursor.execute("UPDATE public.market_price SET close = 1")


def test_the_database_digests_as_python_does(db: None) -> None:
    ibm = make(SecurityFactory, symbol="BRK.B")
    odd = make(
        PricingPackFactory,
        gaps=[
            {
                "kind": "price",
                "key": 'Ü"\\\n\x7f.X.raw',
                "symbol": "\t☃",
                "reason": "no_observation",
                "last_observed_on": None,
            },
        ],
        sources=[{"kind": "fx", "source": "…\x01", "fixing": "", "licence_class": "A"}],
    )
    make(PackFreshnessFactory, pack=odd)
    make(PriceFactory, pack=odd, security=ibm, close=Decimal("0.00000001"))
    make(PriceFactory, pack=odd, close=Decimal("123456789012.5"))
    make(FxRateFactory, pack=odd, rate=Decimal("100.0000000000"))
    in_python = pack_digest(pack_content(odd.pk))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'SQL, DMY'")
        cursor.execute("SELECT market_pack_digest(%s)", [odd.pk])
        assert cursor.fetchone() == (in_python,)
        cursor.execute("RESET datestyle")
    assert seal_pack(odd.pk).content_hash == in_python


def test_a_seal_with_a_wrong_digest_is_refused(db: None) -> None:
    pack = make(PricingPackFactory)
    with pytest.raises(IntegrityError, match="content hash"), transaction.atomic():
        _seal_by_hand(pack, digest="0" * 64, number=10**9)


def test_a_seal_out_of_order_is_refused(pack: PricingPack) -> None:
    other = make(PricingPackFactory, asof_date=pack.asof_date.replace(day=27))
    digest = pack_digest(pack_content(other.pk))
    with pytest.raises(IntegrityError, match="next number"), transaction.atomic():
        _seal_by_hand(other, digest=digest, number=(pack.seal_number or 0) - 1)


def test_a_pack_is_born_open(db: None) -> None:
    with pytest.raises(IntegrityError, match="born open"), transaction.atomic():
        make(
            PricingPackFactory, content_hash="0" * 64, sealed_at="2013-03-01T00:00Z", seal_number=1
        )


def test_a_pack_bears_its_own_name(db: None) -> None:
    pack = make(PricingPackFactory, id="2013-02-27-ECB-r1")
    with pytest.raises(IntegrityError, match="The id of a pack"), transaction.atomic():
        _seal_by_hand(pack, digest=pack_digest(pack_content(pack.pk)), number=10**9)


def test_sealing_twice_changes_nothing(pack: PricingPack) -> None:
    again = seal_pack(PACK)
    assert (again.seal_number, again.sealed_at) == (pack.seal_number, pack.sealed_at)


def test_a_priced_listing_keeps_its_name(pack: PricingPack) -> None:
    with pytest.raises(IntegrityError, match="fixed"), transaction.atomic():
        Security.objects.update(symbol="HAL")
    Security.objects.update(name="A new name", sector="Services")  # not part of its identity


@pytest.mark.parametrize("close", ["NaN", "0", "-1", "1000000000000"])
def test_a_price_is_a_positive_finite_number(db: None, close: str) -> None:
    pack, security = make(PricingPackFactory), make(SecurityFactory)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO market_price (pack_id, security_id, close, currency, asof_date, source,"
            " state) VALUES (%s, %s, %s::numeric, 'USD', '2013-02-28', 'tape', 'exact')",
            [pack.pk, security.pk, close],
        )


@pytest.mark.parametrize("rate", ["NaN", "0", "-1"])
def test_a_rate_is_a_positive_finite_number(db: None, rate: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO market_fxobservation (base_currency, quote_currency, observed_on, rate,"
            " source, fixing, licence_class, available_at)"
            " VALUES ('EUR', 'USD', '2013-02-28', %s::numeric, 'ECB', '', 'A', now())",
            [rate],
        )


def _seal_by_hand(pack: PricingPack, *, digest: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE market_pricingpack SET content_hash = %s, sealed_at = now(), seal_number = %s"
            " WHERE id = %s",
            [digest, number, pack.pk],
        )
