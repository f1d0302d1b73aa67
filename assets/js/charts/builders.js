/* From a chart's specification to an ECharts option. Pure: no DOM, no clock, no locale, so that the
   browser and the V8 inside dawsos/charts give the same picture.

   spec:  { kind, categories, category_kind, series: [{ label, values, texts, states, format, currency }],
            signed }, as patterns.panels describes it. Values are as stored: 0.05, not 5.
   theme: one of DawsOSCharts.palettes.
   size:  { width, height, paper }; paper has no tooltips, no slider and no animation. */
(function (root) {
  "use strict";
  var shared = root.DawsOSCharts.values;
  var category = shared.category, number = shared.number, tick = shared.tick, step = shared.step, text = shared.text;

  function words(theme, size) {
    return { color: theme.muted, fontFamily: theme.fonts.text, fontSize: size || 11 };
  }

  function figures(theme, size) {
    return { color: theme.muted, fontFamily: theme.fonts.figures, fontSize: size || 11 };
  }

  function base(theme, size) {
    return {
      animation: !size.paper,
      animationDuration: 250,
      color: theme.series,
      textStyle: { fontFamily: theme.fonts.text, color: theme.text },
      aria: { enabled: true },
    };
  }

  function tooltip(theme, trigger, formatter) {
    return {
      trigger: trigger, renderMode: "richText", confine: true, formatter: formatter,
      backgroundColor: theme.surface, borderColor: theme.zero, borderWidth: 1, padding: [8, 12],
      textStyle: { color: theme.text, fontFamily: theme.fonts.figures, fontSize: 12, lineHeight: 18 },
      axisPointer: { lineStyle: { color: theme.zero, type: "dashed" }, animation: false },
    };
  }

  /* A value alone between two gaps would be an invisible line; it gets a dot. */
  function point(values, index, category) {
    var alone = values[index] !== null
      && (index === 0 || values[index - 1] === null)
      && (index === values.length - 1 || values[index + 1] === null);
    return { value: [category, values[index]], symbol: alone ? "circle" : "none", symbolSize: 5 };
  }

  function area(colour) {
    return {
      opacity: 1,
      color: {
        type: "linear", x: 0, y: 0, x2: 0, y2: 1,
        colorStops: [{ offset: 0, color: colour + "38" }, { offset: 1, color: colour + "00" }],
      },
    };
  }

  function line(spec, theme, size) {
    var option = base(theme, size);
    var dated = spec.category_kind === "date";
    var many = spec.series.length > 1;
    var zoomed = dated && !size.paper && spec.categories.length > 60;
    option.useUTC = true;
    option.grid = { left: 8, right: 16, top: many ? 36 : 14, bottom: zoomed ? 44 : 8, containLabel: true };
    if (many) option.legend = { top: 4, left: 8, icon: "roundRect", itemWidth: 12, itemHeight: 3, textStyle: words(theme) };
    option.xAxis = {
      type: dated ? "time" : "category",
      axisLine: { lineStyle: { color: theme.line } }, axisTick: { show: false }, splitLine: { show: false },
      axisLabel: Object.assign(figures(theme), { hideOverlap: true }),
      splitNumber: Math.max(2, Math.floor(size.width / 110)),
    };
    if (dated) option.xAxis.axisLabel.formatter = { year: "{yyyy}", month: "{MMM} {yyyy}", day: "{d} {MMM}" };
    else option.xAxis.data = spec.categories;
    option.yAxis = {
      type: "value", scale: !spec.signed, splitNumber: 4,
      splitLine: { lineStyle: { color: theme.line } },
      axisLabel: Object.assign(figures(theme), { formatter: tick(spec.series[0].format, step(spec)) }),
    };
    if (spec.currency && spec.currency === spec.series[0].currency) {
      option.yAxis.name = spec.currency;
      option.yAxis.nameGap = 9;
      option.yAxis.nameTextStyle = Object.assign(words(theme, 10), { align: "right", padding: [0, 6, 0, 0] });
      option.grid.top += 12;
    }
    option.series = spec.series.map(function (series, at) {
      var values = series.values.map(number);
      var colour = theme.series[at % theme.series.length];
      return {
        type: "line", name: series.label, connectNulls: false, showSymbol: true,
        data: spec.categories.map(function (category, index) { return point(values, index, category); }),
        lineStyle: { width: 1.75, color: colour }, itemStyle: { color: colour },
        areaStyle: many ? undefined : area(colour),
        emphasis: { disabled: true }, sampling: undefined,
      };
    });
    if (zoomed) option.dataZoom = [slider(theme)];
    if (!size.paper) {
      option.tooltip = tooltip(theme, "axis", function (items) {
        var index = items[0].dataIndex;
        return [category(spec, index)].concat(spec.series.map(function (series) {
          return (many ? series.label + "  " : "") + text(series, index);
        })).join("\n");
      });
    }
    return option;
  }

  function slider(theme) {
    return {
      type: "slider", height: 20, bottom: 10, left: 16, right: 16, borderColor: theme.line, brushSelect: false,
      backgroundColor: "transparent", fillerColor: theme.accent + "1f", showDetail: false,
      dataBackground: { lineStyle: { color: theme.zero, width: 1, opacity: 0.5 }, areaStyle: { color: theme.zero, opacity: 0.1 } },
      selectedDataBackground: { lineStyle: { color: theme.accent, width: 1, opacity: 0.6 }, areaStyle: { color: theme.accent, opacity: 0.08 } },
      handleStyle: { color: theme.surface, borderColor: theme.zero }, moveHandleSize: 0,
      emphasis: { handleStyle: { color: theme.surface, borderColor: theme.accent } },
    };
  }

  /* ▲ and ▼ say the direction where colour cannot. */
  function arrow(value) {
    return value > 0 ? "\u25B2 " : value < 0 ? "\u25BC " : "";
  }

  /* The axis from the least to the greatest value, with room in pixels for the labels outside. */
  function reach(spec, plot) {
    var low = 0, high = 0;
    spec.series.forEach(function (series) {
      series.values.forEach(function (value) {
        low = Math.min(low, number(value) || 0);
        high = Math.max(high, number(value) || 0);
      });
    });
    var wanted = Math.max.apply(null, spec.series[0].texts.map(function (said) { return said.length; })) * 7.3 + 26;
    var sides = (low < 0 ? 1 : 0) + (high > 0 || low === 0 ? 1 : 0);
    var room = (high - low || 1) * wanted / Math.max(60, plot - sides * wanted);
    return { min: low < 0 ? low - room : 0, max: high > 0 || low === 0 ? high + room : 0 };
  }

  function bar(spec, theme, size) {
    var option = base(theme, size);
    var many = spec.series.length > 1;
    var names = Math.max.apply(null, spec.categories.map(function (category) { return category.length; })) * 6.8;
    names = Math.min(names, size.width * 0.34);
    var span = reach(spec, size.width - names - 40);
    option.grid = { left: 12, right: 12, top: many ? 32 : 8, bottom: 8, containLabel: true };
    if (many) option.legend = { top: 4, left: 8, itemWidth: 10, itemHeight: 10, textStyle: words(theme) };
    option.yAxis = {
      type: "category", inverse: true, data: spec.categories,
      axisLine: { show: false }, axisTick: { show: false },
      axisLabel: Object.assign(words(theme, 12), { color: theme.text, width: names, margin: 10, overflow: "truncate" }),
    };
    option.xAxis = {
      type: "value", min: span.min, max: span.max, splitNumber: 3,
      splitLine: { show: false }, axisLabel: { show: false }, axisLine: { show: false }, axisTick: { show: false },
    };
    option.series = spec.series.map(function (series, at) {
      return {
        type: "bar", name: series.label, barMaxWidth: 22, barCategoryGap: "42%",
        data: series.values.map(function (raw, index) {
          return bead(spec, series, index, number(raw), theme, at);
        }),
        label: { show: !many, fontFamily: theme.fonts.figures, fontSize: 12, color: theme.text },
        markLine: at ? undefined : zero(theme),
        emphasis: { disabled: true },
      };
    });
    if (!size.paper) {
      option.tooltip = tooltip(theme, "axis", function (items) {
        var index = items[0].dataIndex;
        return [category(spec, index)].concat(spec.series.map(function (series) {
          return (many ? series.label + "  " : "") + text(series, index);
        })).join("\n");
      });
      option.tooltip.axisPointer = { type: "none" };
    }
    return option;
  }

  function bead(spec, series, index, value, theme, at) {
    var left = value !== null && value < 0;
    var colour = spec.signed ? (left ? theme.negative : theme.positive) : theme.series[at % theme.series.length];
    return {
      value: value === null ? 0 : value,
      itemStyle: { color: colour, borderRadius: left ? [3, 0, 0, 3] : [0, 3, 3, 0] },
      label: {
        position: left ? "left" : "right",
        color: value === null ? theme.muted : theme.text,
        formatter: value === null ? "withheld" : (spec.signed ? arrow(value) : "") + series.texts[index],
      },
    };
  }

  /* Where each step begins and ends: it starts where the one before ended, the sum at zero. */
  function stairs(spec) {
    var level = 0;
    return spec.series[0].values.map(function (raw, index) {
      var value = number(raw);
      if (spec.sum && index === spec.categories.length - 1) return { from: 0, to: value, value: value, sum: true };
      var from = level;
      level += value;
      return { from: from, to: level, value: value, sum: false };
    });
  }

  /* Floating bars. One that crosses zero has a part on either side of it; what lies between zero
     and a part is stacked unseen. Positive and negative values stack apart. */
  function waterfall(spec, theme, size) {
    var steps = stairs(spec);
    var ends = { texts: spec.series[0].texts, values: [] };
    steps.forEach(function (step) { ends.values.push(step.from, step.to); });
    // A rising step is labelled on its right, also where all lies below zero.
    if (Math.max.apply(null, ends.values) <= 0 && steps.some(function (step) { return step.to > step.from; })) ends.values.push(-Math.min.apply(null, ends.values) * 1e-6);
    var option = bar(spec, theme, size);
    option.yAxis.axisLabel.width = Math.min(option.yAxis.axisLabel.width * 1.15 + 4, size.width * 0.34);
    var span = reach({ series: [ends] }, size.width - option.yAxis.axisLabel.width - 40);
    option.xAxis.min = span.min;
    option.xAxis.max = span.max;
    var low = steps.map(function (step) { return Math.min(step.from, step.to); });
    var high = steps.map(function (step) { return Math.max(step.from, step.to); });
    var plot = size.width - option.yAxis.axisLabel.width - 40;
    /* A falling step is labelled where it ends, unless its words would run into the names. */
    var fits = function (index) {
      var before = (low[index] - span.min) / (span.max - span.min) * plot;
      return before >= spec.series[0].texts[index].length * 7.3 + 22;
    };
    option.series = [
      unseen(low.map(function (value) { return Math.max(0, value); })),
      unseen(high.map(function (value) { return Math.min(0, value); })),
      parts(spec, theme, steps, true, fits, function (index) { return Math.max(0, high[index]) - Math.max(0, low[index]); }),
      parts(spec, theme, steps, false, fits, function (index) { return Math.min(0, low[index]) - Math.min(0, high[index]); }),
    ];
    option.series[2].markLine = zero(theme);
    option.series[3].markLine = threads(spec, theme, steps);
    if (!size.paper) {
      option.tooltip = tooltip(theme, "axis", function (items) {
        var index = items[0].dataIndex;
        return category(spec, index) + "\n" + text(spec.series[0], index);
      });
      option.tooltip.axisPointer = { type: "none" };
    }
    return option;
  }

  function unseen(values) {
    return {
      type: "bar", stack: "steps", barMaxWidth: 22, barCategoryGap: "42%", silent: true, animation: false,
      itemStyle: { color: "transparent" }, data: values, emphasis: { disabled: true },
    };
  }

  /* The parts of all steps on one side of zero; a step is labelled once, where it ends. */
  function parts(spec, theme, steps, positive, fits, measure) {
    return {
      type: "bar", stack: "steps", barMaxWidth: 22, barCategoryGap: "42%", animation: false, emphasis: { disabled: true },
      data: steps.map(function (step, index) {
        var length = measure(index);
        var falls = step.to < step.from;
        var above = step.to > 0 || (step.to === 0 && step.from >= 0);
        var here = above === positive;
        return {
          value: length,
          itemStyle: { color: step.sum ? theme.accent : falls ? theme.negative : theme.positive, borderRadius: 2 },
          label: {
            show: here, position: falls && fits(index) ? "left" : "right", color: theme.text,
            fontFamily: theme.fonts.figures, fontSize: 12,
            formatter: (step.sum ? "" : arrow(step.value)) + spec.series[0].texts[index],
          },
        };
      }),
    };
  }

  /* A thread from where a step ends to where the next begins; the sum begins at zero. */
  function threads(spec, theme, steps) {
    var data = [];
    steps.forEach(function (step, index) {
      var next = steps[index + 1];
      if (next) data.push([{ coord: [step.to, index] }, { coord: [step.to, index + 1] }]);
    });
    return {
      silent: true, symbol: "none", label: { show: false }, animation: false,
      lineStyle: { color: theme.zero, type: "dashed", width: 1 }, data: data,
    };
  }

  function zero(theme) {
    return {
      silent: true, symbol: "none", label: { show: false }, animation: false,
      lineStyle: { color: theme.zero, type: "solid", width: 1 }, data: [{ xAxis: 0 }],
    };
  }

  function donut(spec, theme, size) {
    var option = base(theme, size);
    var series = spec.series[0];
    var values = series.values.map(number);
    var total = values.reduce(function (sum, value) { return sum + (value || 0); }, 0);
    var narrow = size.width < 416; // panels.css makes such a panel higher
    var texts = {};
    spec.categories.forEach(function (category, index) { texts[category] = text(series, index); });
    var centre = narrow ? [size.width / 2, 100] : [Math.min(130, size.width * 0.23), size.height / 2];
    var radius = narrow ? [58, 86] : ring(centre[0] - 14, size.height * 0.4);
    option.legend = legend(spec, theme, size, texts, narrow, centre[0]);
    option.title = middle(series, total, spec.categories.length, theme, centre);
    option.series = [{
      type: "pie", name: series.label, center: centre, radius: radius, startAngle: 90,
      data: spec.categories.map(function (category, index) {
        return { name: category, value: values[index] === null ? undefined : values[index], itemStyle: { color: theme.series[index % theme.series.length] } };
      }),
      itemStyle: { borderColor: theme.surface, borderWidth: 2 },
      label: { show: false },
      labelLine: { show: false },
      emphasis: { scale: !size.paper, scaleSize: 3 },
    }];
    if (!size.paper) {
      option.tooltip = tooltip(theme, "item", function (item) { return item.name + "\n" + texts[item.name]; });
    }
    return option;
  }

  function ring() {
    var outer = Math.min(100, Math.min.apply(null, arguments));
    return [outer * 0.68, outer];
  }

  /* ECharts cannot shorten a styled word; the whole name is in the table and the tip. */
  function shortened(word, width) {
    var most = Math.floor(width / 6.3);
    return word.length <= most ? word : word.slice(0, Math.max(1, most - 1)).trimEnd() + "\u2026";
  }

  function middle(series, total, count, theme, centre) {
    var some = (series.states || []).indexOf("partial") >= 0;
    return {
      text: tick(series.format, total / 5)(total),
      subtext: some ? "of what is priced" : count + (count === 1 ? " part" : " parts"),
      left: centre[0], top: centre[1] - 26, padding: 0, textAlign: "center", itemGap: 8,
      textStyle: { fontFamily: theme.fonts.figures, fontSize: 18, fontWeight: 500, color: theme.text, lineHeight: 22 },
      subtextStyle: words(theme, 11),
    };
  }

  /* The legend carries the values: name left, figure right, every slice listed. */
  function legend(spec, theme, size, texts, narrow, centre) {
    var room = narrow ? size.width - 48 : size.width - centre * 2 - 60;
    var value = Math.max.apply(null, spec.categories.map(function (category) { return texts[category].length; })) * 7.3 + 10;
    var name = Math.max(60, narrow ? room - value : Math.min(180, room - value));
    return {
      type: size.paper ? "plain" : "scroll", orient: "vertical",
      left: narrow ? 12 : centre * 2 + 8, top: narrow ? 206 : "middle", bottom: narrow ? 4 : undefined,
      icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: spec.categories.length > 9 ? 5 : 9, selectedMode: false,
      pageIconSize: 10, pageTextStyle: words(theme), pageIconColor: theme.muted, pageIconInactiveColor: theme.line,
      data: spec.categories,
      formatter: function (category) { return "{name|" + shortened(category, name) + "}{value|" + texts[category] + "}"; },
      textStyle: {
        rich: {
          name: { width: name, color: theme.text, fontFamily: theme.fonts.text, fontSize: 12 },
          value: { width: value, align: "right", color: theme.text, fontFamily: theme.fonts.figures, fontSize: 12 },
        },
      },
    };
  }

  /* A grid of cells: categories down, series across, the total apart behind a gap. The bundle has no
     heatmap of its own, so each cell is a square point. Colour says the size, the text the sign. */
  function heatmap(spec, theme, size) {
    var option = base(theme, size);
    var across = spec.series.map(function (series) { return series.label; });
    var left = Math.max.apply(null, spec.categories.map(function (category) { return category.length; })) * 7.4 + 14;
    var cell = { width: (size.width - left - (spec.total ? 18 : 10)) / across.length, height: Math.min(38, (size.height - 34) / spec.categories.length) };
    option.animation = false;
    option.grid = { left: left, right: spec.total ? 18 : 10, top: 26, height: cell.height * spec.categories.length };
    option.xAxis = {
      type: "category", position: "top", data: across, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: Object.assign(words(theme, cell.width < 30 ? 10 : 11), { interval: 0, margin: 8, formatter: function (name) { return cell.width < 30 ? name.slice(0, 1) : name; } }),
    };
    option.yAxis = {
      type: "category", inverse: true, data: spec.categories, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: Object.assign(figures(theme), { color: theme.text, margin: 10 }),
    };
    var most = largest(spec);
    option.series = [{
      type: "scatter", symbol: "rect", symbolSize: [cell.width - 2, cell.height - 2], clip: false,
      data: cells(spec, theme, cell, most), emphasis: { disabled: true },
    }];
    if (!size.paper) {
      option.tooltip = tooltip(theme, "item", function (item) {
        var series = spec.series[item.data.series];
        return series.label + " " + category(spec, item.data.row) + "\n" + text(series, item.data.row);
      });
    }
    return option;
  }

  /* The greatest size among the cells; totals, which are larger, take no part in the colours. */
  function largest(spec) {
    var most = 0;
    (spec.total ? spec.series.slice(0, -1) : spec.series).forEach(function (series) {
      series.values.forEach(function (value) { most = Math.max(most, Math.abs(number(value) || 0)); });
    });
    return most || 1;
  }

  function cells(spec, theme, cell, most) {
    var found = [], short = compact(spec, cell.width);
    spec.series.forEach(function (series, at) {
      var apart = spec.total && at === spec.series.length - 1;
      series.values.forEach(function (raw, row) {
        if (series.texts[row] === "") return; // no cell of the grid
        found.push({
          value: [at, row], series: at, row: row, symbolOffset: apart ? [10, 0] : undefined,
          itemStyle: paint(number(raw), series.states[row], theme, most, apart),
          label: Object.assign({ show: true, formatter: number(raw) === null ? "\u2014" : short(series, number(raw), row) }, figures(theme, cell.width < 34 ? 9.5 : 11), {
            color: number(raw) === null ? theme.muted : theme.text, fontWeight: apart ? 600 : 400,
          }),
        });
      });
    });
    return found;
  }

  /* At most half a tone, so that the text on it stays legible. What is partial has a dashed rim. */
  function paint(value, state, theme, most, apart) {
    var tone = Math.round((0.08 + 0.42 * Math.min(1, Math.abs(value || 0) / most)) * 255).toString(16).padStart(2, "0");
    var plain = apart || value === null || value === 0;
    var rim = state === "partial" || value === null;
    return {
      color: plain ? theme.line + (apart ? "80" : "40") : (value < 0 ? theme.negative : theme.positive) + tone,
      borderColor: rim ? theme.zero : "transparent", borderWidth: rim ? 1 : 0, borderType: "dashed",
    };
  }

  /* As much of the values as every cell holds; the tip and the table have all of it. */
  function compact(spec, width) {
    var longest = function (word) {
      var most = 0;
      spec.series.forEach(function (series) {
        series.values.forEach(function (raw, row) { if (number(raw) !== null) most = Math.max(most, word(series, number(raw), row).length); });
      });
      return most * 6.8 + 2;
    };
    var full = function (series, value, row) { return series.texts[row]; };
    var tenths = function (series, value) { return shared.fixed(value * 100, 1); };
    if (width >= longest(full)) return full;
    if (spec.series[0].format !== "percent") return function () { return ""; };
    return width >= longest(tenths) ? tenths : function (series, value) { return shared.fixed(value * 100, 0); };
  }

  // What areas.js and shares.js build with; they add their kinds to ours.
  var kinds = { line: line, bar: bar, donut: donut, waterfall: waterfall, heatmap: heatmap };
  root.DawsOSCharts.kinds = kinds;
  root.DawsOSCharts.parts = {
    words: words, figures: figures, base: base, tooltip: tooltip, arrow: arrow, paint: paint, largest: largest,
    shortened: shortened, line: line,
  };

  root.DawsOSCharts.option = function (spec, theme, size) {
    if (!kinds[spec.kind]) throw new Error("no builder draws a chart of kind " + spec.kind);
    return kinds[spec.kind](spec, theme, size || { width: 600, height: 280 });
  };
})(globalThis);
