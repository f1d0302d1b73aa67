/* Treemaps, gauges and upright bars. Pure, as builders.js is. */
(function (root) {
  "use strict";
  var shared = root.DawsOSCharts.values, parts = root.DawsOSCharts.parts;
  var category = shared.category, number = shared.number, tick = shared.tick, step = shared.step, text = shared.text;

  /* One colour in front of another, as one opaque colour: treemaps paint no transparency. */
  function over(front, back, share) {
    var mixed = [1, 3, 5].map(function (at) {
      var one = parseInt(front.slice(at, at + 2), 16), two = parseInt(back.slice(at, at + 2), 16);
      return Math.round(one * share + two * (1 - share)).toString(16).padStart(2, "0");
    });
    return "#" + mixed.join("");
  }

  /* Shares as areas, by group where there is one. A tint colours by a signed value, whose sign and
     size stand in words; without one a group has a colour. Tones stay pale: words stand on them. */
  function treemap(spec, theme, size) {
    var option = parts.base(theme, size);
    var shares = spec.series[0], tint = spec.tinted ? spec.series[1] : null;
    var grouped = spec.groups.length > 0;
    var groups = [], byName = {};
    var most = tint ? parts.largest({ series: [tint] }) : 1;
    var whole = shares.values.reduce(function (sum, value) { return sum + (number(value) || 0); }, 0);
    spec.categories.forEach(function (name, index) {
      var share = number(shares.values[index]);
      if (!share) return; // not known, or nothing: the table says which
      var group = grouped ? spec.groups[index] : name;
      if (!byName[group]) groups.push(byName[group] = { name: group, at: groups.length, children: [] });
      byName[group].children.push(leaf(spec, theme, index, share, byName[group].at, tint, most, Math.sqrt(share / whole * size.width * size.height) / 1.6));
    });
    option.series = [{
      type: "treemap", left: 8, right: 8, top: 4, bottom: 8, roam: false, nodeClick: false, breadcrumb: { show: false },
      squareRatio: 1.3, visibleMin: 0, animation: false, sort: "desc", emphasis: { disabled: true },
      data: grouped ? groups.map(function (group) {
        return {
          name: group.name, children: group.children, itemStyle: { color: theme.surface, borderColor: theme.surface, gapWidth: 2, borderWidth: 0 },
          upperLabel: Object.assign(parts.words(theme, 11), { show: true, height: 18, overflow: "truncate", ellipsis: "\u2026", formatter: group.name }),
        };
      }) : [].concat.apply([], groups.map(function (group) { return group.children; })),
      itemStyle: { borderColor: theme.surface, borderWidth: 0, gapWidth: 2 },
      levels: [{ itemStyle: { borderColor: theme.surface, borderWidth: 0, gapWidth: grouped ? 4 : 2 } }, { itemStyle: { borderColor: theme.surface, gapWidth: 2, borderWidth: 0 } }],
    }];
    if (!size.paper) {
      option.tooltip = parts.tooltip(theme, "item", function (item) {
        var index = item.data.index;
        if (index === undefined) return item.name;
        return [spec.categories[index], text(shares, index)].concat(tint ? [tint.label + "  " + text(tint, index)] : []).join("\n");
      });
    }
    return option;
  }

  /* A number that would be cut off is left out: the tip and the table have it. Tiles are not square,
     so `side` is what the narrower side of one of this size measures at least, as a rule. */
  function leaf(spec, theme, index, share, group, tint, most, side) {
    var value = tint ? number(tint.values[index]) : null;
    var said = [category(spec, index), spec.series[0].texts[index]];
    if (tint) said.push(value === null ? "withheld" : parts.arrow(value) + tint.texts[index]);
    said = said.filter(function (word, at) { return !at || word.length * 6.7 + 6 <= side; });
    var colour = tint
      ? (value ? over(value < 0 ? theme.negative : theme.positive, theme.surface, 0.1 + 0.34 * Math.min(1, Math.abs(value) / most)) : theme.line)
      : over(theme.series[group % theme.series.length], theme.surface, 0.32);
    var rim = tint && value === null;
    return {
      name: spec.categories[index], value: share, index: index,
      itemStyle: { color: colour, borderColor: rim ? theme.zero : colour, borderWidth: rim ? 1 : 0, borderRadius: 3 },
      label: {
        show: true, position: "insideTopLeft", padding: [3, 2], color: theme.text, fontSize: 12, lineHeight: 16, overflow: "truncate", ellipsis: "\u2026",
        formatter: "{name|" + said[0].replace(/[{}|]/g, " ") + "}" + said.slice(1).map(function (word) { return "\n{value|" + word + "}"; }).join(""),
        rich: {
          name: { fontFamily: theme.fonts.text, fontSize: 12, fontWeight: 600, lineHeight: 17, color: theme.text },
          value: { fontFamily: theme.fonts.figures, fontSize: 11, lineHeight: 15, color: theme.text },
        },
      },
    };
  }

  /* Half a ring from the one end of the scale to the other, filled as far as the value, which stands
     in the middle with the name of its band; around it the bands. */
  function gauge(spec, theme, size) {
    var option = parts.base(theme, size);
    var series = spec.series[0], value = number(series.values[0]);
    var room = Math.max(60, Math.min((size.width - 96) / 2, size.height - 46));
    var centre = [size.width / 2, Math.min(size.height - 26, room + 12)];
    var band = spec.bands.find(function (each) { return value <= each.upto; });
    option.series = [arc("scale", centre, [room - 22, room - 8], [
      { value: value - spec.minimum, itemStyle: { color: theme.accent } },
      { value: spec.maximum - value, itemStyle: { color: theme.line } },
    ])];
    if (spec.bands.length) {
      var from = spec.minimum;
      option.series.push(arc("bands", centre, [room - 5, room], spec.bands.map(function (each) {
        var part = { value: each.upto - from, itemStyle: { color: each === band ? theme.accent : theme.zero, borderColor: theme.surface, borderWidth: 1 } };
        from = each.upto;
        return part;
      })));
    }
    var small = Object.assign(parts.figures(theme, 11), { align: "center" });
    option.title = [
      said(series.texts[0], centre[0], centre[1] - (band ? 42 : 26), { fontFamily: theme.fonts.figures, fontSize: 20, fontWeight: 500, color: theme.text }),
      said(spec.ends[0], centre[0] - room + 15, centre[1] + 6, small),
      said(spec.ends[1], centre[0] + room - 15, centre[1] + 6, small),
    ];
    if (band) option.title.push(said(band.label, centre[0], centre[1] - 16, parts.words(theme, 12)));
    return option;
  }

  function said(what, left, top, style) {
    return { text: what, left: left, top: top, padding: 0, textAlign: "center", textStyle: Object.assign({ fontWeight: 400 }, style) };
  }

  function arc(name, centre, radius, data) {
    return {
      type: "pie", name: name, center: centre, radius: radius, startAngle: 180, endAngle: 360, silent: true, animation: false,
      data: data, label: { show: false }, labelLine: { show: false }, emphasis: { disabled: true },
    };
  }

  /* Upright bars from a zero line; beside one series its values in words, where there is room. */
  function column(spec, theme, size) {
    var option = parts.base(theme, size);
    var many = spec.series.length > 1;
    var plot = size.width - 70, each = plot / Math.max(1, spec.categories.length);
    var longest = Math.max.apply(null, spec.series[0].texts.map(function (word) { return word.length; })) * 7.3 + (spec.signed ? 14 : 4);
    var written = !many && longest <= each;
    option.grid = { left: 10, right: 14, top: many ? 38 : 26, bottom: 8, containLabel: true };
    if (many) option.legend = { top: 4, left: 8, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: parts.words(theme) };
    option.xAxis = {
      type: "category", data: spec.categories, axisTick: { show: false }, axisLine: { onZero: false, show: false },
      axisLabel: Object.assign(parts.words(theme, 11), { color: theme.text, interval: each >= 40 ? 0 : "auto", hideOverlap: each < 40, width: Math.max(34, each - 8), overflow: "break", lineHeight: 14 }),
    };
    option.yAxis = {
      type: "value", splitNumber: 4, splitLine: { lineStyle: { color: theme.line } },
      axisLabel: Object.assign(parts.figures(theme), { formatter: tick(spec.series[0].format, step(Object.assign({}, spec, { kind: "bar" }))) }),
    };
    option.series = spec.series.map(function (series, at) {
      return {
        type: "bar", name: series.label, barMaxWidth: 34, barGap: "12%", barCategoryGap: "36%", emphasis: { disabled: true },
        itemStyle: { color: theme.series[at % theme.series.length] },
        data: series.values.map(function (raw, index) { return pillar(spec, series, index, number(raw), theme, at, written); }),
        markLine: at ? undefined : {
          silent: true, symbol: "none", label: { show: false }, animation: false, lineStyle: { color: theme.zero, type: "solid", width: 1 }, data: [{ yAxis: 0 }],
        },
      };
    });
    if (!size.paper) {
      option.tooltip = parts.tooltip(theme, "axis", function (items) {
        var index = items[0].dataIndex;
        return [category(spec, index)].concat(spec.series.map(function (series) { return (many ? series.label + "  " : "") + text(series, index); })).join("\n");
      });
      option.tooltip.axisPointer = { type: "none" };
    }
    return option;
  }

  function pillar(spec, series, index, value, theme, at, written) {
    var falls = value !== null && value < 0;
    return {
      value: value === null ? 0 : value,
      itemStyle: {
        color: spec.signed ? (falls ? theme.negative : theme.positive) : theme.series[at % theme.series.length],
        borderRadius: falls ? [0, 0, 3, 3] : [3, 3, 0, 0],
      },
      label: {
        show: written || value === null, position: falls ? "bottom" : "top", fontFamily: theme.fonts.figures, fontSize: 11,
        color: value === null ? theme.muted : theme.text,
        formatter: value === null ? "withheld" : (spec.signed ? parts.arrow(value) : "") + series.texts[index],
      },
    };
  }

  root.DawsOSCharts.kinds.treemap = treemap;
  root.DawsOSCharts.kinds.gauge = gauge;
  root.DawsOSCharts.kinds.column = column;
})(globalThis);
