"""The same builders draw in the browser and on paper."""

import re
import subprocess
import sys
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from py_mini_racer import JSEvalException

from dawsos.charts.svg import ASSETS, SCRIPTS, SvgCharts, longhand


@pytest.fixture(scope="module")
def charts() -> Iterator[SvgCharts]:
    with SvgCharts() as opened:
        yield opened


def spec(kind: str, categories: list[str], values: list[float | None], **changes: object) -> dict:
    texts = ["—" if value is None else f"{value * 100:.2f} %".replace("-", "−") for value in values]
    series = {
        "label": "Weight",
        "values": values,
        "texts": texts,
        "states": ["withheld" if value is None else "exact" for value in values],
        "unit": "fraction",
        "format": "percent",
        "currency": "",
    }
    return {
        "kind": kind,
        "categories": categories,
        "category_kind": "text",
        "series": [series],
        "unit": "fraction",
        "currency": "",
        "signed": False,
        **changes,
    }


def words(svg: str) -> str:
    return " ".join(" ".join(element.itertext()) for element in ET.fromstring(svg).iter())


def test_a_ring_names_every_slice_and_its_share(charts):
    drawn = words(charts.draw(spec("donut", ["Energy", "Banks", "Dust"], [0.6, 0.399, 0.001])))

    for expected in ("Energy", "60.00 %", "Banks", "39.90 %", "Dust", "0.10 %", "100 %"):
        assert expected in drawn


def test_bars_say_their_direction_without_colour(charts):
    drawn = words(charts.draw(spec("bar", ["Local", "Currency"], [0.05, -0.02], signed=True)))

    assert "▲ 5.00 %" in drawn
    assert "▼ −2.00 %" in drawn


def test_a_state_is_said_beside_a_value_only_when_values_differ_in_it(charts):
    ring = spec("donut", ["Energy", "Banks"], [0.6, 0.4])
    ring["series"][0]["states"] = ["stale", "exact"]
    mixed = words(charts.draw(ring))
    ring["series"][0]["states"] = ["stale", "stale"]
    alike = words(charts.draw(ring))

    assert "60.00 % (stale)" in mixed
    assert "(stale)" not in alike


def test_what_is_not_known_is_called_withheld_not_drawn_as_zero(charts):
    drawn = words(charts.draw(spec("bar", ["Local", "Ratings"], [0.05, None], signed=True)))

    assert "withheld" in drawn
    assert "0.00 %" not in drawn


def bars_of(svg: str) -> list[tuple[float, float]]:
    """Left and right end of each coloured bar that has a width, from the top down."""
    found = []
    for path in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        edge = re.match(r"M([\d.]+) ([\d.]+)L([\d.]+) .*A", path.attrib["d"])  # A: its corners
        if edge and path.get("fill") in {"#066647", "#b41d1d", "#00797a"}:
            left, top, right = map(float, edge.groups())
            found.append((top, left - 2, right + 2))  # corners of radius 2
    return [(left, right) for _, left, right in sorted(found)]


def test_a_step_of_a_waterfall_begins_where_the_one_before_ended(charts):
    steps = spec("waterfall", ["Local", "Currency", "Total"], [0.05, -0.02, 0.03], sum=True)
    drawn = charts.draw(steps)

    said = words(drawn)
    assert "▲ 5.00 %" in said
    assert "▼ −2.00 %" in said
    assert "▲ 3.00 %" not in said  # the sum is no step
    assert "3.00 %" in said
    gained, lost, total = bars_of(drawn)
    assert lost[1] == pytest.approx(gained[1], abs=1)  # both end at 5 %
    assert total[0] == pytest.approx(gained[0], abs=1)  # both begin at zero
    assert total[1] == pytest.approx(lost[0], abs=1)  # both end at 3 %


def test_a_gap_interrupts_the_line(charts):
    days = [f"2013-01-0{day}" for day in range(1, 8)]
    whole = spec("line", days, [1, 2, 3, 4, 5, 6, 7], category_kind="date")
    broken = spec("line", days, [1, 2, 3, None, 5, 6, 7], category_kind="date")

    def stretches(chart: dict) -> int:
        paths = ET.fromstring(charts.draw(chart)).iter("{http://www.w3.org/2000/svg}path")
        lines = [path for path in paths if path.get("stroke") == "#00858a"]
        return sum(path.attrib["d"].count("M") for path in lines)  # each stretch starts with an M

    assert stretches(whole) == 1
    assert stretches(broken) == 2


