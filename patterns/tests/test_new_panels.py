"""Totals, cards, lists, areas, maps and gauges: what a panel says, and what it refuses to draw."""

from decimal import Decimal
from typing import Any

import pytest

from patterns import runner
from patterns.addresses import elsewhere, of_this_site
from patterns.charts import MAP_OF_NEGATIVES, OFF_THE_SCALE, SEVERAL_CURRENCIES, STACK_OF_NEGATIVES
from patterns.comparing import compare
from patterns.layout import panels, waiting
from patterns.layout.cards import STRANGE_PHASE, STRANGE_REPORT
from patterns.layout.lists import NO_EVENTS
from patterns.layout.rows import SUM_OF_CURRENCIES
from patterns.panels import Panel, cells_of, flat
from patterns.tests.inventions import BASKET_STEP, SHARE_STEP, context, pattern
from patterns.tests.test_layout import FRUITS, VALUE, drawn

pytestmark = pytest.mark.usefixtures("shop")

LABEL_STEP = {"as": "label", "capability": "shop.label", "args": {"share": None}}
TABLE: dict[str, Any] = {
    "type": "table",
    "columns": [
        {"label": "Name", "field": "name", "format": "text"},
        {"label": "Quantity", "field": "quantity", "format": "quantity"},
        VALUE,
    ],
    **FRUITS,
}


def test_a_total_is_the_exact_sum_and_names_what_it_lacks():
    """Four apples and one pear are five; of the values only the apples' 10.00 is known."""
    panel = drawn(
        BASKET_STEP, panel=TABLE | {"totals": [{"field": "quantity"}, {"field": "value"}]}
    )
    assert panel.total is not None
    name, quantity, value = panel.total.cells
    assert (name.text, quantity.text, quantity.state) == ("Total", "5", "exact")
    assert (value.text, value.state, value.missing) == ("10.00 CAD", "partial", ("pear",))
    assert value.reason == "The sum of 1 of 2 rows."
    assert (quantity.path, value.path) == ("basket.fruits.*.quantity", "basket.fruits.*.value")


def test_a_total_may_be_a_figure_of_the_result():
    total = {"field": "value", "path": "basket.total"}
    panel = drawn(BASKET_STEP, panel=TABLE | {"totals": [total]})
    assert panel.total is not None
    cell = panel.total.cells[2]
    assert (cell.text, cell.path, cell.coverage) == ("10.00 CAD", "basket.total", "50.00 %")
    assert panel.total.cells[1].text == ""


def items(panel: dict[str, Any], *changes: dict[str, Any], **around: object) -> Panel:
    """The panel of a run whose fruits are replaced: a result as some capability may give it."""
    spec = pattern(BASKET_STEP, presentation={"panels": [{"id": "p", **panel}]})
    run = runner.run(spec, {}, context())
    run.result["basket"]["fruits"] = [
        run.result["basket"]["fruits"][0] | change for change in changes
    ]
    run.result["basket"].update(around)
    return panels(spec, run)[0]


def money(value: str, currency: str = "CAD") -> dict[str, Any]:
    return {"value": {"value": value, "unit": "money", "state": "exact", "currency": currency}}


def test_amounts_in_several_currencies_have_no_sum():
    panel = items(TABLE | {"totals": [{"field": "value"}]}, money("1"), money("2", "USD"))
    assert panel.total is not None
    cell = panel.total.cells[2]
    assert (cell.text, cell.state, cell.reason) == ("—", "withheld", SUM_OF_CURRENCIES)


def test_a_sum_keeps_every_digit():
    """0.1 + 0.2 is 0.3 here, and a cent is not lost beside a trillion."""
    table = TABLE | {"totals": [{"field": "value"}]}
    small = items(table, money("0.1"), money("0.2")).total
    large = items(table, money("1000000000000000000.01"), money("0.02")).total
    assert small and large
    assert small.cells[2].raw == "0.3"
    assert large.cells[2].raw == "1000000000000000000.03"


AREA: dict[str, Any] = {
    "type": "area_chart",
    "x": "picked_on",
    "series": [VALUE],
    "stacked": True,
    **FRUITS,
}
MAP: dict[str, Any] = {
    "type": "treemap",
    "category": "name",
    "value": "value",
    "format": "money",
    **FRUITS,
}


@pytest.mark.parametrize(
    ("panel", "values", "note"),
    [
        (AREA, [money("1"), money("-1")], STACK_OF_NEGATIVES),
        (AREA, [money("1"), money("1", "USD")], SEVERAL_CURRENCIES),
        (AREA | {"stacked": False}, [money("1"), money("-1")], ""),
        (MAP, [money("1"), money("-1")], MAP_OF_NEGATIVES),
        (MAP, [money("1"), money("1", "USD")], SEVERAL_CURRENCIES),
        (MAP, [money("1"), money("2")], ""),
    ],
)
def test_what_has_no_whole_is_not_drawn_as_one(panel, values, note):
    shown = items(panel, *values)
    assert shown.note == note
    assert (shown.chart is None) == bool(note)
    assert len(shown.rows) == 2  # the table behind it remains


