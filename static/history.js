// The history chart under the pointer: uPlot in the place of the server's drawing, from the same numbers.
// The drawing lends its colours, stays on paper, and is all there is where no script runs.
(() => {
  const DAY = 86400;

  function ink(figure, kind, property) {
    const part = figure.querySelector(`.history .${kind}`);
    return part ? getComputedStyle(part)[property] : "currentColor";
  }

  function paint(figure) {
    return {
      line: { stroke: ink(figure, "line", "stroke"), width: 2, points: { size: 6, fill: ink(figure, "dot", "fill") } },
      target: { stroke: ink(figure, "target", "stroke"), width: 1.5, dash: [5, 4], points: { show: false } },
      floor: { stroke: ink(figure, "floor", "stroke"), width: 1, dash: [2, 3], points: { show: false } },
    };
  }

  // The stripes behind the line, as wide as the plot.
  function drawZones(figure, zones) {
    return (plot) => {
      const { ctx, bbox } = plot;
      const { min, max } = plot.scales.y;
      for (const { tone, from, to } of zones) {
        const top = plot.valToPos(Math.min(to ?? max, max), "y", true);
        const bottom = plot.valToPos(Math.max(from ?? min, min), "y", true);
        if (bottom <= top) continue;
        ctx.fillStyle = ink(figure, `zone.${tone}`, "fill");
        ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
      }
    };
  }

  // Under the chart the last value is written while the pointer is elsewhere.
  function sayLast(plot) {
    if (plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 }, false);
  }

  function dates(style) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { ...style, timeZone: "UTC" });
    return (seconds) => format.format(seconds * 1000);
  }

  // Years, months or days under the axis, as far apart as uPlot set them.
  function writeDates(_, splits, axis, space, step) {
    const year = dates({ year: "numeric" });
    if (step >= 364 * DAY) return splits.map(year);
    const write = dates(step >= 28 * DAY ? { month: "short" } : { day: "numeric", month: "short" });
    return splits.map((at, i) => (i === 0 || year(at) !== year(splits[i - 1]) ? `${write(at)}\n${year(at)}` : write(at)));
  }

  function options(figure, { unit, series, zones = [] }) {
    const paints = paint(figure);
    const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 4 });
    const day = dates({ dateStyle: "medium" });
    const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 2 });
    const level = (value) => `${short.format(value)}${unit === "%" ? " %" : ""}`;
    const written = (value) => (value == null ? "–" : `${number.format(value)}${unit ? ` ${unit}` : ""}`);
    const text = ink(figure, "y", "fill");
    const axis = { stroke: text, font: "11px Inter, system-ui", grid: { stroke: ink(figure, "grid", "stroke"), width: 1 }, ticks: { show: false } };
    return {
      width: figure.clientWidth,
      height: 260,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      cursor: { points: { size: 8 } },
      hooks: { drawClear: [drawZones(figure, zones)], ready: [sayLast], setCursor: [sayLast] },
      axes: [
        { ...axis, grid: { show: false }, values: writeDates },
        { ...axis, size: 60, values: (_, splits) => splits.map(level) },
      ],
      series: [
        { label: figure.dataset.dayLabel, value: (_, seconds) => (seconds == null ? "–" : day(seconds)) },
        ...series.map(({ label, kind }) => ({ label, ...paints[kind], value: (_, value) => written(value) })),
      ],
    };
  }

  function draw(figure) {
    const chart = JSON.parse(figure.dataset.series);
    figure.querySelector(".uplot")?.remove();
    figure.classList.remove("live"); // the drawing must be visible to lend its colours
    const plot = new uPlot(options(figure, chart), [chart.x, ...chart.series.map(({ values }) => values)], figure);
    const drawing = figure.querySelector(".history");
    plot.root.setAttribute("role", "img");
    plot.root.setAttribute("aria-label", drawing.getAttribute("aria-label") ?? "");
    figure.classList.add("live");
    return plot;
  }

  function follow(figure) {
    figure.dataset.live = "";
    let plot = draw(figure);
    const width = () => plot.width !== figure.clientWidth && plot.setSize({ width: figure.clientWidth, height: 260 });
    new ResizeObserver(width).observe(figure);
    new MutationObserver(() => (plot = draw(figure))).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  }

  function start() {
    document.querySelectorAll("figure[data-series]:not([data-live])").forEach(follow);
  }

  document.addEventListener("htmx:after:swap", start);
  start();
})();
