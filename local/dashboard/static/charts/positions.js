// The places along a chart's axis. A day without rows keeps its place; the period before is laid over this one.

const MOST_PLACES = 1500;

function positionsOf(card, answer) {
  // { values, at(value), atBefore(value) }: the axis, and where a value of this period or of the one before stands.
  const { columns, rows, before } = answer,
    x = indexOf(columns, card.x),
    { kind } = columns[x];
  const own = distinct(rows.map((row) => row[x])),
    earlier = distinct(before ? before.rows.map((row) => row[x]) : []);
  if (kind !== "date" && kind !== "time") return byValue(own);
  const days = daysOf(context.choice, context.catalogue.today);
  const shift = before && before.from && days ? Date.parse(days.from) - Date.parse(before.from) : 0;
  const stamps = [...own.map(Date.parse), ...earlier.map((value) => Date.parse(value) + shift)].sort(
    (one, other) => one - other,
  );
  const gaps = stamps
    .slice(1)
    .map((stamp, index) => stamp - stamps[index])
    .filter((gap) => gap > 0);
  const step = Math.min(...gaps, kind === "date" ? Math.max(DAY, ...gaps) : DAY);
  const chosen =
    kind === "date" && step === DAY && card.filters.includes("day") && days
      ? [Date.parse(days.from), Date.parse(days.to)]
      : [];
  const first = Math.min(stamps[0], ...chosen),
    number = Math.round((Math.max(...stamps.slice(-1), ...chosen) - first) / step) + 1;
  if (number > MOST_PLACES || stamps.some((stamp) => (stamp - first) % step)) return byOrder(own, earlier);
  const values = Array.from({ length: number }, (_, index) => new Date(first + index * step).toISOString());
  const at = (stamp) => (stamp - first) / step;
  return { values, at: (value) => at(Date.parse(value)), atBefore: (value) => at(Date.parse(value) + shift) };
}

function distinct(values) {
  return [...new Set(values)];
}

function byValue(own) {
  const places = new Map(own.map((value, index) => [value, index]));
  const at = (value) => (places.has(value) ? places.get(value) : -1);
  return { values: own, at, atBefore: at };
}

function byOrder(own, earlier) {
  const sorted = (values) => [...values].sort((one, other) => Date.parse(one) - Date.parse(other));
  const [axis, former] = [byValue(sorted(own)), byValue(sorted(earlier))];
  return { values: axis.values, at: axis.at, atBefore: former.at };
}

function placeLabels(card, answer, positions) {
  // { short: along the axis, long: in a tooltip }
  const column = answer.columns[indexOf(answer.columns, card.x)],
    { values } = positions;
  if (column.kind === "date")
    return {
      short: values.map((value) => timeFormat({ day: "numeric", month: "short" }).format(Date.parse(value))),
      long: values.map((value) =>
        timeFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(Date.parse(value)),
      ),
    };
  if (column.kind === "time") return timeLabels(values);
  const unit = unitOf(card, card.x),
    texts = values.map((value) => (unit ? inUnit(value, unit) : label(value)));
  return { short: texts, long: texts };
}

function timeLabels(values) {
  const span = values.length ? Date.parse(values[values.length - 1]) - Date.parse(values[0]) : 0;
  const day = span > 2 * DAY ? { day: "numeric", month: "short" } : {};
  const minute = values.every((value) => Date.parse(value) % 3600000 === 0) ? {} : { minute: "2-digit" };
  const short = timeFormat({ ...day, hour: "numeric", ...minute });
  return {
    short: values.map((value) => short.format(Date.parse(value))),
    long: values.map((value) => moment(value, "time")),
  };
}
