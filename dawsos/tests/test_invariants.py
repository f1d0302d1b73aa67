"""Each invariant finds the violation that is planted for it, and nothing where all is well."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.identity import as_service
from dawsos.db.owner import as_owner
from dawsos.invariants.checking import Checked, check_all
from portfolios.models import Lot, Portfolio
from portfolios.services import (
    rebuild_all,
    reverse_entry,
    run_import,
    transfer_cash,
    transfer_in_kind,
)
from portfolios.tests.factories import PortfolioFactory, append, trade
from portfolios.tests.world import LEDGER, TUE, WED, listing, make_market

NO_TABLE = {"I15", "I16", "I23", "I24"}
ALL = {f"I{number}" for number in range(1, 26)}
PACK = "2013-02-08-ECB-r1"


@dataclass(frozen=True)
class Plant:
    """What is done to the database behind its guards, and which invariants must notice."""

    name: str
    found_by: set[str]
    statements: tuple[str, ...]
    tables: tuple[str, ...] = ()


def plant(name: str, found_by: str, *statements: str, tables: str = "") -> Plant:
    return Plant(name, set(found_by.split()), statements, tuple(tables.split()))


def copied(**other: object) -> str:
    """Friday's pack once more, but for some columns."""
    return (
        f"INSERT INTO market_pricingpack SELECT (jsonb_populate_record(p, '{json.dumps(other)}')).*"
        f" FROM market_pricingpack p WHERE id = '{PACK}'"
    )


