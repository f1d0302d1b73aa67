/* What a chart says of its values: on axes in short forms, elsewhere in the texts of the panel. */
(function (root) {
  "use strict";
  var MINUS = "\u2212";

  /* Of decimals, as the reader writes them. Paper is drawn without a page. */
  function mark() {
    return (typeof document !== "undefined" && document.documentElement.dataset.decimal) || ".";
  }

  /* A category as the reader reads it: a day in the order of its country. */
  function category(spec, index) {
    return (spec.said || spec.categories)[index];
  }

  function number(value) {
    return value === null || value === undefined || value === "" ? null : Number(value);
  }

  function fixed(value, places) {
    var text = Math.abs(value).toFixed(places).replace(".", mark());
    return (value < 0 && Number(Math.abs(value).toFixed(places)) !== 0 ? MINUS : "") + text;
  }

  /* Short forms for axes: 1.2 M, 45 k, 5 %. Full values are in the texts. */
  function tick(format, step) {
    return function (value) {
      if (format === "percent") {
        return fixed(value * 100, step && step * 100 < 1 ? (step * 100 < 0.1 ? 2 : 1) : 0) + " %";
      }
      var size = Math.abs(value);
      if (size >= 1e9) return fixed(value / 1e9, 1) + " bn";
      if (size >= 1e6) return fixed(value / 1e6, size >= 1e7 ? 0 : 1) + " M";
      if (size >= 1e4) return fixed(value / 1e3, 0) + " k";
      return fixed(value, size < 10 && size % 1 ? 2 : 0);
    };
  }

  /* The distance between ticks is about a fifth of the range: enough to choose decimals. */
  function step(spec) {
    var all = [];
    spec.series.forEach(function (series) {
      series.values.forEach(function (value) { if (number(value) !== null) all.push(number(value)); });
    });
    if (!all.length) return 1;
    var low = Math.min.apply(null, all), high = Math.max.apply(null, all);
    return ((spec.kind === "bar" ? Math.max(high, 0) - Math.min(low, 0) : high - low) || Math.abs(high) || 1) / 5;
  }

  /* A state that all values share is said once, by the panel. */
  function remark(series, index) {
    var state = series.states ? series.states[index] : "exact";
    var shared = (series.states || []).every(function (other) { return other === state; });
    return state && state !== "exact" && !shared ? " (" + state + ")" : "";
  }

  function text(series, index) {
    var said = series.texts && series.texts[index];
    return (said || "withheld") + remark(series, index);
  }

  root.DawsOSCharts = root.DawsOSCharts || {};
  root.DawsOSCharts.values = { category: category, number: number, fixed: fixed, tick: tick, step: step, text: text };
})(globalThis);
