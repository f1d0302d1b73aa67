"""A sample of every type of panel, as it would stand in a pattern file, and its looks."""

from __future__ import annotations

from typing import Any, Final, get_args
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from dawsos.gallery.data import ASOF, CURRENCY, Look, Sample, many, sample
from patterns.canonical import canonical_json
from patterns.layout import laid_out, waiting
from patterns.panel_specs.types import PANEL_TYPES, PanelSpec
from patterns.panels import Panel
from patterns.runs import RunResult

LOOKS: Final[tuple[Look, ...]] = get_args(Look)
NOT_COMPUTED: Final = "A sample of a step whose condition did not hold."
FAILED: Final = {
    "step": "sample",
    "code": "BUSINESS_4009",
    "message": "A sample of a step that failed.",
    "suggestion": "Nothing needs to be done: this is a sample.",
    "details": {},
}


def _money(label: str, path: str) -> dict[str, str]:
    return {"label": label, "path": f"sample.{path}", "format": "money"}


def _fraction(label: str, path: str) -> dict[str, str]:
    return {"label": label, "path": f"sample.{path}", "format": "percent"}


def _series(label: str, field: str) -> dict[str, str]:
    return {"label": label, "field": field, "format": "percent"}


_AREAS: Final = [
    _series("Sample shares", "first"),
    _series("Sample bonds", "second"),
    _series("Sample cash", "third"),
]
_HOLDINGS: Final = {"path": "sample.holdings", "category": "name"}
_HALF: Final = {"label": "name", "detail": "sector", "value": "change", "format": "percent"}
_AMOUNT: Final = {"label": "Amount", "field": "amount", "format": "money"}

SAMPLES: Final[dict[str, dict[str, Any]]] = {
    "metrics_grid": {
        "metrics": [
            _money("Value", "total"),
            _money("Gain", "gain"),
            _fraction("Risk", "risk"),
            {"label": "Score", "path": "sample.score", "format": "ratio"},
            {"label": "Holdings", "path": "sample.count", "format": "count"},
        ]
    },
    "line_chart": {
        "path": "sample.days",
        "x": "day",
        "series": [_series("Sample", "first"), _series("Other sample", "second")],
    },
    "area_chart": {"path": "sample.days", "x": "day", "stacked": True, "series": _AREAS},
    "fan": {
        "path": "sample.days",
        "x": "day",
        "format": "percent",
        "observed": "observed",
        "center": "center",
        "bands": [
            {"label": "8 in 10", "low": "low_80", "high": "high_80"},
            {"label": "5 in 10", "low": "low_50", "high": "high_50"},
        ],
    },
    "bar_chart": {**_HOLDINGS, "signed": True, "series": [_series("Change", "change")]},
    "horizontal_bar": {**_HOLDINGS, "signed": True, "series": [_series("Change", "change")]},
    "waterfall": {
        "path": "sample.parts",
        "category": "name",
        "value": "value",
        "format": "money",
        "total": _money("Loss", "loss"),
    },
    "donut_chart": {**_HOLDINGS, "value": "share", "format": "percent"},
    "treemap": {
        **_HOLDINGS,
        "group": "sector",
        "value": "share",
        "format": "percent",
        "tint": _series("Change", "change"),
    },
    "heatmap": {
        **_HOLDINGS,
        "series": [_series("Before", "before"), _series("Now", "change")],
        "total": _series("Share", "share"),
    },
    "gauge": {
        "value": _fraction("Sample risk", "risk"),
        "minimum": 0,
        "maximum": 0.2,
        "bands": [
            {"label": "Calm", "upto": 0.06},
            {"label": "Usual", "upto": 0.12},
            {"label": "Rough", "upto": 0.2},
        ],
    },
    "table": {
        "path": "sample.holdings",
        "columns": [
            {"label": "Name", "field": "name", "format": "text"},
            {"label": "Sector", "field": "sector", "format": "text"},
            {"label": "Quantity", "field": "quantity", "format": "quantity"},
            {"label": "Price", "field": "price", "format": "price"},
            {"label": "Value", "field": "value", "format": "money"},
            _series("Share", "share"),
            _series("Change", "change"),
            {"label": "State", "field": "value.state", "format": "state"},
        ],
        "totals": [{"field": "value"}, {"field": "share"}],
    },
    "dual_list": {
        "lists": [
            {"title": "Sample winners", "path": "sample.holdings", **_HALF},
            {"title": "Sample losers", "path": "sample.parts", **_HALF},
        ]
    },
    "timeline": {
        "path": "sample.happened.events",
        "date": "day",
        "label": "label",
        "kind": "kind",
        "detail": "detail",
        "value": "amount",
        "format": "money",
    },
    "action_cards": {
        "path": "sample.happened.events",
        "heading": "label",
        "detail": "detail",
        "urgency": "urgency",
        "link": "link",
        "facts": [_AMOUNT],
    },
    "news_list": {
        "path": "sample.happened.events",
        "headline": "label",
        "source": "source",
        "published": "published",
        "summary": "detail",
        "link": "elsewhere",
        "facts": [_AMOUNT],
    },
    "cycle_card": {
        "phase": "sample.said.phase",
        "phases": ["Sample recovery", "Sample expansion", "Sample slowdown", "Sample contraction"],
        "metrics": [_fraction("Risk", "risk"), _fraction("Risk before", "risk_before")],
    },
    "scorecard": {
        "score": {"label": "Sample score", "path": "sample.score", "format": "ratio"},
        "maximum": 10,
        "path": "sample.criteria",
        "label": "label",
        "detail": "detail",
        "value": "value",
        "format": "percent",
        "threshold": "threshold",
        "verdict": "verdict",
    },
    "comparison": {
        "first": "Before",
        "second": "After",
        "rows": [
            {
                "label": "Value",
                "first": "sample.total_before",
                "second": "sample.total",
                "difference": "sample.gain",
                "format": "money",
            },
            {
                "label": "Risk",
                "first": "sample.risk_before",
                "second": "sample.risk",
                "difference": "sample.risk_change",
                "format": "percent",
            },
        ],
    },
    "text": {"path": "sample.said.text"},
    "report_viewer": {
        "address": "sample.said.address",
        "metrics": [{"label": "Sections", "path": "sample.count", "format": "count"}],
    },
    "tabs": {},
}