def test_a_line_has_its_years_on_the_axis(charts):
    days = ["2010-01-04", "2011-01-04", "2012-01-04", "2013-01-04"]
    drawn = words(charts.draw(spec("line", days, [1, 2, 3, 4], category_kind="date")))

    assert "2011" in drawn
    assert "2012" in drawn


@pytest.mark.parametrize("kind", ["line", "bar", "donut", "waterfall"])
def test_the_same_specification_is_drawn_the_same_twice(charts, kind):
    chart = spec(kind, ["A", "B"], [0.25, 0.75])

    assert charts.draw(chart) == charts.draw(chart)


def test_paper_uses_no_font_shorthand(charts):
    days = [f"2013-01-0{day}" for day in range(1, 8)]
    drawn = charts.draw(spec("line", days, [1, 2, 3, 4, 5, 6, 7], category_kind="date"))

    assert "font:" not in drawn
    assert "font-family:'IBM Plex Mono'" in drawn


def test_longhand_writes_out_what_weasyprint_ignores():
    short = "<text style=\"font:bold 11px 'IBM Plex Mono', monospace;\">5 %</text>"

    assert longhand(short) == (
        '<text style="font-style:normal;font-weight:bold;font-size:11px;'
        "font-family:'IBM Plex Mono', monospace;\">5 %</text>"
    )


def test_an_unknown_kind_is_refused(charts):
    with pytest.raises(JSEvalException, match="no builder draws a chart of kind pie3d"):
        charts.draw(spec("pie3d", ["A"], [1.0]))


@pytest.mark.parametrize("name", SCRIPTS)
def test_paper_runs_the_files_that_the_browser_loads(name):
    served = finders.find(name)
    page = render_to_string("_components/chart_scripts.html")

    assert served == str(ASSETS / name)
    assert f"/static/{name}" in page


def test_a_process_that_drew_a_chart_ends():
    program = (
        "from dawsos.charts.svg import SvgCharts\n"
        "with SvgCharts() as charts:\n"
        f"    charts.draw({spec('bar', ['A'], [1.0])!r})\n"
    )

    # An engine that is left open would wait for ever; `check` refuses a failure.
    subprocess.run([sys.executable, "-c", program], cwd=ASSETS.parent, timeout=60, check=True)


def months(width: int, charts: SvgCharts, **changes: object) -> str:
    """Two years, two months and a total; the second year has no February."""

    def column(label: str, values: list[float | None], texts: list[str], **more: object) -> dict:
        found = spec("heatmap", ["2013", "2012"], values)["series"][0]
        return found | {"label": label, "texts": texts} | more

    grid = spec("heatmap", ["2013", "2012"], [0.0, 0.0], total=True) | {
        "series": [
            column("Jan", [-0.0603, 0.0568], ["−6.03 %", "5.68 %"]),
            column("Feb", [None, None], ["—", ""], states=["withheld", "exact"]),
            column("Year", [-0.0468, 0.1849], ["−4.68 %", "18.49 %"], states=["partial", "exact"]),
        ]
    }
    return charts.draw(grid | changes, width=width, height=140)


def test_a_grid_says_each_value_and_leaves_out_what_is_no_cell(charts):
    drawn = words(months(640, charts))

    for expected in ("2013", "2012", "Jan", "Feb", "Year", "−6.03 %", "5.68 %", "18.49 %", "—"):
        assert expected in drawn
    assert drawn.split().count("—") == drawn.split().count("Jan")


def test_a_narrow_grid_shortens_all_its_values_alike(charts):
    drawn = words(months(200, charts)).split()

    assert {"−6.0", "5.7", "18.5"} <= set(drawn)
    assert {"−6", "6", "18"} <= set(words(months(130, charts)).split())


def test_a_part_of_a_year_has_a_dashed_rim(charts):
    assert "stroke-dasharray" in months(640, charts)
