"""The page's own chart builders, run in V8, drawn as SVG for paper.

    with SvgCharts() as charts:
        svg = charts.draw(panel.chart, width=640, height=280)

V8 keeps threads: a context made before a fork is unusable in the child, and one that is never
closed hangs the process at exit. So: one per process, made where it is used, closed by `with`.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from py_mini_racer import MiniRacer

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"

# The files that the browser loads, in its order. draw.js is the only one with a DOM.
SCRIPTS = (
    "vendor/echarts.min.js",
    "js/charts/palettes.js",
    "js/charts/values.js",
    "js/charts/builders.js",
    "js/charts/areas.js",
    "js/charts/shares.js",
)

DRAW = """
(function (spec, theme, size) {
  var chart = echarts.init(null, null, {
    renderer: "svg", ssr: true, width: size.width, height: size.height,
  });
  chart.setOption(DawsOSCharts.option(spec, DawsOSCharts.palettes[theme], size));
  var svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
})
"""

# `font:italic 500 12px 'IBM Plex Mono', monospace`, as it may stand in a style attribute.
SHORTHAND = re.compile(
    r"\bfont:\s*(?P<style>italic |oblique |normal )?(?P<weight>bold |normal |\d{3} )?"
    r"(?P<size>[\d.]+px) (?P<family>[^;\"]+)"
)


def longhand(svg: str) -> str:
    """The same SVG with every `font:` written out, because WeasyPrint ignores the shorthand."""

    def expand(match: re.Match[str]) -> str:
        return (
            f"font-style:{(match['style'] or 'normal').strip()};"
            f"font-weight:{(match['weight'] or 'normal').strip()};"
            f"font-size:{match['size']};font-family:{match['family'].strip()}"
        )

    return SHORTHAND.sub(expand, svg)


# For the browser's pointer only: hover styles, their classes, and which datum an element shows.
POINTER = re.compile(r'<style\b.*?</style>\s*|\s(?:class|ecmeta_\w+)="[^"]*"', re.DOTALL)


# ECharts numbers gradients and clips by drawing: `url(#zr3-g0)`.
DRAWING = re.compile(r"\bzr\d+-")


def settled(svg: str, arguments: str) -> str:
    """The same chart as the same text, whenever it is drawn and whatever stands beside it."""
    name = hashlib.sha256(arguments.encode()).hexdigest()[:10]
    return DRAWING.sub(f"chart-{name}-", POINTER.sub("", svg))


class SvgCharts:
    """A V8 context with the browser's builders loaded; `draw` as often as needed."""

    def __init__(self) -> None:
        self._engine = MiniRacer()
        for name in SCRIPTS:
            self._engine.eval((ASSETS / name).read_text())

    def draw(
        self, spec: dict[str, Any], *, width: int = 640, height: int = 280, theme: str = "paper"
    ) -> str:
        """One chart as SVG text. `spec` is a panel's `chart`; lengths are CSS pixels."""
        size = {"width": width, "height": height, "paper": True}
        arguments = ",".join(json.dumps(value, default=str) for value in (spec, theme, size))
        svg = self._engine.eval(f"({DRAW})({arguments})")
        return longhand(settled(str(svg), arguments))

    def close(self) -> None:
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