def test_a_map_groups_and_tints():
    tint = {"label": "Weight", "field": "weight", "format": "percent"}
    panel = drawn(BASKET_STEP, panel=MAP | {"group": "picked_on", "tint": tint})
    assert panel.chart is not None
    assert (panel.chart["groups"], panel.chart["tinted"]) == (["2013-02-28", "2013-02-27"], True)
    assert [series["label"] for series in panel.chart["series"]] == ["Value", "Weight"]
    assert [column.field for column in panel.columns] == ["name", "picked_on", "value", "weight"]


def gauge(maximum: float) -> dict[str, Any]:
    value = {"label": "Share", "path": "share.share", "format": "percent"}
    bands = [{"label": "Low", "upto": 0.05}, {"label": "High", "upto": maximum}]
    return {"type": "gauge", "value": value, "minimum": 0, "maximum": maximum, "bands": bands}


def test_a_gauge_has_its_scale_and_its_table():
    """1 of 10.00 is 10 %."""
    panel = drawn(BASKET_STEP, SHARE_STEP, panel=gauge(0.2))
    assert panel.chart is not None
    assert panel.chart["series"][0]["values"] == [0.1]
    assert (panel.chart["minimum"], panel.chart["maximum"]) == (0.0, 0.2)
    assert [[cell.text for cell in row.cells] for row in panel.rows] == [
        ["Share", "10.00 %"],
        ["The scale, from", "0.00 %"],
        ["Low, up to", "5.00 %"],
        ["High, up to", "20.00 %"],
    ]


def test_a_value_beside_the_scale_is_said_and_not_drawn_at_its_end():
    panel = drawn(BASKET_STEP, SHARE_STEP, panel=gauge(0.08))
    assert (panel.chart, panel.note) == (None, OFF_THE_SCALE)
    assert panel.metrics[0].cell.text == "10.00 %"


def test_a_null_of_a_fan_is_no_point_of_it():
    fan: dict[str, Any] = {
        "type": "fan", "x": "picked_on", "format": "percent", "center": "weight",
        "bands": [{"label": "Most", "low": "weight", "high": "weight"}], **FRUITS,
    }  # fmt: skip
    panel = drawn(BASKET_STEP, panel=fan)
    assert panel.chart is not None
    assert panel.chart["roles"] == ["center", "low", "high"]
    assert panel.chart["series"][0]["texts"] == ["100.00 %", ""]
    assert (panel.state, panel.withheld) == ("exact", ())


TIMELINE: dict[str, Any] = {
    "type": "timeline", "date": "picked_on", "label": "name", "value": "value", "format": "money",
    **FRUITS,
}  # fmt: skip


def test_events_stand_before_on_and_after_the_day():
    days = [{"picked_on": day} for day in ("2013-02-27", "2013-02-28", "2013-03-01")]
    assert [entry.tone for entry in items(TIMELINE, *days).entries] == ["past", "today", "ahead"]


def test_an_amount_of_an_event_that_is_not_known_is_named():
    panel = drawn(BASKET_STEP, panel=TIMELINE)
    assert panel.state == "partial"
    assert [(each.label, each.reason) for each in panel.withheld] == [
        ("pear · Value", "No price source.")
    ]


def test_no_event_and_events_that_are_not_known_are_two_things():
    assert (items(TIMELINE).state, items(TIMELINE).note) == ("empty", NO_EVENTS)
    lost = items(TIMELINE, state="withheld", reason="Nobody looked.")
    assert (lost.state, lost.withheld[0].reason) == ("withheld", "Nobody looked.")


CARDS: dict[str, Any] = {
    "type": "action_cards",
    "heading": "name",
    "urgency": "name",
    "link": "name",
    **FRUITS,
}


def test_a_card_leads_only_into_this_site():
    shown = items(CARDS, {"name": "/runs/"}, {"name": "//evil.example/"}, {"name": "high"})
    assert [entry.link for entry in shown.entries] == ["/runs/", "", ""]
    assert [entry.tone for entry in shown.entries] == ["", "", "high"]


@pytest.mark.parametrize(
    ("address", "here", "away"),
    [
        ("/portfolios/", True, False),
        ("//evil.example/", False, False),
        ("/\\evil.example/", False, False),
        ("/a b", False, False),
        ("/\tevil", False, False),
        ("https://example.org/x", False, True),
        ("http://example.org", False, True),
        ("javascript:alert(1)", False, False),
        ("java\nscript:alert(1)", False, False),
        ("data:text/html,x", False, False),
        ("https:///x", False, False),
        ("https://[", False, False),
        ("", False, False),
    ],
)
def test_an_address_that_came_as_data_is_looked_at(address, here, away):
    assert of_this_site(address) == (address if here else "")
    assert elsewhere(address) == (address if away else "")


def cycle(*phases: str) -> dict[str, Any]:
    return {"type": "cycle_card", "phase": "label.text", "phases": list(phases)}


def test_a_cycle_shows_where_it_stands():
    panel = drawn(LABEL_STEP, panel=cycle("some share", "no share"))
    assert [(e.parts["label"].text, e.tone) for e in panel.entries] == [
        ("some share", ""),
        ("no share", "current"),
    ]
    assert (panel.note, panel.state) == ("", "exact")


