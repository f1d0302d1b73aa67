"""The table of a panel as a file: what is stored, with its states, for whoever may export it."""

import csv
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dawsos.gallery.samples import panel_of
from patterns.layout import panels
from portfolios.formats.writing.panel_csv import panel_csv
from portfolios.models import Portfolio
from portfolios.services.runs import Execution, execute

Browser = Callable[[User], Client]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_each_figure_has_its_currency_its_state_and_its_reason() -> None:
    rows = table(panel_csv(panel_of("table", "partial")))
    assert rows[0]["Name"] == "Sample Energy A"
    assert (rows[0]["Value"], rows[0]["Value, currency"]) == ("400", "CAD")
    assert (rows[0]["Share"], rows[0]["Share, state"]) == ("0.4", "exact")
    assert (rows[1]["Value"], rows[1]["Value, state"]) == ("", "withheld")
    assert rows[1]["Value, reason"] == "A sample of a figure that is not known."
    assert len(rows) == 5  # a total is no row


def test_what_lies_behind_a_chart_is_a_table_too() -> None:
    rows = table(panel_csv(panel_of("waterfall", "exact")))
    assert [row["Name"] for row in rows][-1] == "Loss"
    assert sum(Decimal(row["Value"]) for row in rows[:-1]) == Decimal(rows[-1]["Value"]) == -40


def test_lines_of_a_comparison_say_their_own_currency() -> None:
    value, risk = table(panel_csv(panel_of("comparison", "exact")))
    assert (value["After"], value["After, currency"]) == ("1000", "CAD")
    assert (risk["After"], risk["After, currency"]) == ("0.08", "")


def test_no_spreadsheet_runs_a_name() -> None:
    panel = panel_of("table", "exact")
    first, *others = panel.rows[0].cells
    row = replace(panel.rows[0], cells=(first._replace(raw="=1+1"), *others))
    shown = panel_csv(replace(panel, rows=(row,)))
    assert table(shown)[0]["Name"] == "'=1+1"


@pytest.fixture
def asked(traded: Portfolio, alice: User) -> Execution:
    inputs = {"portfolio_id": str(traded.pk)}
    return execute(
        user=alice, pattern_id="portfolio_overview", inputs=inputs, correlation_id="test"
    )


def door(run_id: Any, panel: str = "holdings_table") -> str:
    return reverse("portfolios:panel-csv", args=[run_id, panel])


@pytest.mark.django_db
def test_the_file_has_the_digits_of_the_run(
    browser: Browser, asked: Execution, alice: User
) -> None:
    response = browser(alice).get(door(asked.run.run_id))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="portfolio_overview-holdings_table-' in response["Content-Disposition"]
    positions = asked.run.result["valued_positions"]["positions"]
    rows = table(response.content.decode())
    assert [row["Symbol"] for row in rows] == [each["symbol"] for each in positions]
    assert [row["Market value"] for row in rows] == [
        each["market_value"]["value"] or "" for each in positions
    ]


@pytest.mark.django_db
def test_a_panel_without_a_table_and_a_run_of_others_are_not_there(
    browser: Browser, asked: Execution, alice: User, charlie: User
) -> None:
    assert browser(alice).get(door(asked.run.run_id, "performance_strip")).status_code == 404
    assert browser(alice).get(door(asked.run.run_id, "nothing")).status_code == 404
    assert browser(alice).get(door(uuid4())).status_code == 404
    assert browser(charlie).get(door(asked.run.run_id)).status_code == 404


@pytest.mark.django_db
def test_who_may_not_export_is_refused_and_offered_nothing(
    browser: Browser, asked: Execution, alice: User
) -> None:
    page = reverse("portfolios:overview", args=[asked.context.portfolio_id])
    assert "may-export" in browser(alice).get(page).content.decode()
    alice.role = "USER"
    alice.save()
    client = browser(alice)
    assert "may-export" not in client.get(page).content.decode()
    assert client.get(door(asked.run.run_id)).status_code == 403


@pytest.mark.django_db
def test_every_table_of_the_page_leads_to_its_file(
    browser: Browser, asked: Execution, alice: User
) -> None:
    client = browser(alice)
    page = client.get(reverse("portfolios:overview", args=[asked.context.portfolio_id]))
    shown = [each for each in panels("portfolio_overview", asked.run) if each.rows]
    assert shown
    for panel in shown:
        assert door(asked.run.run_id, panel.id) in page.content.decode()
