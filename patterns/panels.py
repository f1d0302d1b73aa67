"""What a panel's template is given: text to display, and nothing left to compute.

`layout.panels(pattern, run)` builds these from the presentation of a pattern and the result of a
run; `templates/panels/<type>.html` draws one with `panel` as its only variable.
"""

from dataclasses import dataclass
from typing import Any, Literal

PanelType = Literal[
    "metrics_grid",
    "line_chart",
    "bar_chart",
    "donut_chart",
    "waterfall",
    "dual_list",
    "heatmap",
    "table",
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
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
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

    `metrics` is filled for metrics_grid, `lists` for dual_list. `columns` and `rows` are filled
    for table and for every chart: they are the table behind it. `chart` is filled for charts that
    can be drawn:

        {"kind": "line" | "bar" | "donut" | "waterfall" | "heatmap",
         "categories": ["2013-02-27", …], "category_kind": "date" | "text",
         "series": [{"label": "Value", "values": [1234.5, null, …], "texts": ["1,234.50 CAD", …],
                     "states": ["exact", …], "unit": "money", "format": "money",
                     "currency": "CAD"}],
         "unit": "money", "currency": "CAD",      # the first series', "" when there is none
         "signed": false,                         # bars diverge from zero, signs are shown
         "sum": true,                             # of a waterfall: the last bar is the total
         "total": true}                           # of a heatmap: the last series stands apart

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
    chart: dict[str, Any] | None = None
    lists: tuple[ItemList, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def template(self) -> str:
        return f"panels/{self.type}.html"