def test_a_phase_that_the_card_does_not_name_is_said():
    panel = drawn(LABEL_STEP, panel=cycle("one", "two"))
    assert panel.note == STRANGE_PHASE
    assert [(e.parts["label"].text, e.tone) for e in panel.entries][-1] == ("no share", "current")


def test_a_comparison_makes_no_difference_of_its_own():
    row = {
        "label": "Share", "first": "share.share", "second": "share.yearly", "format": "percent",
    }  # fmt: skip
    sides = {"type": "comparison", "first": "Now", "second": "A year"}
    panel = drawn(BASKET_STEP, SHARE_STEP, panel=sides | {"rows": [row]})
    assert [column.label for column in panel.columns] == ["Figure", "Now", "A year"]
    assert [cell.text for cell in panel.rows[0].cells] == ["Share", "10.00 %", "—"]
    assert panel.withheld[0].label == "Share · A year"


def test_a_text_is_of_the_pattern_or_of_the_result():
    own = drawn(LABEL_STEP, panel={"type": "text", "text": "One.\n\nTwo."})
    told = drawn(LABEL_STEP, panel={"type": "text", "path": "label.text"})
    assert (own.paragraphs, told.paragraphs) == (("One.", "Two."), ("no share",))


def test_a_report_that_is_none_of_this_site_is_not_shown():
    panel = drawn(LABEL_STEP, panel={"type": "report_viewer", "address": "label.text"})
    assert (panel.address, panel.note) == ("", STRANGE_REPORT)


def score(**more: object) -> dict[str, Any]:
    metric = {"label": "Size", "path": "basket.size", "format": "count"}
    return {
        "type": "scorecard", "score": metric, "label": "name", "value": "grade",
        "format": "ratio", "maximum": 10, **FRUITS, **more,
    }  # fmt: skip


def test_a_criterion_without_a_value_is_neither_met_nor_missed():
    panel = drawn(BASKET_STEP, panel=score(verdict="name"))
    assert [entry.tone for entry in panel.entries] == ["", "unknown"]
    assert (panel.metrics[0].cell.text, panel.maximum, panel.state) == ("4", "10", "partial")


TABS: dict[str, Any] = {
    "type": "tabs",
    "tabs": [
        {"label": "A", "panels": [TABLE | {"id": "inner"}]},
        {"label": "B", "panels": [{"id": "words", "type": "text", "text": "B."}]},
    ],
}


def test_panels_behind_tabs_are_panels():
    panel = drawn(BASKET_STEP, panel=TABS)
    assert [each.id for each in flat([panel])] == ["the_panel", "inner", "words"]
    assert panel.tabs[0].panels[0].state == "partial"


def test_a_panel_that_waits_has_its_place_and_no_figure():
    spec = pattern(BASKET_STEP, presentation={"panels": [{"id": "p", **TABLE}]})
    (panel,) = waiting(spec.panels)
    assert (panel.state, panel.template) == ("loading", "panels/table.html")
    assert list(cells_of(panel)) == []


def test_the_sum_of_a_column_is_what_its_cells_say():
    panel = items(TABLE | {"totals": [{"field": "value"}]}, *[money(str(n)) for n in range(1, 101)])
    assert panel.total is not None
    known = [cell for row in panel.rows for cell in row.cells if cell.format == "money"]
    assert Decimal(panel.total.cells[2].raw) == sum(Decimal(cell.raw) for cell in known) == 5050


def test_two_runs_are_compared_behind_tabs_and_event_by_event():
    """The pear is worth 2.00 in the first run and 5.00 in the second: 3.00 more."""
    inner = [TIMELINE | {"id": "events"}, TABLE | {"id": "rows"}]
    tabs = {"type": "tabs", "tabs": [
        {"label": each["id"], "panels": [each]} for each in inner
    ]}  # fmt: skip
    first, second = (
        items(tabs, money("1") | {"name": "apple"}, money(value) | {"name": "pear"})
        for value in ("2", "5")
    )
    compared = {each.title: each for each in compare([first], [second])}
    assert list(compared) == ["Events", "Rows"]
    (moved,) = compared["Events"].figures
    assert (moved.label, moved.difference) == ("pear · Value", "3.00 CAD")
    assert [each.label for each in compared["Rows"].figures] == ["pear · Value"]


def test_a_difference_that_shows_as_nothing_has_no_sign():
    first, second = (items(TABLE, money(value) | {"name": "pear"}) for value in ("2", "2.001"))
    (moved,) = compare([first], [second])[0].figures
    assert (moved.difference, moved.sign) == ("0.00 CAD", "zero")


def test_what_only_the_second_run_has_stands_in_its_own_order():
    names = ["fig", "lime", "kiwi", "date", "plum"]
    fruits = [money("1") | {"name": name} for name in names]
    (compared,) = compare([items(TABLE)], [items(TABLE, *fruits)])
    rows = dict.fromkeys(each.label.partition(" ")[0] for each in compared.figures)
    assert list(rows) == names
