/* Areas and fans: lines with something beneath them. Pure, as builders.js is. */
(function (root) {
  "use strict";
  var shared = root.DawsOSCharts.values, parts = root.DawsOSCharts.parts;
  var category = shared.category, number = shared.number, text = shared.text;

  /* Series as areas from zero. Stacked ones are parts of a whole: where one of them is not known the
     whole is not, so there none is drawn. */
  function area(spec, theme, size) {
    var option = parts.line(spec, theme, size);
    var whole = spec.categories.map(function (_, index) {
      return spec.series.every(function (series) { return number(series.values[index]) !== null; });
    });
    option.yAxis.scale = false;
    if (spec.stacked && spec.series[0].format === "percent" && fullest(spec) <= 1.0001) Object.assign(option.yAxis, { max: 1, interval: 0.25 });
    option.series.forEach(function (series, at) {
      var colour = theme.series[at % theme.series.length];
      series.areaStyle = { color: colour, opacity: spec.stacked ? 0.45 : spec.series.length > 1 ? 0.14 : 0.2, origin: "auto" };
      series.lineStyle.width = 1.25;
      if (!spec.stacked) return;
      series.stack = "whole";
      series.data.forEach(function (point, index) { if (!whole[index]) point.value = [point.value[0], null]; });
    });
    return option;
  }

  function fullest(spec) {
    return Math.max.apply(null, spec.categories.map(function (_, index) {
      return spec.series.reduce(function (sum, series) { return sum + (number(series.values[index]) || 0); }, 0);
    }));
  }

  /* What was observed, then the middle of the forecast (dashed) among its bands, the widest palest.
     A band is an unseen line at its lower edge with its width stacked upon it. */
  function fan(spec, theme, size) {
    var option = parts.line(spec, theme, size);
    var template = option.series[0];
    var colour = theme.series[0], seen = theme.text;
    var edges = spec.roles.map(function (role, at) { return { role: role, series: spec.series[at], drawn: option.series[at] }; });
    var lows = edges.filter(function (edge) { return edge.role === "low"; });
    var highs = edges.filter(function (edge) { return edge.role === "high"; });
    option.series = [];
    lows.forEach(function (low, at) {
      var name = spec.bands[at].label;
      var share = { low: low.series.values.map(number), high: highs[at].series.values.map(number) };
      option.series.push(edge(template, "low " + name, "band" + at, spec, share.low, 0, colour));
      option.series.push(edge(template, name, "band" + at, spec, share.high.map(function (value, index) {
        return value === null || share.low[index] === null ? null : value - share.low[index];
      }), 0.14 + 0.12 * at, colour));
    });
    edges.forEach(function (edge) {
      if (edge.role !== "observed" && edge.role !== "center") return;
      var own = edge.role === "observed" ? seen : colour;
      edge.drawn.areaStyle = undefined;
      edge.drawn.lineStyle = { width: 1.75, color: own, type: edge.role === "center" ? "dashed" : "solid" };
      edge.drawn.itemStyle = { color: own };
      edge.drawn.z = 4;
      option.series.push(edge.drawn);
    });
    option.legend.data = option.series.map(function (series) { return series.name; }).filter(function (name) { return name.slice(0, 4) !== "low "; });
    option.legend.selectedMode = false;
    if (option.tooltip) {
      option.tooltip.formatter = function (items) {
        var index = items[0].dataIndex;
        return [category(spec, index)].concat(spec.series.filter(function (series) { return series.texts[index] !== ""; }).map(function (series) {
          return series.label + "  " + text(series, index);
        })).join("\n");
      };
    }
    return option;
  }

  function edge(template, name, stack, spec, values, opacity, colour) {
    return Object.assign({}, template, {
      name: name, stack: stack, stackStrategy: "all", silent: true, showSymbol: false,
      data: spec.categories.map(function (category, index) { return { value: [category, values[index]], symbol: "none" }; }),
      lineStyle: { width: 0, opacity: 0 }, itemStyle: { color: colour, opacity: opacity ? opacity + 0.2 : 0 },
      areaStyle: opacity ? { color: colour, opacity: opacity, origin: "start" } : undefined,
    });
  }

  root.DawsOSCharts.kinds.area = area;
  root.DawsOSCharts.kinds.fan = fan;
})(globalThis);
