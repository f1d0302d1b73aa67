"""The command: exit codes, the structured error, lists, and that it starts without Django."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from portfolios.tests.evaluation.documents import buy, closes, deposit, document

ROOT = Path(settings.BASE_DIR)
LEDGER = document(
    deposit("2024-01-02", "1000"),
    buy("2024-01-02", "10", "100"),
    asof="2024-01-31",
    prices=closes(d20240131="110"),
)


def command(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`manage.py evaluate` as a process of its own."""
    asked = [sys.executable, "manage.py", "evaluate", str(path), *words]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)


def written(tmp_path: Path, said: Any) -> Path:
    path = tmp_path / "ledger.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said))
    return path


def test_a_document_is_answered_with_its_problems(tmp_path: Path) -> None:
    said = {**LEDGER, "transactions": [*LEDGER["transactions"], {"type": "GIFT"}]}
    done = command(written(tmp_path, said), "--json")
    answered = json.loads(done.stdout)
    assert (done.returncode, answered["totals"]["total_value"]) == (0, "1100")
    assert "unsupported_type" in [one["code"] for one in answered["problems"]]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("{", "file_malformed"),
        ('"text"', "not_an_object"),
        ("{}", "missing_field"),
        ('{"base_currency": "USD", "base_currency": "EUR"}', "file_malformed"),
        ('{"base_currency": NaN}', "file_malformed"),
        ("[" * 101 + "]" * 101, "file_malformed"),
    ],
)
def test_what_cannot_be_read_exits_with_the_structured_error(
    tmp_path: Path, said: str, reason: str
) -> None:
    done = command(written(tmp_path, said), "--json")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1
    assert set(error) == {"code", "message", "suggestion", "details", "correlation_id"}
    assert (error["code"], error["details"]["reason"]) == ("VALIDATION_2020", reason)
    assert error["message"] in done.stderr


def test_a_list_is_answered_in_its_order_and_one_that_cannot_be_read_costs_no_other(
    tmp_path: Path,
) -> None:
    later = {**LEDGER, "asof": "2024-01-15"}
    done = command(written(tmp_path, [LEDGER, {"asof": "2024-01-31"}, later]), "--json")
    answers = json.loads(done.stdout)
    assert done.returncode == 0
    assert [one.get("asof") for one in answers] == ["2024-01-31", None, "2024-01-15"]
    assert answers[1]["error"]["code"] == "VALIDATION_2020"


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    done = command(tmp_path / "nowhere.json")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr


def test_without_json_the_totals_are_lines_for_people(tmp_path: Path) -> None:
    lines = command(written(tmp_path, LEDGER)).stdout.splitlines()
    assert lines[0] == "2024-01-31, in USD"
    assert ["total_value", "1100"] in [line.split() for line in lines]


def test_djangos_own_door_gives_the_same_answer(tmp_path: Path) -> None:
    path = written(tmp_path, LEDGER)
    out = StringIO()
    call_command("evaluate", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue()) == json.loads(command(path, "--json").stdout)


def test_the_short_way_imports_no_django(tmp_path: Path) -> None:
    code = (
        "import sys; from portfolios.management.evaluating import main; "
        "code = main(sys.argv[1:]); sys.exit(code or 'django' in sys.modules)"
    )
    asked = [sys.executable, "-c", code, str(written(tmp_path, LEDGER)), "--json"]
    assert subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).returncode == 0