def spec_of(kind: str, look: Look) -> PanelSpec:
    """The sample as a pattern file would have it; its id says type and look."""
    told = {
        "id": f"{kind}_{look}",
        "type": kind,
        "title": f"Sample: {_words(kind)}, {look}",
        **(_tabs(look) if kind == "tabs" else SAMPLES[kind]),
    }
    found: PanelSpec = TypeAdapter(PANEL_TYPES[kind]).validate_python(told)
    return found


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _tabs(look: Look) -> dict[str, Any]:
    inner = [("Figures", "metrics_grid"), ("History", "line_chart")]
    return {
        "tabs": [
            {
                "label": label,
                "panels": [
                    {
                        "id": f"tabs_{look}_{kind}",
                        "type": kind,
                        "title": f"Sample: {_words(kind)} behind a tab",
                        **SAMPLES[kind],
                    }
                ],
            }
            for label, kind in inner
        ]
    }


def panel_of(kind: str, look: Look) -> Panel:
    """One type of panel in one look."""
    spec = spec_of(kind, look)
    if look == "loading":
        return waiting([spec])[0]
    return laid_out([spec], run_of(look, kind))[0]


def long_table(count: int) -> Panel:
    """The table with so many rows."""
    answer = sample("exact").model_copy(update={"holdings": many(count)})
    spec = spec_of("table", "exact").model_copy(
        update={"id": "table_long", "title": f"Sample: {count} rows"}
    )
    return laid_out([spec], _run(answer, {"as": "sample", "state": "done"}))[0]


def run_of(look: Look, kind: str) -> RunResult:
    """A run that answered so. Single values are never empty; their step may be skipped."""
    if look == "failed":
        return _run(None, {"as": "sample", "state": "failed", "error": FAILED})
    if look == "empty" and not has_empty_answer(kind):
        return _run(None, {"as": "sample", "state": "skipped", "note": NOT_COMPUTED})
    return _run(sample(look), {"as": "sample", "state": "done"})


def has_empty_answer(kind: str) -> bool:
    """Whether a type can be empty, as a list or a text can; a single value is there or withheld."""
    return kind not in {"metrics_grid", "gauge", "cycle_card", "comparison", "tabs"}


def _run(answer: BaseModel | None, step: dict[str, Any]) -> RunResult:
    return RunResult(
        run_id=UUID(int=0),
        pattern_id="panel_samples",
        pattern_version="1.0.0",
        inputs={},
        run_hash="",
        result_text=canonical_json({"sample": answer} if answer is not None else {}),
        result_hash="",
        trace={"steps": [step], "base_currency": CURRENCY, "asof_date": ASOF.isoformat()},
        state="complete",
        engine_version="",
    )


TYPES_OF_STEPS: Final[dict[str, type[BaseModel]]] = {"sample": Sample}
