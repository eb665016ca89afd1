// The page's address holds what is chosen, so that a link shows the same. What is left out has its default.

const DEFAULTS = { period: "28", compare: "previous" };
const PERIODS = [
  ["today", "Today"],
  ["yesterday", "Yesterday"],
  ["7", "7 days"],
  ["28", "28 days"],
  ["custom", "Custom"],
];
const COMPARISONS = { previous: "the period before", year: "the year before", none: "nothing" };
const LISTS = ["restaurant", "service", "currency"];
const DAY = 86400000;

function readAddress(search, catalogue) {
  // What the address chooses; what it names and does not exist is left out.
  const values = new URLSearchParams(search);
  const known = (name, among) => (among.includes(values.get(name)) ? values.get(name) : null);
  const dashboards = catalogue.dashboards.map((dashboard) => dashboard.name);
  const choice = {
    dashboard: known("dashboard", dashboards) || dashboards[0] || null,
    period:
      known(
        "period",
        PERIODS.map(([name]) => name),
      ) || DEFAULTS.period,
    from: isDay(values.get("from")) ? values.get("from") : null,
    to: isDay(values.get("to")) ? values.get("to") : null,
    compare: known("compare", Object.keys(COMPARISONS)) || DEFAULTS.compare,
  };
  for (const name of LISTS) {
    const among = choices(name, catalogue).map((option) => option.value);
    choice[name] = [...new Set(values.getAll(name))].filter((value) => among.includes(value));
  }
  const complete = choice.from && choice.to && choice.from <= choice.to;
  if (choice.period === "custom" && !complete) choice.period = DEFAULTS.period;
  return choice;
}

function writeAddress(choice) {
  const values = new URLSearchParams({ dashboard: choice.dashboard });
  if (choice.period !== DEFAULTS.period) values.set("period", choice.period);
  if (choice.period === "custom") values.set("from", choice.from);
  if (choice.period === "custom") values.set("to", choice.to);
  for (const name of LISTS) for (const value of choice[name]) values.append(name, value);
  if (choice.compare !== DEFAULTS.compare) values.set("compare", choice.compare);
  return "?" + values;
}

function choices(name, catalogue) {
  if (name === "restaurant")
    return catalogue.restaurants.map(({ code, name: title }) => ({ value: code, text: title || code }));
  if (name === "service") return catalogue.services.map((service) => ({ value: service, text: words(service) }));
  return catalogue.currencies.map(({ code }) => ({ value: code, text: code }));
}

function filtersOf(dashboard, catalogue) {
  // The filters that at least one card of the dashboard uses.
  return new Set(dashboard ? dashboard.cards.flatMap((name) => catalogue.cards[name].filters) : []);
}

function requestQuery(choice, filters, today) {
  // What the server is asked for: only filters that a card of this dashboard uses.
  const values = new URLSearchParams();
  const days = daysOf(choice, today);
  if (filters.has("day") && days) {
    values.set("from", days.from);
    values.set("to", days.to);
    if (choice.compare !== "none") values.set("compare", choice.compare);
  }
  for (const name of LISTS) if (filters.has(name)) for (const value of choice[name]) values.append(name, value);
  return values;
}

function daysOf(choice, today) {
  // The first and the last business day that is chosen, or null in an empty warehouse.
  if (choice.period === "custom") return { from: choice.from, to: choice.to };
  if (!today) return null;
  if (choice.period === "today") return { from: today, to: today };
  if (choice.period === "yesterday") return { from: daysAfter(today, -1), to: daysAfter(today, -1) };
  return { from: daysAfter(today, 1 - Number(choice.period)), to: today };
}

function daysAfter(day, number) {
  return new Date(Date.parse(day) + number * DAY).toISOString().slice(0, 10);
}

function isDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text || "") && !Number.isNaN(Date.parse(text));
}

function comparisonWords(choice, today) {
  const days = daysOf(choice, today);
  if (choice.compare === "year") return "against a year before";
  const number = days ? (Date.parse(days.to) - Date.parse(days.from)) / DAY + 1 : 0;
  return number === 1 ? "against the day before" : "against the " + number + " days before";
}
