"""What a panel's template is given: text to display, and nothing left to compute.

`layout.panels(pattern, run)` builds these from the presentation of a pattern and the result of a
run; `templates/panels/<type>.html` draws one with `panel` as its only variable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

PanelType = Literal[
    "metrics_grid",
    "line_chart",
    "area_chart",
    "fan",
    "bar_chart",
    "horizontal_bar",
    "waterfall",
    "donut_chart",
    "treemap",
    "heatmap",
    "gauge",
    "table",
    "dual_list",
    "timeline",
    "action_cards",
    "news_list",
    "cycle_card",
    "scorecard",
    "comparison",
    "text",
    "report_viewer",
    "tabs",
]

PanelState = Literal[
    "exact",  # every figure of the panel is exact
    "partial",  # some figure is partial or withheld, others are shown
    "stale",  # the worst figure comes from an older observation
    "estimated",  # the worst figure is a model's output
    "withheld",  # no figure of the panel is known; `withheld` says why
    "empty",  # the data is there and has no rows
    "skipped",  # the step's condition was false; `note` says which
    "failed",  # the step failed; `error` says how
    "loading",  # the run is not there yet
]

Tone = Literal[
    "",
    "past", "today", "ahead",  # of a timeline, beside the day of the panel
    "high", "medium", "low",  # how soon an action is wanted
    "met", "missed", "unknown",  # of a criterion
    "current",  # of a cycle: where it stands
]  # fmt: skip


class Cell(NamedTuple):
    """One displayed value. Everything is text; "" means that there is nothing to say."""

    text: str  # "1,234.50 USD", "−5.00 %", "AAPL", "—" when withheld
    format: str  # percent, money, price, quantity, ratio, count, bps, date, text, state
    numeric: bool  # set right-aligned, in tabular figures
    sign: Literal["", "positive", "negative", "zero"]  # never shown by colour alone
    state: str  # exact, partial, stale, estimated, withheld
    reason: str  # why it is not exact
    missing: tuple[str, ...]  # what is missing, by name
    coverage: str  # "66.67 %": how much of the input was there
    asof_date: str  # the figure's own day, when it has one
    method: str
    n: str  # observations used, when the figure says so
    raw: str  # the value as stored ("0.05"), for sorting and <data value="…">
    unit: str  # fraction, money, price, quantity, ratio, count, bps; "" for text and dates
    currency: str
    path: str  # where it is in the result: "valued_positions.positions.0.market_value"


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One tile of a metrics grid. definition: "risk.2", or "" for none."""

    label: str
    cell: Cell
    definition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    label: str
    field: str
    format: str
    numeric: bool
    definition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    cells: tuple[Cell, ...]  # as many as the panel has columns, in their order
    definition: str = ""  # of what the row is about
    link: str = ""  # the address of its own page


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of a list; detail is None where the list has none."""

    label: Cell
    detail: Cell | None
    value: Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemList:
    """One half of a dual list; `empty` is what it says without items."""

    title: str
    items: tuple[Item, ...]
    empty: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One event, card, headline, criterion or phase: its parts by the names of the presentation.

    A part that the data does not have is left out. `link` is an address that is safe to follow.
    """

    parts: Mapping[str, Cell]
    facts: tuple[Metric, ...] = ()
    tone: Tone = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """Figures of the panel that are not known, for one reason.

    The label is a metric's label, a column's where all of it is withheld for the same reason, or
    a row with its columns: "RY · Price, Market value".
    """

    label: str
    reason: str
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelError:
    """Why the panel has no data: the structured error of the step that feeds it."""

    step: str
    code: str
    message: str
    suggestion: str
    details: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One panel, ready to draw.

    `metrics` is filled for metrics_grid, and for cards with figures of their own: gauge,
    cycle_card, scorecard (its score), report_viewer. `lists` is filled for dual_list, `tabs` for
    tabs; `entries` for timeline, action_cards, news_list, scorecard (its criteria) and cycle_card
    (its phases). `columns` and `rows` are filled for table, comparison and for every chart: they
    are the table behind it; `total` is a table's last row. `chart` is filled for charts that can
    be drawn:

        {"kind": "line" | "area" | "fan" | "column" | "bar" | "donut" | "treemap" | "waterfall" |
                 "heatmap" | "gauge",
         "categories": ["2013-02-27", …], "category_kind": "date" | "text",
         "series": [{"label": "Value", "values": [1234.5, null, …], "texts": ["1,234.50 CAD", …],
                     "states": ["exact", …], "unit": "money", "format": "money",
                     "currency": "CAD"}],
         "unit": "money", "currency": "CAD",      # the first series', "" when there is none
         "signed": false,                         # bars diverge from zero, signs are shown
         "sum": true,                             # of a waterfall: the last bar is the total
         "total": true,                           # of a heatmap: the last series stands apart
         "stacked": true,                         # of areas: parts of a whole
         "roles": ["observed", "center", "low", "high", …],  # of a fan's series
         "groups": ["Energy", …], "tinted": true, # of a treemap: the second series colours
         "minimum": 0, "maximum": 0.2, "ends": ["0.00 %", "20.00 %"],     # of a gauge
         "bands": [{"label": "Calm", "upto": 0.05}, …]}

    Values are as stored (0.05, not 5); null where nothing is known. A chart that cannot be drawn
    (no rows, a negative share in a ring) has `chart` None and `note` says why; its table remains.
    """

    id: str
    type: PanelType
    title: str
    description: str
    state: PanelState
    note: str
    error: PanelError | None
    ttl_seconds: int | None
    asof_date: str
    metrics: tuple[Metric, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    total: Row | None = None
    chart: dict[str, Any] | None = None
    lists: tuple[ItemList, ...] = ()
    entries: tuple[Entry, ...] = ()
    tabs: tuple["Tab", ...] = ()
    paragraphs: tuple[str, ...] = ()  # of a text
    address: str = ""  # of a report
    link_label: str = ""  # of action cards
    maximum: str = ""  # of a score: the best there is
    withheld: tuple[Withheld, ...] = ()

    @property
    def template(self) -> str:
        return f"panels/{self.type}.html"

    @property
    def has_nothing(self) -> bool:
        """Whether there is not even a place of a figure that could say why it is withheld."""
        filled = (self.metrics, self.rows, self.lists, self.entries, self.tabs, self.paragraphs)
        return not (any(filled) or self.address)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    label: str
    panels: tuple[Panel, ...]


def flat(panels: Iterable[Panel]) -> Iterator[Panel]:
    """Every panel, and those behind tabs after their tabs."""
    for panel in panels:
        yield panel
        for tab in panel.tabs:
            yield from flat(tab.panels)


def cells_of(panel: Panel) -> Iterator[Cell]:
    """Every value that the panel itself shows."""
    for metric in panel.metrics:
        yield metric.cell
    for row in (*panel.rows, *((panel.total,) if panel.total else ())):
        yield from row.cells
    for half in panel.lists:
        for item in half.items:
            yield item.value
    for entry in panel.entries:
        yield from entry.parts.values()
        yield from (fact.cell for fact in entry.facts)
