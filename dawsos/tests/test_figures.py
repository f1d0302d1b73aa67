"""A number on a page always says how far it can be trusted."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from dawsos.templatetags.figures import figure, number, panel_badge, state_badge
from dawsos.templatetags.paging import counted, page_numbers
from dawsos.templatetags.panels import metric
from dawsos.templatetags.writing import days_whole
from patterns.library import get_pattern
from patterns.panels import Cell, Metric, Panel, PanelState
from patterns.results import FractionFigure, MoneyFigure
from patterns.runs import RunResult


def strip(*cells: Cell, state: PanelState = "exact") -> Panel:
    return Panel(
        id="strip",
        type="metrics_grid",
        title="Performance",
        description="",
        state=state,
        note="",
        error=None,
        ttl_seconds=None,
        asof_date="",
        metrics=tuple(Metric(label="", cell=cell) for cell in cells),
    )


def cell(**changes: object) -> Cell:
    empty = dict.fromkeys(
        "text format sign reason coverage asof_date method n raw unit currency path".split(), ""
    )
    known: dict[str, Any] = {**empty, "numeric": True, "state": "exact", "missing": (), **changes}
    return Cell(**known)


def test_an_exact_figure_is_only_its_number():
    shown = figure(MoneyFigure(value=Decimal("1234.5"), currency="CAD"), "money")

    assert '<data class="figure__value" value="1234.5">1,234.50' in shown
    assert "state" not in shown


def test_a_loss_has_a_true_minus_and_not_only_a_colour():
    shown = figure(FractionFigure(value=-0.05), "percent")

    assert "−5.00" in shown
    assert "figure--negative" in shown


def test_a_gain_is_coloured_only_where_it_is_a_change():
    gain = FractionFigure(value=0.05)

    assert "figure--positive" not in figure(gain, "percent")
    assert "figure--positive" in figure(gain, "percent", signed=True)


def test_a_partial_figure_says_what_is_missing_to_eyes_and_ears():
    partial = MoneyFigure(
        value=Decimal(10),
        currency="CAD",
        state="partial",
        reason="Two listings have no price.",
        missing=("RY", "XIU"),
        coverage=0.6,
    )

    shown = figure(partial, "money")

    for said in ("Partial", "Two listings have no price.", "Missing: RY, XIU", "60.00 %"):
        assert shown.count(said) >= 1
    assert 'class="visually-hidden">: Two listings have no price.' in shown
    assert 'data-tip="Two listings have no price.' in shown


def test_a_withheld_figure_is_a_dash_with_a_reason_and_never_a_zero():
    shown = figure(MoneyFigure.withheld("No price source.", currency="CAD"), "money")

    assert ">—<" in shown
    assert "No price source." in shown
    assert "0" not in shown


def test_a_stale_figure_names_its_own_day():
    stale = FractionFigure(value=0.1, state="stale", asof_date=date(2013, 2, 26))

    assert "As of 2013-02-26" in figure(stale, "percent")


def test_a_reason_cannot_smuggle_markup():
    hostile = MoneyFigure.withheld('"><script>alert(1)</script>', currency="CAD")

    assert "<script" not in figure(hostile, "money")


def test_a_number_leads_to_why_where_its_capability_explains_itself():
    run = RunResult(
        run_id=UUID(int=1),
        pattern_id="portfolio_overview",
        pattern_version=get_pattern("portfolio_overview").version,
        inputs={},
        run_hash="",
        result_text="{}",
        result_hash="",
        trace={},
        state="complete",
        engine_version="1",
    )
    known = cell(text="5.00 CAD", format="money", path="valued_positions.total_value")

    address = f"/runs/{UUID(int=1)}/why/?path=valued_positions.total_value"
    assert f'href="{address}"' in figure(known, why=run)
    assert "href" not in figure(known)
    assert "href" not in figure(cell(path="unexplained.total_value"), why=run)


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_the_context_does_not_have_is_a_dash(nothing):
    assert "—" in figure(nothing, "money")


def test_a_stored_number_is_shown_with_its_unit():
    assert "−15,721.15" in number(Decimal("-15721.15"), "money", "USD", signed=True)
    assert number(None, "money", "USD") == ""


def test_a_column_of_states_shows_badges_for_what_is_not_exact():
    assert "state--stale" in figure(cell(text="stale", format="state", numeric=False))
    assert "state--" not in figure(cell(text="exact", format="state", numeric=False))


def test_exact_has_no_badge():
    assert state_badge("exact") == ""
    assert panel_badge(strip(state="exact")) == ""
    assert "Partial" in panel_badge(strip(state="partial"))


def test_a_panels_metric_is_found_by_the_end_of_its_path():
    total = cell(path="valued_positions.total_value")

    assert metric([strip(cell(path="perf.twr_1d"), total)], "total_value") is total
    assert metric([strip(total)], "twr_1d") is None


@pytest.mark.parametrize(
    ("number", "pages", "shown"),
    [
        (1, 1, [1]),
        (1, 9, [1, 2, "…", 9]),
        (4, 9, [1, 2, 3, 4, 5, "…", 9]),
        (5, 9, [1, "…", 4, 5, 6, "…", 9]),
        (9, 9, [1, "…", 8, 9]),
    ],
)
def test_far_pages_are_left_out(number, pages, shown):
    assert page_numbers(number, pages) == shown


def test_another_page_keeps_the_filters():
    request = RequestFactory().get("/", {"entry_type": "BUY", "page": "2"})
    template = Template("{% load paging %}{% page_link 3 %}")

    assert template.render(Context({"request": request})) == "?entry_type=BUY&amp;page=3"


def test_a_mark_inside_a_summary_takes_no_focus() -> None:
    html = state_badge("stale", "IBM is old", compact=True, inert=True)
    assert html.startswith("<span ")
    assert html.endswith("</span>")
    assert "button" not in html


def test_no_line_ends_within_a_day() -> None:
    assert days_whole("<b> of 2013-02-28, pack 2013-02-28-ECB-r1") == (
        '&lt;b&gt; of <span class="nowrap">2013-02-28</span>, pack 2013-02-28-ECB-r1'
    )
    assert days_whole(None) == ""


def test_thousands_are_counted_as_the_reader_writes_them() -> None:
    assert (counted(1, "packs"), counted(2559, "packs")) == ("1 pack", "2,559 packs")
