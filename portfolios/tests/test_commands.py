"""The shell's doors: they do what they say, print JSON, and fail with a sentence."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from market.formats.csv_records import Limits
from portfolios.models import ImportRun, Lot, Portfolio, Transaction
from portfolios.tests.world import LEDGER


def shell(*words: object) -> Any:
    """A command's JSON."""
    out = StringIO()
    call_command(*(str(word) for word in words), "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER)
    return path


def test_a_dry_run_shows_and_an_import_writes(
    market: None, portfolio: Portfolio, file: Path
) -> None:
    shown = shell("import_ledger", file, "--portfolio", "Savings", "--dry-run")
    assert (shown["rows_added"], Transaction.objects.count()) == (5, 0)

    done = shell("import_ledger", file, "--portfolio", portfolio.pk)
    assert (done["rows_added"], Transaction.objects.count()) == (5, 5)
    assert Transaction.objects.get(seq=1).created_by == portfolio.owner

    again = shell("import_ledger", file, "--portfolio", "Savings")
    assert again["already_imported_in"] == done["import_run"]


def test_a_mistake_exits_with_the_structured_error(
    market: None, portfolio: Portfolio, file: Path
) -> None:
    file.write_text(LEDGER.replace("ACME", "NOPE"))
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_ledger", file, "--portfolio", "Savings", "--json", stdout=out)
    error = json.loads(out.getvalue())["error"]
    assert (error["code"], len(error["details"]["errors"])) == ("VALIDATION_2010", 2)


def test_the_row_limit_of_uploads_does_not_hold_here(
    market: None, portfolio: Portfolio, tmp_path: Path
) -> None:
    assert Limits().max_rows == 50_000
    many = tmp_path / "many.csv"
    row = "2013-02-04,DEPOSIT,1.00,CAD,{}\n"
    many.write_text(
        "date,type,gross_amount,currency,external_id\n"
        + "".join(row.format(number) for number in range(50_001))
    )
    shown = shell("import_ledger", many, "--portfolio", "Savings", "--dry-run")
    assert shown["rows_added"] == 50_001


@pytest.mark.parametrize("name", ["Nothing", "11111111-1111-1111-1111-111111111112"])
def test_an_unknown_portfolio_is_said_to_be_unknown(db: None, file: Path, name: str) -> None:
    with pytest.raises(CommandError, match="There is no portfolio"):
        call_command("import_ledger", file, "--portfolio", name)


def test_a_file_that_cannot_be_read_is_said_to_be_so(portfolio: Portfolio) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_ledger", "/nowhere.csv", "--portfolio", "Savings")


def test_ledgers_are_verified(traded: Portfolio) -> None:
    (ledger,) = shell("verify_ledger")["ledgers"]
    assert (ledger["entries"], ledger["first_wrong"]) == (5, None)


def test_projections_are_rebuilt_and_differences_fail(traded: Portfolio) -> None:
    assert shell("rebuild_projections")["identical"] is True
    Lot.objects.update(fx_rate=2)
    with pytest.raises(CommandError, match="2 rows were not what the ledger gives"):
        call_command("rebuild_projections", "--portfolio", "Savings", stdout=StringIO())
    assert shell("rebuild_projections")["identical"] is True


def test_an_import_is_undone(traded: Portfolio, bob: User) -> None:
    run = ImportRun.objects.get()
    assert shell("undo_import", run.pk, "--user", bob.email) == {
        "import_run": run.pk,
        "reversed": 5,
    }


def test_an_instrument_is_named_on_the_command_line(
    market: None, portfolio: Portfolio, file: Path
) -> None:
    file.write_text(LEDGER.replace("ACME,XNAS", "ACMEX,NASDAQ"))
    named = ("--match", "symbol:ACMEX@NASDAQ=ACME.XNAS")
    done = shell("import_ledger", file, "--portfolio", "Savings", *named)
    assert (done["rows_added"], done["format"]) == (5, "dawsos_csv")
    assert Lot.objects.get(security__symbol="ACME").quantity_open == 15


def test_every_row_has_its_fate(market: None, portfolio: Portfolio, file: Path) -> None:
    shown = shell("import_ledger", file, "--portfolio", "Savings", "--dry-run", "--rows")
    assert [row["fate"] for row in shown["rows"]] == ["new"] * 5
    assert shown["counts"] == {"new": 5, "duplicate": 0, "skipped": 0, "refused": 0}


def test_a_choice_that_means_nothing_is_refused(
    market: None, portfolio: Portfolio, file: Path
) -> None:
    wrong = ("--match", "x=NOPE", "--currency", "ZZZ")
    with pytest.raises(CommandError, match="ZZZ"):
        call_command("import_ledger", file, "--portfolio", "Savings", *wrong)
    assert not Transaction.objects.exists()
