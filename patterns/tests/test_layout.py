import json

import pytest

from patterns import runner
from patterns.charts import STEP_UNKNOWN
from patterns.layout import NO_ROWS, panels
from patterns.panels import Panel, Withheld
from patterns.presentation import panel_faults
from patterns.tests.inventions import BASKET_STEP, SHARE_STEP, Basket, context, pattern

REFUSE = {"as": "refuse", "capability": "shop.refuse"}
FRUITS = {"path": "basket.fruits"}
VALUE = {"label": "Value", "field": "value", "format": "money"}


def metric(label: str, path: str, name: str) -> dict[str, str]:
    return {"label": label, "path": path, "format": name}


def tiles(*metrics: dict[str, str]) -> dict[str, object]:
    return {"type": "metrics_grid", "metrics": list(metrics)}


def drawn(*steps, panel: dict[str, object], inputs=None, **changes) -> Panel:
    presentation = {"panels": [{"id": "the_panel", **panel}]}
    spec = pattern(*steps, presentation=presentation, **changes)
    (found,) = panels(spec, runner.run(spec, inputs or {}, context()))
    return found


pytestmark = pytest.mark.usefixtures("shop")


def test_a_tile_has_its_text_its_state_and_its_reason():
    panel = drawn(BASKET_STEP, panel=tiles(metric("Total", "basket.total", "money")))
    cell = panel.metrics[0].cell
    assert (cell.text, cell.raw, cell.currency, cell.sign) == ("10.00 CAD", "10", "CAD", "positive")
    assert (cell.state, cell.reason, cell.coverage) == ("partial", "1 of 2 has a price.", "50.00 %")
    assert cell.path == "basket.total"
    assert (panel.state, panel.asof_date, panel.title) == ("partial", "2013-02-28", "The panel")
    assert panel.template == "panels/metrics_grid.html"


def test_a_withheld_figure_is_a_dash_with_its_reason():
    share = [metric("Share", "share.share", "percent"), metric("Year", "share.yearly", "percent")]
    panel = drawn(BASKET_STEP, SHARE_STEP, panel=tiles(*share))
    assert [each.cell.text for each in panel.metrics] == ["10.00 %", "—"]
    assert panel.withheld == (
        Withheld(label="Year", reason="Less than a year of history.", missing=()),
    )
    assert panel.state == "partial"
    assert panel.metrics[0].cell.n == "2"


def test_a_panel_of_withheld_figures_is_withheld():
    panel = drawn(BASKET_STEP, SHARE_STEP, panel=tiles(metric("Year", "share.yearly", "percent")))
    assert panel.state == "withheld"


def test_a_plain_number_takes_the_base_currency():
    panel = drawn(BASKET_STEP, panel=tiles(metric("Red", "basket.by_colour.red", "money")))
    assert panel.metrics[0].cell.text == "2.50 CAD"


TABLE: dict[str, object] = {
    "type": "table",
    "ttl_seconds": 60,
    "columns": [
        {"label": "Name", "field": "name", "format": "text"},
        VALUE,
        {"label": "Weight", "field": "weight", "format": "percent"},
        {"label": "Picked", "field": "picked_on", "format": "date"},
        {"label": "State", "field": "value.state", "format": "state"},
    ],
    **FRUITS,
}


def test_a_table_shows_every_row_and_names_what_is_withheld():
    panel = drawn(BASKET_STEP, panel=TABLE)
    assert [[cell.text for cell in row.cells] for row in panel.rows] == [
        ["apple", "10.00 CAD", "100.00 %", "2013-02-28", "exact"],
        ["pear", "—", "—", "2013-02-27", "withheld"],
    ]
    assert [column.numeric for column in panel.columns] == [False, True, True, False, False]
    assert panel.withheld == (
        Withheld(label="pear · Value", reason="No price source.", missing=("pear",)),
        Withheld(label="pear · Weight", reason="Not recorded.", missing=()),
    )
    assert (panel.state, panel.ttl_seconds, panel.chart) == ("partial", 60, None)
    assert panel.rows[1].cells[1].path == "basket.fruits.1.value"


def test_a_column_that_is_withheld_throughout_is_named_once():
    columns = [
        {"label": "Name", "field": "name", "format": "text"},
        {"label": "Value", "field": "value", "format": "money"},
        {"label": "Rating", "field": "rating", "format": "ratio"},
        {"label": "Grade", "field": "grade", "format": "ratio"},
    ]
    panel = drawn(BASKET_STEP, panel={**TABLE, "columns": columns})
    assert panel.withheld == (
        Withheld(label="Rating", reason="Ratings are not built yet.", missing=("apple", "pear")),
        Withheld(label="pear · Value, Grade", reason="No price source.", missing=("pear",)),
    )


