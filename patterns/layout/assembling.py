"""From a presentation and a run to panels, each by the rules of its type."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from patterns import library
from patterns.answers import Answer
from patterns.grid import label_of
from patterns.layout import cards, lists, rows
from patterns.layout.frames import absent, frame, missing_path
from patterns.layout.rows import NO_ROWS
from patterns.panel_specs.types import PanelSpec, TabsSpec
from patterns.panels import Panel, Tab
from patterns.runs import RunResult
from patterns.spec import PatternSpec

__all__ = ["NO_ROWS", "laid_out", "panels", "waiting"]

KEPT: Final = 64  # about 200 kB each

_BUILDERS: Final[dict[str, Callable[[Any, Answer], Panel]]] = {
    "metrics_grid": cards.metrics_grid,
    "gauge": cards.gauge,
    "cycle_card": cards.cycle_card,
    "scorecard": cards.scorecard,
    "comparison": cards.comparison,
    "text": cards.text,
    "report_viewer": cards.report_viewer,
    "dual_list": lists.dual_list,
    "timeline": lists.timeline,
    "action_cards": lists.action_cards,
    "news_list": lists.news_list,
}


@dataclass(frozen=True)
class _Question:
    """A complete run of a pattern of the library: the same run hash has the same panels."""

    pattern_id: str
    run_hash: str
    run: RunResult = field(compare=False, repr=False)


def panels(pattern: PatternSpec | str, run: RunResult) -> list[Panel]:
    """Every panel of a pattern, in its order. What failed or was skipped says so in its place.

    The panels of a complete run are kept in the process: laying them out costs more than
    looking the run up.
    """
    if isinstance(pattern, str) and run.state == "complete":
        return list(_kept(_Question(pattern, run.run_hash, run)))
    spec = library.of_version(pattern, run.pattern_version) if isinstance(pattern, str) else pattern
    return list(laid_out(spec.panels, run))


@lru_cache(maxsize=KEPT)
def _kept(question: _Question) -> tuple[Panel, ...]:
    run = question.run
    return laid_out(library.of_version(question.pattern_id, run.pattern_version).panels, run)


def laid_out(specs: Iterable[PanelSpec], run: RunResult) -> tuple[Panel, ...]:
    answer = Answer.of(run)
    return tuple(_panel(each, answer) for each in specs)


def waiting(specs: Iterable[PanelSpec]) -> tuple[Panel, ...]:
    """The places of panels whose run is still computed: of the same shape, and without a figure."""
    return tuple(
        Panel(
            id=spec.id,
            type=spec.type,
            title=spec.title or label_of(spec.id),
            description=spec.description,
            state="loading",
            note="",
            error=None,
            ttl_seconds=spec.ttl_seconds,
            asof_date="",
        )
        for spec in specs
    )


def _panel(spec: PanelSpec, answer: Answer) -> Panel:
    if isinstance(spec, TabsSpec):
        return _tabs(spec, answer)
    path = missing_path(spec, answer)
    if path:
        return absent(spec, path, answer)
    return _BUILDERS.get(spec.type, rows.row_panel)(spec, answer)


def _tabs(spec: TabsSpec, answer: Answer) -> Panel:
    """The panels say their own states; only what none of them has is said of all together."""
    tabs = tuple(
        Tab(label=tab.label, panels=tuple(_panel(each, answer) for each in tab.panels))
        for tab in spec.tabs
    )
    states = {panel.state for tab in tabs for panel in tab.panels}
    only = states.pop() if len(states) == 1 else "exact"
    return replace(frame(spec, answer, only if only == "withheld" else "exact"), tabs=tabs)
