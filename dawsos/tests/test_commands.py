"""`run` and `nightly` from the shell: the same run as elsewhere, and an exit code that tells."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from portfolios.models import Portfolio
from portfolios.services.runs import execute

pytestmark = pytest.mark.django_db


def said(*words: object) -> Any:
    out = StringIO()
    call_command(*(str(word) for word in words), "--json", stdout=out)
    return json.loads(out.getvalue())


def overview(portfolio: Portfolio, user: User) -> tuple[object, ...]:
    asked = f"portfolio_id={portfolio.pk}"
    return ("run", "portfolio_overview", "--input", asked, "--user", user.email)


def test_a_run_is_the_one_that_the_page_shows(traded: Portfolio, alice: User) -> None:
    page = execute(
        user=alice,
        pattern_id="portfolio_overview",
        inputs={"portfolio_id": str(traded.pk)},
        correlation_id="test",
    ).run
    shell = said(*overview(traded, alice))
    assert (shell["run_id"], shell["result"]) == (str(page.run_id), page.result)


def test_a_run_as_of_a_day_and_for_people(traded: Portfolio, alice: User) -> None:
    out = StringIO()
    call_command(*map(str, overview(traded, alice)), "--asof", "2013-02-06", stdout=out)
    result, _, trace = out.getvalue().partition("\nrun ")
    # Wednesday: 500 CAD, and 300 + 20 × 11 USD at 1.04 (portfolios/tests/world.py)
    total = json.loads(result)["valued_positions"]["total_value"]
    assert total["value"] == "1040.8"
    assert "valued_positions" in trace


def test_a_stranger_gets_the_structured_error(traded: Portfolio, charlie: User) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="There is no such portfolio"):
        call_command(*map(str, overview(traded, charlie)), "--json", stdout=out)
    assert json.loads(out.getvalue())["error"]["code"] == "NOT_FOUND_3001"


@pytest.mark.parametrize(
    "words",
    [
        ("run", "portfolio_overview", "--asof", "2013-02-30"),
        ("run", "portfolio_overview", "--input", "portfolio_id"),
        ("run", "portfolio_overview", "--user", "nobody@example.org"),
        ("nightly", "--asof", "2013-02-30"),
        ("nightly", "--policy", "NONE"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: tuple[str, ...], alice: User) -> None:
    with pytest.raises(CommandError):
        call_command(*words)


def test_the_night_of_a_day_is_told_stage_by_stage(traded: Portfolio) -> None:
    night = said("nightly", "--asof", "2013-02-08")
    assert (night["state"], night["pack_id"]) == ("done", "2013-02-08-ECB-r1")
    assert {stage["state"] for stage in night["stages"]} == {"done"}
    assert said("nightly", "--asof", "2013-02-08") == night


def test_a_night_without_session_fails_and_names_the_sessions_around(traded: Portfolio) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="2013-02-09 failed"):
        call_command("nightly", "--asof", "2013-02-09", stdout=out)
    assert "closed on Saturday 2013-02-09" in out.getvalue()


def test_after_the_source_has_ended_the_night_says_so(db: None) -> None:
    assert said("nightly")["state"] == "nothing_due"
