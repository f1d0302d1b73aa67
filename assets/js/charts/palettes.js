/* The colours of charts, for the screen in both themes and for paper. Shared by the browser and by
   dawsos/charts, so a chart in a report is the chart on the page. */
(function (root) {
  "use strict";
  // Single quotes inside: these go into SVG attributes, which are double-quoted.
  var text = "Inter, system-ui, sans-serif";
  var figures = "'IBM Plex Mono', ui-monospace, monospace";

  var light = {
    text: "#1a1f28", muted: "#555d6a", line: "#d9dee5", zero: "#7c8592", surface: "#ffffff",
    positive: "#066647", negative: "#b41d1d", accent: "#00797a",
    series: ["#00858a", "#2f6fd6", "#7a3fd0", "#b26a00", "#c2412d", "#4f7d1f", "#0e7fa8", "#b0337f", "#66707f", "#8a6d1f", "#3d5a80", "#8c4a2f"],
    fonts: { text: text, figures: figures },
  };

  var dark = {
    text: "#e9edf2", muted: "#a2abb6", line: "#2d323a", zero: "#78818d", surface: "#1b1e23",
    positive: "#3fcaa0", negative: "#f77373", accent: "#31cdc9",
    series: ["#1fb5b0", "#5a93f2", "#a884f5", "#f5b83d", "#f08a6b", "#8fc75a", "#63c5ea", "#e47fb9", "#93a0b1", "#cdb35c", "#7fa3d1", "#c98f6f"],
    fonts: { text: text, figures: figures },
  };

  root.DawsOSCharts = root.DawsOSCharts || {};
  root.DawsOSCharts.palettes = { dark: dark, light: light, paper: light };
})(globalThis);