PLANTS = (
    plant(
        "a lot is smaller than its trades",
        "I1",
        "UPDATE portfolios_lot SET quantity_open = quantity_open - 1 WHERE quantity_open = 15",
        tables="portfolios_lot",
    ),
    plant(
        "what is kept of a ledger is not what its lots and cash are",
        "I1",
        "INSERT INTO portfolios_ledgerholdings (portfolio_id, ledger_commit_hash, began_on,"
        " settled_on, securities, shares, currencies, money, digest)"
        " SELECT DISTINCT ON (portfolio_id) portfolio_id, entry_hash, date '2013-02-04',"
        " date '2013-02-08', '{}'::uuid[], '{}'::int8[], ARRAY['CAD'], ARRAY[10000], 0"
        " FROM portfolios_transaction ORDER BY portfolio_id, seq DESC",
        tables="portfolios_ledgerholdings portfolios_transaction",
    ),
    plant(
        "more was taken from a lot than it had",
        "I2",
        "UPDATE portfolios_lotclosure SET quantity = 50",
        tables="portfolios_lotclosure",
    ),
    plant(
        "cost appears from nowhere",
        "I3",
        "UPDATE portfolios_lot SET cost_basis_local = cost_basis_local + 1 WHERE is_open",
        tables="portfolios_lot",
    ),
    plant(
        "what left one portfolio is not what came into the other",
        "I4 I5",
        "UPDATE portfolios_transaction SET net_amount = net_amount + 1"
        " WHERE entry_type = 'WITHDRAWAL'",
        tables="portfolios_transaction",
    ),
    plant(
        "an entry's words are changed",
        "I5",
        "UPDATE portfolios_transaction SET narration = 'other' WHERE seq = 2",
        tables="portfolios_transaction",
    ),
    plant(
        "a tail was cut after its anchor",
        "I5 I6",
        "INSERT INTO portfolios_ledgeranchor (portfolio_id, seq, entry_hash, at)"
        " SELECT id, 99, repeat('0', 64), now() FROM portfolios_portfolio LIMIT 1",
        tables="portfolios_ledgeranchor portfolios_portfolio",
    ),
    plant(
        "the application may rewrite the ledger",
        "I7",
        "GRANT UPDATE (narration) ON portfolios_transaction TO dawsos_service",
    ),
    plant(
        "a guard is switched off",
        "I7",
        "ALTER TABLE portfolios_transaction DISABLE TRIGGER portfolios_transaction_append_only",
    ),
    plant(
        "a sealed price is other",
        "I8",
        f"UPDATE market_price SET close = close + 1 WHERE pack_id = '{PACK}'",
        tables="market_price",
    ),
    plant(
        "two packs of one day are current",
        "I8 I9",
        "ALTER TABLE market_pricingpack DROP CONSTRAINT market_pricingpack_lineage",
        "DROP INDEX market_pricingpack_one_root",
        copied(id="second", revision=2, seal_number=999),
        tables="market_pricingpack",
    ),
    plant(
        "a pack is fresh whose night is not done",
        "I10",
        "INSERT INTO dawsos_nightlyrun (asof_date, policy, state, pack_id)"
        f" VALUES ('2013-02-08', 'ECB', 'running', '{PACK}')",
    ),
    plant(
        "a figure stands on an open pack",
        "I11",
        copied(
            id="open", asof_date="2013-02-11", content_hash="", sealed_at=None, seal_number=None
        ),
        "UPDATE portfolios_portfoliocashflow SET pack_id = 'open' WHERE asof_date = '2013-02-04'",
        tables="market_pricingpack portfolios_portfoliocashflow",
    ),
    plant(
        "a daily value stands on a seal that is not there",
        "I11",
        "UPDATE portfolios_monthlyvalues SET packs[2] = 999",
        tables="portfolios_monthlyvalues",
    ),
    plant(
        "one result stands on two packs",
        "I12",
        *(
            "INSERT INTO patterns_patternrun (id, pattern_id, pattern_version, inputs, pack_id,"
            " run_hash, result_text, result_hash, trace, errors, state, engine_version, created_at)"
            f" VALUES (gen_random_uuid(), 'p', '1', '{{}}', '{pack}', 'h', '', '', '[]', '[1]',"
            " 'partial', '1', now())"
            for pack in ("one", "other")
        ),
        tables="patterns_patternrun",
    ),
    plant(
        "a pack holds a price of tomorrow",
        "I8 I13",
        f"UPDATE market_price SET asof_date = '2013-02-11' WHERE pack_id = '{PACK}'",
        tables="market_price",
    ),
    plant(
        "a price is no number",
        "I8 I14",
        "ALTER TABLE market_price DROP CONSTRAINT market_price_close_finite",
        f"UPDATE market_price SET close = 'NaN' WHERE pack_id = '{PACK}'",
        tables="market_price",
    ),
    plant(
        "an entry came in twice",
        "I5 I17",
        "ALTER TABLE portfolios_transaction DROP CONSTRAINT transaction_content",
        "UPDATE portfolios_transaction t SET content_hash = o.content_hash"
        " FROM portfolios_transaction o"
        " WHERE t.portfolio_id = o.portfolio_id AND t.seq = 2 AND o.seq = 1",
        tables="portfolios_transaction",
    ),
    plant(
        "policies are not forced",
        "I18",
        "ALTER TABLE portfolios_lot NO FORCE ROW LEVEL SECURITY",
    ),
    plant("a role is mightier than it may be", "I19", "ALTER ROLE dawsos_web CREATEDB"),
    plant(
        "a view reads as its owner",
        "I20",
        "CREATE VIEW way_around AS SELECT * FROM portfolios_lot",
    ),
    plant(
        "a function acts as its owner",
        "I20",
        "CREATE FUNCTION way_around() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    ),
    plant(
        "everybody sees every lot",
        "I21",
        "CREATE POLICY everyone ON portfolios_lot FOR SELECT TO dawsos_web USING (true)",
    ),
    plant(
        "nobody is on record",
        "I22",
        "DELETE FROM accounts_auditevent WHERE details ? 'first_seq'",
        tables="accounts_auditevent",
    ),
    plant(
        "a month goes on from where no month ended",
        "I25",
        "UPDATE portfolios_monthlyreturns SET wealth_before = 1.1",
        tables="portfolios_monthlyreturns",
    ),
    plant(
        "a return is other than its copy",
        "I25",
        "UPDATE portfolios_monthlyvalues SET returns[2] = 0.5",
        tables="portfolios_monthlyvalues",
    ),
)


def states(found: list[Checked]) -> dict[str, str]:
    return {each.name: each.state for each in found}


def breached(found: list[Checked]) -> set[str]:
    return {each.name for each in found if each.state == "breached"}


def alter(statement: str, *tables: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {statement}")


def is_tenant(table: str) -> bool:
    return not table.startswith(("market_", "dawsos_nightlyrun"))


@contextmanager
def planted(what: Plant) -> Iterator[None]:
    """As the owner, with triggers off and policies not forced; both are on again afterwards, and
    in the end everything is rolled back."""
    tenants = [table for table in what.tables if is_tenant(table)]
    with as_owner(), transaction.atomic():
        alter("DISABLE TRIGGER USER", *what.tables)
        alter("NO FORCE ROW LEVEL SECURITY", *tenants)
        with connection.cursor() as cursor:
            for statement in what.statements:
                cursor.execute(statement)
                assert cursor.rowcount != 0, f"{what.name}: nothing was planted"
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        alter("ENABLE TRIGGER USER", *what.tables)
        alter("FORCE ROW LEVEL SECURITY", *tenants)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def house(transactional_db: None) -> Portfolio:
    """Two portfolios with ledgers; cash and shares went from one to the other."""
    with as_service("tests"):
        make_market()
        one = PortfolioFactory.create()
        other = PortfolioFactory.create(owner=one.owner)
        maple = listing("MAPLE").pk
    for portfolio in (one, other):
        run_import(
            portfolio_id=portfolio.pk,
            content=LEDGER.encode(),
            filename="ledger.csv",
            by=one.owner,
        )
    ends = {"source_id": one.pk, "target_id": other.pk, "day": WED, "by": one.owner}
    transfer_cash(amount=Decimal(10), currency="CAD", **ends)  # type: ignore[arg-type]
    with as_service("tests"):
        third = PortfolioFactory.create(owner=one.owner)
    append(third, one.owner, trade("BUY", listing_of("MAPLE"), "10", "20", TUE))
    transfer_in_kind(security_id=maple, quantity=Decimal(4), **(ends | {"source_id": third.pk}))  # type: ignore[arg-type]
    with as_service("tests"):
        rebuild_all([one.pk, other.pk, third.pk])
    return one


def listing_of(symbol: str):
    with as_service("tests"):
        return listing(symbol)


def test_every_invariant_finds_what_is_planted_for_it(house: Portfolio) -> None:
    assert {name: state for name, state in states(check_all()).items() if state != "passed"} == (
        dict.fromkeys(NO_TABLE, "no_table")
    )
    found = {}
    for what in PLANTS:
        with planted(what):
            found[what.name] = breached(check_all())
    assert found == {what.name: what.found_by for what in PLANTS}
    assert set().union(*found.values()) == ALL - NO_TABLE
    assert not breached(check_all())


def test_a_cancelled_entry_does_not_count_and_a_restored_one_does(house: Portfolio) -> None:
    """Entry 4 is the purchase of MAPLE; its reversal is number 7, undone by number 8."""
    for seq in (4, 7):
        reverse_entry(portfolio_id=house.pk, seq=seq, by=house.owner, reason="a slip")
        assert not breached(check_all())
    with as_service("tests"):
        assert Lot.objects.filter(portfolio=house, security__symbol="MAPLE").exists()


def test_a_ledger_with_a_ratio_is_replayed(house: Portfolio) -> None:
    """A split moves the portfolio to the plain replay, which finds the same violation."""
    split = replace(
        trade("SPLIT", listing_of("ACME"), "1", "1", WED),
        quantity=None,
        price=None,
        new_shares=Decimal(2),
        old_shares=Decimal(1),
    )
    append(house, house.owner, split)
    assert not breached(check_all())
    with as_service("tests"):
        lots = Lot.objects.filter(portfolio=house, security__symbol="ACME")
        lots.update(quantity_open=29)
    assert breached(check_all()) == {"I1"}


def test_the_command_says_what_is_broken_and_exits_with_one(house: Portfolio) -> None:
    with as_service("tests"):
        Lot.objects.filter(is_open=True).update(cost_basis_local=1)
    out = StringIO()
    with pytest.raises(CommandError, match=r"1 of 25 invariants are broken: I3\."):
        call_command("check_invariants", stdout=out)
    assert "I3   BROKEN" in out.getvalue()
    assert "I15  no such table yet" in out.getvalue()
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("check_invariants", "--json", stdout=told)
    answer = json.loads(told.getvalue())
    assert not answer["holds"]
    (broken,) = [each for each in answer["invariants"] if each["state"] == "breached"]
    assert broken["invariant"] == "I3" and "is open" in broken["breaches"][0]
