"""`backfill_packs` and `verify_packs` from the shell."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.identity import as_service
from market.tests.factories import SecurityFactory, make, sealed_pack


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_backfill_says_what_it_did() -> None:
    answer = json.loads(run("backfill_packs", "2013-02-27", "2013-03-01", "--json"))
    assert (answer["sessions"], answer["built"], answer["kept"]) == (3, 3, 0)
    assert "3 kept" in run("backfill_packs", "2013-02-27", "2013-03-01")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2013-02-30", "2013-03-01"), "'2013-02-30' is not a day"),
        (("2013-W09-4", "2013-03-01"), "Write it as YYYY-MM-DD"),
        (("2013-03-02", "2013-03-03"), "VALIDATION_2004: XNYS had no session"),
        (("2013-03-01", "2013-02-01"), "VALIDATION_2004: 2013-03-01 is after 2013-02-01"),
        (("2013-02-27", "2013-02-28", "--policy", "WM"), "no pricing policy 'WM'"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("backfill_packs", *arguments)


@pytest.mark.django_db
def test_verify_is_content_with_sealed_packs() -> None:
    sealed_pack(rates={("EUR", "USD"): "1.3129"})
    assert "1 sealed packs are what their hashes say" in run("verify_packs")
    assert json.loads(run("verify_packs", "--json")) == {"packs": 1, "faults": []}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "damage", "found"),
    [
        ("market_price", "UPDATE market_price SET close = close + 0.01", "I8"),
        ("market_fxrate", "DELETE FROM market_fxrate", "I8"),
        ("market_price", "UPDATE market_price SET asof_date = asof_date + 1", "I13"),
        (
            "market_pricingpack",
            "UPDATE market_pricingpack SET id = id || 'x', revision = 2, supersedes_id = id || 'x'",
            "I9",
        ),
    ],
)
def test_verify_finds_what_the_owner_did_with_the_guards_off(
    table: str, damage: str, found: str
) -> None:
    with as_service("arrange"):
        prices = {} if table == "market_pricingpack" else {make(SecurityFactory): "200.83"}
        rates = {} if table == "market_pricingpack" else {("EUR", "USD"): "1.3129"}
        sealed_pack(prices=prices, rates=rates)
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("DELETE FROM market_packfreshness")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(damage)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    out = StringIO()
    with pytest.raises(CommandError, match="faults in 1 sealed packs"):
        call_command("verify_packs", stdout=out)
    assert found in out.getvalue()
