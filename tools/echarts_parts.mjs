// The parts of ECharts that our builders use, and no other: assets/vendor/echarts.min.js is made
// of this by tools/vendor_assets.py. A new chart type is one name more here.
export { init } from "echarts/core.js";

import { use } from "echarts/core.js";
import { SVGRenderer } from "echarts/renderers.js";
import { BarChart, LineChart, PieChart, ScatterChart, TreemapChart } from "echarts/charts.js";
import {
  AriaComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
} from "echarts/components.js";

use([
  SVGRenderer, BarChart, LineChart, PieChart, ScatterChart, TreemapChart, AriaComponent,
  DataZoomSliderComponent, GridComponent, LegendScrollComponent, MarkLineComponent, TitleComponent,
  TooltipComponent,
]);
