"""What a page says about figures that are not exact: sentences, each once, and where they stand."""

from __future__ import annotations

import pytest

from dawsos.templatetags.panels import by_reason, health, is_empty
from dawsos.templatetags.reasons import sentence
from patterns.cells import cell_at
from patterns.panels import Metric, Panel, Withheld


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("pay_date_unknown", "Pay date estimated: the source names none."),
        ("not_available_yet: returns are not computed yet", "Returns are not computed yet."),
        ("some_new_code", "Some new code."),
        ("The price is of 2013-02-27.", "The price is of 2013-02-27."),
        ("Missing: RY", "Missing: RY"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_code_becomes_a_sentence_and_a_sentence_stays(reason: str | None, said: str) -> None:
    assert sentence(reason) == said


def test_a_reason_is_said_once_for_all_that_it_withholds() -> None:
    unpriced = "Not priced: RY."
    groups = by_reason(
        [
            Withheld(label="Day", reason=unpriced, missing=("RY",)),
            Withheld(label="Rating", reason="ratings_not_available", missing=()),
            Withheld(label="YTD", reason=unpriced, missing=("RY",)),
            Withheld(label="Cost", reason="Not known.", missing=("cost of RY",)),
        ]
    )

    assert [group.labels for group in groups] == [("Day", "YTD"), ("Rating",), ("Cost",)]
    # RY stands in its reason already; the cost basis does not.
    assert [group.missing for group in groups] == [(), (), ("cost of RY",)]


def test_health_leads_to_every_panel_that_withholds_or_failed() -> None:
    kept = Withheld(label="Day", reason="Not priced: RY.", missing=())
    found = health(
        [
            _panel("strip", total="partial", withheld=(kept, kept)),
            _panel("chart", state="failed"),
            _panel("cash"),
        ]
    )

    assert found.total is not None
    assert [(place.anchor, place.count) for place in found.withheld] == [
        ("panel-strip-withheld", 2)
    ]
    assert [place.anchor for place in found.failed] == ["panel-chart"]
    assert not found.good


def test_a_page_of_exact_figures_is_in_good_health() -> None:
    assert health([_panel("strip", total="exact"), _panel("cash")]).good


def test_a_page_is_empty_when_each_of_its_tables_is() -> None:
    assert is_empty([_panel("strip"), _panel("cash", type="table", state="empty")])
    assert not is_empty([_panel("holdings", type="table"), _panel("cash", state="empty")])
    assert not is_empty([_panel("strip")])


def _panel(name: str, *, total: str = "", **changes: object) -> Panel:
    metrics: tuple[Metric, ...] = ()
    if total:
        stored = {"total_value": {"value": "5", "state": total, "unit": "money", "currency": "CAD"}}
        cell = cell_at(stored, "total_value", "money", path="valued_positions")
        metrics = (Metric(label="Total value", cell=cell),)
    shown: dict[str, object] = {
        "id": name,
        "type": "metrics_grid",
        "title": name,
        "description": "",
        "state": "exact",
        "note": "",
        "error": None,
        "ttl_seconds": None,
        "asof_date": "",
        "metrics": metrics,
    }
    return Panel(**(shown | changes))  # type: ignore[arg-type]
