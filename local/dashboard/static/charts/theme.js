// The colours of the style sheet, as charts need them: read once, and again when light becomes dark.

const SERIES_COLOURS = 6;
let colours = null;

function theme() {
  if (colours) return colours;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue("--" + name).trim();
  colours = Object.fromEntries(
    ["card", "ink", "soft", "line", "grid", "accent", "heat-low", "heat-high"].map((name) => [name, read(name)]),
  );
  colours.series = Array.from({ length: SERIES_COLOURS }, (_, index) => read("c" + index));
  // In a picture the font stands in an attribute, within double quotes.
  colours.font = getComputedStyle(document.body).fontFamily.replaceAll('"', "'");
  return colours;
}

function watchTheme(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = null;
    redraw();
  });
}

function textStyle(colour = theme().soft, size = 12) {
  return { color: colour, fontSize: size, fontFamily: theme().font };
}

function valueAxis(unit, currency) {
  const limits = { rating: { min: 1, max: 5 }, percent: {} }[unit] || {};
  return {
    type: "value",
    ...limits,
    splitNumber: 4,
    minInterval: unit === "count" ? 1 : 0,
    axisLabel: { ...textStyle(), formatter: (value) => inShort(value, unit, currency) },
    splitLine: { lineStyle: { color: theme().grid } },
  };
}

function categoryAxis(labels) {
  return {
    type: "category",
    data: labels,
    axisLabel: { ...textStyle(), hideOverlap: true, margin: 11 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: theme().line } },
  };
}

const GRID = { left: 2, right: 10, top: 12, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" };