def test_a_line_has_one_specification_and_the_table_behind_it():
    panel = drawn(
        BASKET_STEP, panel={"type": "line_chart", "x": "picked_on", "series": [VALUE], **FRUITS}
    )
    assert panel.chart == {
        "kind": "line",
        "categories": ["2013-02-28", "2013-02-27"],
        "category_kind": "date",
        "series": [
            {
                "label": "Value",
                "values": [10.0, None],
                "texts": ["10.00 CAD", "—"],
                "states": ["exact", "withheld"],
                "unit": "money",
                "format": "money",
                "currency": "CAD",
            }
        ],
        "unit": "money",
        "currency": "CAD",
        "signed": False,
    }
    assert [column.label for column in panel.columns] == ["Picked on", "Value"]
    assert len(panel.rows) == 2
    json.dumps(panel.chart, allow_nan=False)


def test_bars_may_diverge_from_zero():
    bars = {
        "type": "horizontal_bar",
        "category": "name",
        "series": [VALUE],
        "signed": True,
        **FRUITS,
    }
    panel = drawn(BASKET_STEP, panel=bars)
    assert panel.chart is not None
    assert (panel.chart["kind"], panel.chart["signed"]) == ("bar", True)
    assert panel.chart["categories"] == ["apple", "pear"]


RING: dict[str, object] = {
    "type": "donut_chart",
    "category": "name",
    "value": "weight",
    "format": "percent",
    **FRUITS,
}


def test_a_ring_has_its_shares():
    panel = drawn(BASKET_STEP, panel=RING)
    assert panel.chart is not None
    assert panel.chart["series"][0]["values"] == [1.0, None]


@pytest.mark.parametrize(("size", "words"), [("-4", "below zero"), ("0", "no share above zero")])
def test_a_ring_that_cannot_be_drawn_says_why_and_keeps_its_table(size, words):
    # size −4 makes a value of −10.00, size 0 one of 0.00
    ring = {**RING, "value": "value", "format": "money"}
    panel = drawn(BASKET_STEP, panel=ring, inputs={"size": size})
    assert panel.chart is None
    assert words in panel.note
    assert len(panel.rows) == 2


def test_a_failed_step_is_shown_in_its_panel():
    panel = drawn(REFUSE, panel=tiles(metric("Share", "refuse.share", "percent")))
    assert panel.state == "failed"
    assert panel.error is not None
    assert (panel.error.code, panel.error.message) == ("BUSINESS_4009", "The shop is closed.")


def test_tiles_of_other_steps_are_still_shown():
    both = tiles(
        metric("Share", "refuse.share", "percent"), metric("Total", "basket.total", "money")
    )
    panel = drawn(REFUSE, BASKET_STEP, panel=both)
    assert [each.cell.text for each in panel.metrics] == ["—", "10.00 CAD"]
    assert panel.metrics[0].cell.reason == "The shop is closed."


def test_a_skipped_step_says_so():
    skipped = {**BASKET_STEP, "when": "{{inputs.size}} > 100"}
    panel = drawn(skipped, panel=TABLE)
    assert (panel.state, panel.note) == ("skipped", "Not asked for: {{inputs.size}} > 100.")


def test_a_list_without_rows_says_so():
    panel = drawn(
        {"as": "empty", "capability": "shop.shelf"},
        panel={**TABLE, "path": "empty.fruits"},
    )
    assert (panel.state, panel.note) == ("empty", NO_ROWS)


def test_a_minus_that_rounds_to_zero_is_neither_up_nor_down():
    tiny = {**SHARE_STEP, "args": {"part": "-0.000001", "whole": "1"}}
    panel = drawn(tiny, panel=tiles(metric("Share", "share.share", "percent")))
    assert (panel.metrics[0].cell.text, panel.metrics[0].cell.sign) == ("0.00 %", "zero")
    lower = {**SHARE_STEP, "args": {"part": "-1", "whole": "8"}}
    panel = drawn(lower, panel=tiles(metric("Share", "share.share", "percent")))
    assert (panel.metrics[0].cell.text, panel.metrics[0].cell.sign) == ("−12.50 %", "negative")


WATERFALL: dict[str, object] = {
    "type": "waterfall",
    "category": "name",
    "value": "weight",
    "format": "percent",
    **FRUITS,
}


def test_a_waterfall_ends_in_a_figure_of_the_result():
    steps = {**WATERFALL, "value": "quantity", "format": "quantity"}
    total = metric("Size", "basket.size", "count")
    panel = drawn(BASKET_STEP, panel={**steps, "total": total})
    assert panel.chart is not None
    assert (panel.chart["kind"], panel.chart["signed"], panel.chart["sum"]) == (
        "waterfall",
        True,
        True,
    )
    assert panel.chart["categories"] == ["apple", "pear", "Size"]
    assert panel.chart["series"][0]["values"] == [4.0, 1.0, 4.0]
    assert [row.cells[1].text for row in panel.rows] == ["4", "1", "4"]
    assert panel.rows[-1].cells[1].path == "basket.size"


