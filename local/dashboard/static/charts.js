
// Rows → SVG. A null is not drawn: a bar that is missing, a curve that is broken.

const WIDTH = 600, HEIGHT = 230, LEFT = 58, BOTTOM = 26, TOP = 10, RIGHT = 12;

function points(card, answer) {
  // [{x, y, series}], y a number or null; one series for each y, or for each value of the series column.
  const at = (name) => answer.columns.findIndex((column) => column.name === name);
  const x = at(card.x), series = card.series ? at(card.series) : -1;
  return card.y.flatMap((name) => answer.rows.map((row) => ({
    x: row[x],
    y: row[at(name)] === null ? null : Number(row[at(name)]),
    value: row[at(name)],
    series: series >= 0 ? shown(row[series], "text") : words(name),
  })));
}

function ticks(low, high, wanted, smallest) {
  const rough = Math.max((high - low) / wanted, smallest) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const values = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) values.push(Number(tick.toPrecision(12)));
  if (values[values.length - 1] < high) values.push(Number((values[values.length - 1] + step).toPrecision(12)));
  return values;
}

function short(value) {
  if (value >= 1e6) return grouped(Number((value / 1e6).toPrecision(4))) + "M";
  return value >= 1e4 ? grouped(Number((value / 1e3).toPrecision(4))) + "k" : grouped(value);
}

function legend(names) {
  if (names.length < 2) return [];
  const swatch = (index) => drawn("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" },
    drawn("rect", { width: 10, height: 10, rx: 3, class: "f" + index % 6 }));
  return [element("ul", { className: "legend" }, ...names.map((name, index) => element("li", {}, swatch(index), words(name))))];
}

function canvas(card, height, ...children) {
  const svg = drawn("svg", { viewBox: "0 0 " + WIDTH + " " + height, role: "img" }, ...children);
  svg.setAttribute("aria-label", card.title + ". The figures are in the table below.");
  return svg;
}

function frame(card, scale, levels, times, kind) {
  const parts = levels.flatMap((level) => [
    drawn("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: scale.y(level), y2: scale.y(level), class: level === levels[0] ? "axis" : "grid" }),
    drawn("text", { x: LEFT - 8, y: scale.y(level) + 4, "text-anchor": "end" }, short(level) + (card.unit === "percent" ? " %" : "")),
  ]);
  const every = Math.max(1, Math.ceil(times.length / 6));
  for (let index = 0; index < times.length; index += every) {
    const label = moment(times[index], kind).replace(/ \d{4}/, "");
    parts.push(drawn("text", { x: scale.x(times[index]), y: HEIGHT - 6, "text-anchor": "middle" }, label));
  }
  return parts;
}

function overTime(card, answer, low, high) {
  // Positions along a real time axis: an hour without orders leaves its place empty.
  const kind = answer.columns.find((column) => column.name === card.x).kind;
  const times = [...new Set(answer.rows.map((row) => row[answer.columns.findIndex((column) => column.name === card.x)]))];
  const stamps = times.map((time) => Date.parse(time));
  const gaps = stamps.slice(1).map((stamp, index) => stamp - stamps[index]);
  const step = Math.min(kind === "date" ? 86400000 : 3600000, ...gaps);
  const first = Math.min(...stamps) - step / 2, span = Math.max(...stamps) + step / 2 - first;
  const levels = ticks(low, high, 4, card.unit === "count" ? 1 : 0);
  const top = levels[levels.length - 1];
  const scale = {
    x: (time) => LEFT + (Date.parse(time) - first) / span * (WIDTH - LEFT - RIGHT),
    y: (value) => TOP + (1 - (value - low) / (top - low)) * (HEIGHT - TOP - BOTTOM),
    band: step / span * (WIDTH - LEFT - RIGHT),
  };
  return { kind, scale, parts: frame(card, scale, levels, times, kind) };
}

function barChart(card, answer) {
  const all = points(card, answer), names = [...new Set(all.map((point) => point.series))].sort();
  const totals = new Map();
  for (const point of all) totals.set(point.x, (totals.get(point.x) || 0) + (point.y || 0));
  const { kind, scale, parts } = overTime(card, answer, 0, Math.max(1, ...totals.values()));
  const piled = new Map();
  const width = Math.max(1, Math.min(48, scale.band - Math.min(2, scale.band * .25)));
  for (const point of all.filter((candidate) => candidate.y)) {
    const from = piled.get(point.x) || 0;
    piled.set(point.x, from + point.y);
    parts.push(drawn("rect", {
      x: scale.x(point.x) - width / 2, width, rx: Math.min(2, width / 4), class: "bar f" + names.indexOf(point.series) % 6,
      y: scale.y(from + point.y), height: Math.max(.5, scale.y(from) - scale.y(from + point.y) - (names.length > 1 ? 1 : 0)),
    }, drawn("title", {}, moment(point.x, kind) + " · " + words(point.series) + ": " + withUnit(point.value, card.unit))));
  }
  return [...legend(names), canvas(card, HEIGHT, ...parts)];
}

function lineChart(card, answer) {
  const all = points(card, answer), names = [...new Set(all.map((point) => point.series))];
  const known = all.filter((point) => point.y !== null);
  if (!known.length) return [element("p", { className: "empty", textContent: "Unknown throughout: see the table." })];
  const [low, high] = { rating: [1, 5], percent: [0, 100] }[card.unit] || [0, Math.max(1, ...known.map((point) => point.y))];
  const { kind, scale, parts } = overTime(card, answer, low, high);
  names.forEach((name, index) => {
    let path = "", broken = true;
    const mine = all.filter((point) => point.series === name);
    for (const point of mine) {
      if (point.y !== null) path += (broken ? "M" : "L") + scale.x(point.x).toFixed(1) + " " + scale.y(point.y).toFixed(1);
      broken = point.y === null;
    }
    parts.push(drawn("path", { d: path, class: "curve s" + index % 6 }));
    for (const point of mine.filter((candidate) => candidate.y !== null)) parts.push(drawn("circle", {
      cx: scale.x(point.x), cy: scale.y(point.y), r: 3.5, class: "bar f" + index % 6,
    }, drawn("title", {}, moment(point.x, kind) + " · " + name + ": " + withUnit(point.value, card.unit))));
  });
  return [...legend(names), canvas(card, HEIGHT, ...parts)];
}

function rowChart(card, answer) {
  const all = points(card, answer), most = Math.max(...all.map((point) => point.y || 0), 0) || 1;
  const start = 190, end = WIDTH - 90, height = 26, names = [...new Set(all.map((point) => point.series))];
  const parts = all.flatMap((point, index) => {
    const name = shown(point.x, "text") + (names.length > 1 ? ", " + point.series : ""), middle = index * height + height / 2 + 4;
    const length = point.y === null ? 0 : Math.max(1, point.y / most * (end - start));
    const title = drawn("title", {}, name + ": " + withUnit(point.value, card.unit));
    return [
      drawn("text", { x: start - 10, y: middle, "text-anchor": "end" }, name.length > 27 ? name.slice(0, 26) + "…" : name),
      drawn("rect", { x: start, y: index * height + 4, width: length, height: height - 8, rx: 3, class: "bar f" + names.indexOf(point.series) % 6 }, title),
      drawn("text", { x: start + length + 8, y: middle, class: "value" }, withUnit(point.value, card.unit)),
    ];
  });
  return [canvas(card, all.length * height, ...parts)];
}
