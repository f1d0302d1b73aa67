"""Every type of panel has all its looks, a form, a template, a sample and a paragraph."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import get_template, render_to_string
from django.test import Client

from accounts.models import User
from dawsos.charts.svg import SvgCharts
from dawsos.gallery.data import ASOF, REASON, Look
from dawsos.gallery.samples import (
    FAILED,
    LOOKS,
    NOT_COMPUTED,
    SAMPLES,
    TYPES_OF_STEPS,
    has_empty_answer,
    long_table,
    panel_of,
    spec_of,
)
from dawsos.templatetags.figures import WORDS
from patterns.panel_specs.types import PANEL_TYPES
from patterns.panels import Cell, Panel, cells_of, flat
from patterns.presentation import panel_faults
from patterns.schema import pattern_schema
from patterns.spec import PatternSpec

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "patterns.md").read_text("utf-8")
STATES = ("partial", "stale", "estimated", "withheld")
DRAWN = (
    "line_chart", "area_chart", "fan", "bar_chart", "horizontal_bar", "waterfall", "donut_chart",
    "treemap", "heatmap", "gauge",
)  # fmt: skip
WORDS_ONLY = ("text", "report_viewer")  # what may have no figure of its own
every_type = pytest.mark.parametrize("kind", PANEL_TYPES)
every_look = pytest.mark.parametrize("look", LOOKS)


@pytest.fixture(scope="module")
def charts() -> Iterator[SvgCharts]:
    with SvgCharts() as opened:
        yield opened


def html_of(panel: Panel) -> str:
    return render_to_string(panel.template, {"panel": panel, "asof_date": ASOF})


def numbers(panel: Panel) -> list[Cell]:
    return [cell for each in flat([panel]) for cell in cells_of(each) if cell.numeric and cell.text]


@every_type
def test_a_type_has_a_template_a_schema_a_paragraph_and_a_sample(kind: str) -> None:
    get_template(f"panels/{kind}.html")
    assert PANEL_TYPES[kind].__name__ in pattern_schema()["$defs"]
    assert PANEL_TYPES[kind].__doc__ or kind in {"metrics_grid", "line_chart", "donut_chart"}
    assert re.search(rf"^\| `{kind}` \|", DOCS, re.MULTILINE), f"docs/patterns.md lacks {kind}"
    assert kind in SAMPLES


@every_type
def test_a_sample_is_what_a_pattern_file_may_say(kind: str) -> None:
    spec = PatternSpec.model_construct(
        id="samples",
        version="1.0.0",
        name="Samples",
        steps=(),
        inputs={},
        outputs=("sample",),
        panels=(spec_of(kind, "exact"),),
    )
    assert list(panel_faults(spec, TYPES_OF_STEPS, frozenset({"sample"}))) == []


@every_type
@every_look
def test_a_panel_is_drawn_in_every_look(kind: str, look: Look) -> None:
    panel = panel_of(kind, look)
    html = html_of(panel)

    assert f'id="panel-{kind}_{look}"' in html
    assert "Sample" in html
    assert ('aria-busy="true"' in html) == (look == "loading")
    if look == "loading":
        assert html.count("skeleton") >= 3 and "is being computed" in html
        assert "figure" not in html
    if look == "failed" and kind != "tabs":
        assert panel.state == "failed"
        assert str(FAILED["message"]) in html and str(FAILED["code"]) in html
    if look == "empty":
        assert panel.state in (
            {"empty", "exact"} if has_empty_answer(kind) else {"skipped", "exact"}
        )
        said = "Nothing" if has_empty_answer(kind) else NOT_COMPUTED
        assert said in html
        assert not numbers(panel)


@every_type
@pytest.mark.parametrize("look", STATES)
def test_a_state_is_said_in_words_with_its_reason(kind: str, look: Look) -> None:
    panel = panel_of(kind, look)
    html = html_of(panel)

    assert look in {each.state for each in flat([panel])} or kind == "tabs"
    assert WORDS[look] in html
    if look == "withheld":
        assert REASON in html
        assert not re.search(r'<data class="figure__value" value="[^"]+">', html) or kind in {
            "gauge",  # the ends of its scale are known
            "scorecard",  # and thresholds are
        }


@every_type
@every_look
def test_every_number_is_drawn_by_the_one_figure(kind: str, look: Look) -> None:
    """As many figures as cells, so no template writes a number of its own."""
    panel = panel_of(kind, look)
    known = [cell for cell in numbers(panel) if cell.raw]
    drawn = html_of(panel).count('<data class="figure__value"')

    assert drawn >= len(known)
    if look in {"exact", "partial"} and kind not in WORDS_ONLY:
        assert known


@every_type
def test_a_negative_number_has_its_sign_in_its_text(kind: str) -> None:
    for cell in numbers(panel_of(kind, "exact")):
        assert (cell.sign == "negative") == cell.text.startswith("−")


@pytest.mark.parametrize("kind", DRAWN)
def test_a_chart_has_its_table_and_its_name(kind: str) -> None:
    html = html_of(panel_of(kind, "exact"))

    assert 'role="img" aria-label="Sample' in html
    assert "Table (" in html and "<table" in html


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("look", ["exact", "partial", "stale", "estimated"])
def test_a_chart_is_drawn_for_paper_from_the_same_words(
    kind: str, look: Look, charts: SvgCharts
) -> None:
    chart = panel_of(kind, look).chart
    assert chart is not None
    svg = charts.draw(chart, width=640, height=300)

    assert ET.fromstring(svg).tag.endswith("svg")
    assert svg == charts.draw(chart, width=640, height=300)
    assert "NaN" not in svg and "undefined" not in svg


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("look", ["withheld", "empty", "failed", "loading"])
def test_nothing_is_drawn_of_what_is_not_known(kind: str, look: Look) -> None:
    panel = panel_of(kind, look)
    html = html_of(panel)

    assert "data-chart" not in html
    if look == "withheld":
        assert "Withheld" in html and REASON in html


def test_types_without_a_drawing_are_meant_to_have_none() -> None:
    assert {kind for kind in PANEL_TYPES if panel_of(kind, "exact").chart} == set(DRAWN)


def test_a_thousand_rows_are_laid_out_and_summed() -> None:
    """1 + 2 + … + 1,000 = 500,500; the shares are a thousandth each."""
    panel = long_table(1_000)
    assert panel.total is not None
    assert [cell.text for cell in panel.total.cells if cell.numeric and cell.text] == [
        "500,500.00 CAD",
        "100.00 %",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["", "?type=table", "?type=tabs", "?look=partial", "?type=no&look=no"]
)
def test_the_gallery_shows_them(query: str, browser, alice: User) -> None:
    response = browser(alice).get(f"/patterns/panels/{query}")
    assert response.status_code == 200
    assert b"Every number and name here is a sample" in response.content


@pytest.mark.django_db
def test_the_sample_of_a_report_may_be_framed_by_this_site_alone(browser, alice: User) -> None:
    response = browser(alice).get("/patterns/panels/sample-report/")
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "'none' 'self'" not in response["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "sample-report/"])
def test_strangers_see_no_gallery(path: str) -> None:
    assert Client().get(f"/patterns/panels/{path}").status_code == 302
