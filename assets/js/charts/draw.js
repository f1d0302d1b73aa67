/* Draws every [data-chart] of the page, follows its size and the theme, and offers periods. */
(function () {
  "use strict";
  var charts = window.DawsOSCharts;
  var drawn = []; // { element, spec, chart, width }

  function printing() {
    return document.documentElement.hasAttribute("data-printing") || window.matchMedia("print").matches;
  }

  function theme() {
    var name = printing() ? "paper" : document.documentElement.dataset.bsTheme;
    return charts.palettes[name] || charts.palettes.dark;
  }

  function size(chart) {
    return { width: chart.getWidth(), height: chart.getHeight(), paper: printing() };
  }

  function render(item) {
    item.chart.resize();
    var option = charts.option(item.spec, theme(), size(item.chart));
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) option.animation = false;
    item.chart.setOption(option, true);
    item.width = item.element.clientWidth;
    if (item.period && !printing()) zoom(item, item.period);
  }

  function shifted(day, years, months) {
    var moved = new Date(day + "T00:00:00Z");
    moved.setUTCFullYear(moved.getUTCFullYear() - years, moved.getUTCMonth() - months);
    return moved.toISOString().slice(0, 10);
  }

  function periods(spec) {
    var last = spec.categories[spec.categories.length - 1];
    var first = spec.categories[0];
    var all = [["1M", shifted(last, 0, 1)], ["6M", shifted(last, 0, 6)], ["YTD", last.slice(0, 4) + "-01-01"], ["1Y", shifted(last, 1, 0)], ["3Y", shifted(last, 3, 0)], ["5Y", shifted(last, 5, 0)]];
    var kept = all.filter(function (period) { return period[1] > first; });
    return kept.length ? kept.concat([["All", first]]) : [];
  }

  function zoom(item, from) {
    var last = item.spec.categories[item.spec.categories.length - 1];
    item.period = from;
    item.chart.dispatchAction({ type: "dataZoom", startValue: Date.parse(from), endValue: Date.parse(last) });
  }

  function offer(item) {
    var bar = document.querySelector('[data-ranges-for="' + item.element.id + '"]');
    if (!bar || item.spec.categories.length <= 60) return;
    periods(item.spec).forEach(function (period) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = period[0];
      button.setAttribute("aria-pressed", String(period[0] === "All"));
      button.addEventListener("click", function () {
        bar.querySelectorAll("button").forEach(function (other) { other.setAttribute("aria-pressed", String(other === button)); });
        zoom(item, period[1]);
      });
      bar.append(button);
    });
    bar.hidden = !bar.children.length;
  }

  function draw(element) {
    var block = document.getElementById(element.dataset.chart);
    if (!block || element.dataset.drawn) return;
    element.dataset.drawn = "yes";
    if (element.clientWidth) begin(element, block);
    else later(element, block);
  }

  /* Behind a tab nothing has a size yet. */
  function later(element, block) {
    var waiting = new ResizeObserver(function () {
      if (!element.clientWidth) return;
      waiting.disconnect();
      begin(element, block);
    });
    waiting.observe(element);
  }

  function begin(element, block) {
    var chart = window.echarts.init(element, null, { renderer: "svg" });
    var item = { element: element, spec: JSON.parse(block.textContent), chart: chart, width: 0 };
    drawn.push(item);
    render(item);
    offer(item);
    new ResizeObserver(function () {
      if (element.clientWidth === item.width || !element.clientWidth) return;
      render(item);
    }).observe(element);
  }

  function drawAll(root) {
    root.querySelectorAll("[data-chart]").forEach(draw);
  }

  function again() {
    drawn.forEach(render);
  }

  document.addEventListener("dawsos:theme", again);
  // Charts are measured before the page is laid out for paper, so it takes paper's width first.
  window.addEventListener("beforeprint", function () {
    document.documentElement.setAttribute("data-printing", "");
    again();
  });
  window.addEventListener("afterprint", function () {
    document.documentElement.removeAttribute("data-printing");
    again();
  });
  document.addEventListener("htmx:load", function (event) { drawAll(event.target); });
  // Labels are measured while drawing; without the fonts they would be measured wrong.
  var ready = document.fonts ? document.fonts.ready : Promise.resolve();
  ready.then(function () { drawAll(document); });
})();