def test_a_waterfall_with_an_unknown_step_says_so_and_keeps_its_table():
    panel = drawn(BASKET_STEP, panel=WATERFALL)
    assert (panel.chart, len(panel.rows)) == (None, 2)
    assert panel.note == STEP_UNKNOWN


def test_a_waterfall_of_which_nothing_is_known_is_withheld_without_a_picture():
    panel = drawn(BASKET_STEP, panel={**WATERFALL, "value": "rating", "format": "ratio"})
    assert (panel.state, panel.chart, panel.note) == ("withheld", None, "")
    assert panel.withheld[0].reason == "Ratings are not built yet."


DUAL: dict[str, object] = {
    "type": "dual_list",
    "lists": [
        {"title": "All", "label": "name", "detail": "picked_on", "value": "value",
         "format": "money", **FRUITS},
        {"title": "None", "path": "empty.fruits", "label": "name", "value": "value",
         "format": "money", "empty": "No fruit."},
    ],
}  # fmt: skip
EMPTY_STEP = {"as": "empty", "capability": "shop.shelf"}


def test_a_dual_list_has_two_halves():
    panel = drawn(BASKET_STEP, EMPTY_STEP, panel=DUAL)
    full, empty = panel.lists
    assert [(item.label.text, item.value.text) for item in full.items] == [
        ("apple", "10.00 CAD"),
        ("pear", "—"),
    ]
    assert full.items[0].detail is not None
    assert full.items[0].detail.text == "2013-02-28"
    assert full.items[0].value.path == "basket.fruits.0.value"
    assert (empty.items, empty.empty) == ((), "No fruit.")
    assert panel.state == "partial"
    assert panel.withheld == (Withheld(label="pear", reason="No price source.", missing=("pear",)),)


def test_a_dual_list_of_a_skipped_step_says_so():
    skipped = {**EMPTY_STEP, "when": "{{inputs.size}} > 100"}
    panel = drawn(BASKET_STEP, skipped, panel=DUAL)
    assert (panel.state, panel.note) == ("skipped", "Not asked for: {{inputs.size}} > 100.")


GRID: dict[str, object] = {"type": "heatmap", "category": "name", "series": [VALUE], **FRUITS}


def test_a_grid_has_a_row_a_category_and_its_total_apart():
    total = {"label": "Weight", "field": "weight", "format": "percent"}
    panel = drawn(BASKET_STEP, panel={**GRID, "total": total})
    assert panel.template == "panels/heatmap.html"
    assert [column.label for column in panel.columns] == ["Name", "Value", "Weight"]
    chart = panel.chart or {}
    assert (chart["kind"], chart["total"]) == ("heatmap", True)
    assert [series["label"] for series in chart["series"]] == ["Value", "Weight"]
    assert chart["categories"] == [row.cells[0].text for row in panel.rows]
    assert (drawn(BASKET_STEP, panel=GRID).chart or {})["total"] is False


def test_a_null_is_no_cell_of_a_grid_and_is_withheld_in_a_table():
    weight = {"label": "Weight", "field": "weight", "format": "percent"}
    grid = drawn(BASKET_STEP, panel={**GRID, "series": [weight]})
    table = drawn(BASKET_STEP, panel={"type": "table", "columns": [weight], **FRUITS})
    cells = [row.cells[1] for row in grid.rows]
    assert [(cell.text, cell.state) for cell in cells if not cell.raw] == [("", "exact")]
    assert [row.cells[0].state for row in table.rows].count("withheld") == 1
    assert grid.withheld == ()


def test_headings_tiles_and_rows_lead_to_their_definitions():
    defined = {**VALUE, "definition": "risk.2"}
    columns: dict[str, object] = {
        "type": "table",
        "columns": [defined],
        "definition": "name",
        **FRUITS,
    }
    table = drawn(BASKET_STEP, panel=columns)
    assert table.columns[0].definition == "risk.2"
    assert [row.definition for row in table.rows] == ["apple", "pear"]
    tile = {**metric("Total", "basket.total", "money"), "definition": "valuation.1"}
    assert drawn(BASKET_STEP, panel=tiles(tile)).metrics[0].definition == "valuation.1"


def test_a_row_defined_by_a_number_is_a_mistake():
    columns = {"id": "t", "type": "table", "columns": [VALUE], "definition": "value", **FRUITS}
    spec = pattern(BASKET_STEP, presentation={"panels": [columns]})
    faults = list(panel_faults(spec, {"basket": Basket}, frozenset({"basket"})))
    assert [fault.pointer for fault in faults] == ["/presentation/panels/0/definition"]
