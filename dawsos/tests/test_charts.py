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


def test_a_waterfall_below_zero_has_room_for_a_rising_step(charts):
    """Steps of −90, 35 and 15: the words beside the last one end inside the drawing."""
    steps = spec("waterfall", ["Prices", "Income", "Rates"], [-0.9, 0.35, 0.15], sum=False)
    drawn = ET.fromstring(charts.draw(steps, width=360))
    for element in drawn.iter("{http://www.w3.org/2000/svg}text"):
        place = re.search(r"translate\(([\d.]+)", element.get("transform", ""))
        said = "".join(element.itertext())
        if place and "%" in said and element.get("text-anchor") != "end":
            assert float(place[1]) + len(said) * 7.2 <= 360


def test_upright_bars_say_their_direction_and_what_is_withheld(charts):
    chart = spec("column", ["Local", "FX", "Ratings"], [0.05, -0.02, None], signed=True)
    drawn = words(charts.draw(chart))

    for expected in ("▲ 5.00 %", "▼ −2.00 %", "withheld"):
        assert expected in drawn
    assert "0.00 %" not in drawn


def heights(svg: str, colour: str) -> list[float]:
    """The height of every filled outline of this colour, but for the marks of the legend."""
    outlines = [
        [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path.attrib["d"])]
        for path in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")
        if path.get("fill") == colour
    ]
    found = [max(each) - min(each) for each in outlines]
    return [height for height in found if height > 5]


def test_stacked_areas_stand_on_one_another(charts):
    """A quarter below, three quarters above: the second is three times as high as the first."""
    days = ["2013-01-01", "2013-01-02", "2013-01-03"]
    chart = spec("area", days, [0.25] * 3, category_kind="date", stacked=True)
    chart["series"].append(chart["series"][0] | {"label": "Rest", "values": [0.75] * 3})
    drawn = charts.draw(chart)

    (low,) = heights(drawn, "#00858a")
    (high,) = heights(drawn, "#2f6fd6")
    assert high == pytest.approx(3 * low, rel=0.02)
    assert "100 %" in words(drawn)


def test_where_one_part_is_not_known_no_part_of_the_stack_is_drawn(charts):
    days = [f"2013-01-0{day}" for day in range(1, 6)]
    chart = spec("area", days, [0.25] * 5, category_kind="date", stacked=True)
    gap = [0.75, 0.75, None, 0.75, 0.75]
    chart["series"].append(chart["series"][0] | {"label": "Rest", "values": gap})
    drawn = charts.draw(chart)

    first = [
        path.attrib["d"].count("M")
        for path in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}path")
        if path.get("stroke") == "#00858a"
    ]
    assert sum(first) == 2  # the known series is interrupted too


FAN_DAYS = [f"2013-01-0{day}" for day in range(1, 6)]


def fan(**changes: object) -> dict:
    chart = spec("fan", FAN_DAYS, [0.1, 0.2, 0.3, None, None], category_kind="date")
    seen = chart["series"][0] | {"label": "Observed"}
    ahead = {"center": [0.3, 0.4], "low": [0.2, 0.2], "high": [0.4, 0.7]}
    others = [
        seen | {"label": name, "values": [None] * 3 + values, "texts": [""] * 3 + ["x"] * 2}
        for name, values in ahead.items()
    ]
    roles = ["observed", "center", "low", "high"]
    bands = [{"label": "8 in 10"}]
    return chart | {"series": [seen, *others], "roles": roles, "bands": bands} | changes


def test_a_fan_names_what_was_seen_the_middle_and_its_bands(charts):
    drawn = charts.draw(fan())

    for expected in ("Observed", "center", "8 in 10"):
        assert expected in words(drawn)
    assert "low 8 in 10" not in words(drawn)
    assert "stroke-dasharray" in drawn


def test_a_map_says_each_share_and_its_tint(charts):
    chart = spec("treemap", ["Energy", "Banks"], [0.75, 0.25], groups=[], tinted=True)
    chart["series"].append(spec("treemap", ["", ""], [0.02, -0.01])["series"][0])
    drawn = charts.draw(chart, width=640, height=300)

    for expected in ("Energy", "75.00 %", "▲ 2.00 %", "Banks", "▼ −1.00 %"):
        assert expected in words(drawn)


def test_a_map_cuts_no_number_in_two(charts):
    """A hundredth of the map has room for its name at most; the others keep their figures."""
    chart = spec("treemap", ["Large", "Small"], [0.99, 0.01], groups=[], tinted=False)
    drawn = words(charts.draw(chart, width=400, height=300))

    assert "99.00 %" in drawn
    assert "1.00" not in drawn and "1.0" not in drawn


def test_a_gauge_says_its_value_its_band_and_its_ends(charts):
    chart = spec(
        "gauge", ["Risk"], [0.08], minimum=0, maximum=0.2, ends=["0.00 %", "20.00 %"],
        bands=[{"label": "Calm", "upto": 0.06}, {"label": "Usual", "upto": 0.2}],
    )  # fmt: skip
    drawn = words(charts.draw(chart))

    for expected in ("8.00 %", "Usual", "0.00 %", "20.00 %"):
        assert expected in drawn
    assert "Calm" not in drawn


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
