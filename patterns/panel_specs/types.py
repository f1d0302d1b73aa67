"""Every type of panel by its name."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from patterns.panel_specs import cards, charts, lists
from patterns.panel_specs.parts import Label, PanelBase, Part, Place, Read

LeafSpec = (
    cards.MetricsGridSpec
    | charts.LineChartSpec
    | charts.AreaChartSpec
    | charts.FanSpec
    | charts.BarChartSpec
    | charts.HorizontalBarSpec
    | charts.DonutChartSpec
    | charts.TreemapSpec
    | charts.WaterfallSpec
    | charts.HeatmapSpec
    | charts.GaugeSpec
    | lists.TableSpec
    | lists.DualListSpec
    | lists.TimelineSpec
    | lists.ActionCardsSpec
    | lists.NewsListSpec
    | cards.CycleCardSpec
    | cards.ScorecardSpec
    | cards.ComparisonSpec
    | cards.TextSpec
    | cards.ReportViewerSpec
)


class TabSpec(Part):
    label: Label
    panels: Annotated[
        tuple[Annotated[LeafSpec, Field(discriminator="type")], ...], Field(min_length=1)
    ]


class TabsSpec(PanelBase):
    """Panels behind one another, a label each. Without scripts and on paper all are shown."""

    type: Literal["tabs"]
    tabs: Annotated[tuple[TabSpec, ...], Field(min_length=2, max_length=8)]

    def reads(self) -> Iterator[Read]:
        """Nothing of its own: its panels are walked."""
        return iter(())


PanelSpec = LeafSpec | TabsSpec
PANEL_TYPES: Final[dict[str, type[PanelSpec]]] = {
    "metrics_grid": cards.MetricsGridSpec,
    "line_chart": charts.LineChartSpec,
    "area_chart": charts.AreaChartSpec,
    "fan": charts.FanSpec,
    "bar_chart": charts.BarChartSpec,
    "horizontal_bar": charts.HorizontalBarSpec,
    "waterfall": charts.WaterfallSpec,
    "donut_chart": charts.DonutChartSpec,
    "treemap": charts.TreemapSpec,
    "heatmap": charts.HeatmapSpec,
    "gauge": charts.GaugeSpec,
    "table": lists.TableSpec,
    "dual_list": lists.DualListSpec,
    "timeline": lists.TimelineSpec,
    "action_cards": lists.ActionCardsSpec,
    "news_list": lists.NewsListSpec,
    "cycle_card": cards.CycleCardSpec,
    "scorecard": cards.ScorecardSpec,
    "comparison": cards.ComparisonSpec,
    "text": cards.TextSpec,
    "report_viewer": cards.ReportViewerSpec,
    "tabs": TabsSpec,
}


def walk(panels: Sequence[PanelSpec], *around: str | int) -> Iterator[tuple[Place, PanelSpec]]:
    """Every panel with its place, those behind tabs after their tabs."""
    for index, panel in enumerate(panels):
        place = (*around, index)
        yield place, panel
        if isinstance(panel, TabsSpec):
            for number, tab in enumerate(panel.tabs):
                yield from walk(tab.panels, *place, "tabs", number, "panels")
