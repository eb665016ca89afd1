// Values → text, in the browser's locale. null is unknown, and never zero.

const UNKNOWN = "unknown";
const formatters = new Map();

function numberFormat(options) {
  const key = JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat(undefined, options));
  return formatters.get(key);
}

function timeFormat(options) {
  const key = "time" + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...options }));
  return formatters.get(key);
}

function words(name) {
  const spaced = String(name).replaceAll("_", " ").replace(/^avg /, "average ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function heading(column, columns) {
  if (column !== "location_code") return words(column);
  return indexOf(columns, "restaurant") < 0 ? "Restaurant" : "Code";
}

function money(value, currency, options) {
  if (!/^[A-Z]{3}$/.test(currency || "")) return numberFormat({ minimumFractionDigits: 2, ...options }).format(value);
  const definition = context.catalogue.currencies.find(({ code }) => code === currency);
  const digits =
    definition && !options
      ? { minimumFractionDigits: definition.decimals, maximumFractionDigits: definition.decimals }
      : {};
  return numberFormat({ style: "currency", currency, ...digits, ...options }).format(value);
}

function duration(value) {
  const seconds = Math.round(Number(value)),
    minutes = Math.floor(seconds / 60),
    hours = Math.floor(minutes / 60);
  const part = (amount, unit) => numberFormat({ style: "unit", unit, unitDisplay: "narrow" }).format(amount);
  if (seconds < 60) return part(seconds, "second");
  if (minutes < 60) return part(minutes, "minute") + (seconds % 60 ? " " + part(seconds % 60, "second") : "");
  return part(hours, "hour") + (minutes % 60 ? " " + part(minutes % 60, "minute") : "");
}

function weekday(value, length = "long") {
  // 2024-01-01 was a Monday, the first day of ISO's week.
  return timeFormat({ weekday: length }).format(Date.UTC(2024, 0, Number(value)));
}

const UNITS = {
  money: (value, currency) => money(value, currency),
  percent: (value) => numberFormat({ style: "unit", unit: "percent", maximumFractionDigits: 2 }).format(value),
  rating: (value) => numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 2 }).format(value),
  duration,
  weekday: (value) => weekday(value),
  count: (value) => numberFormat({ maximumFractionDigits: 3 }).format(value),
};

function inUnit(value, unit, currency) {
  return isKnown(value) ? (UNITS[unit] || UNITS.count)(value, currency) : UNKNOWN;
}

function inShort(value, unit, currency) {
  // For an axis, where there is no room.
  const compact = { notation: "compact", maximumFractionDigits: 1 };
  if (unit === "money")
    return currency
      ? money(value, currency, { ...compact, minimumFractionDigits: 0 })
      : numberFormat(compact).format(value);
  if (unit === "count") return numberFormat(compact).format(value);
  return inUnit(value, unit, currency);
}

function moment(value, kind) {
  const at = Date.parse(value);
  if (Number.isNaN(at)) return String(value);
  return timeFormat(kind === "date" ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
}

function unitOf(card, column) {
  return card.formats[column] || (card.y.includes(column) ? card.unit : null);
}

function cellText(card, columns, row, index) {
  const column = columns[index],
    value = row[index],
    unit = unitOf(card, column.name);
  if (!isKnown(value)) return UNKNOWN;
  if (unit) return inUnit(value, unit, row[indexOf(columns, "currency")]);
  if (column.kind === "number") return inUnit(value, "count");
  if (column.kind === "time" || column.kind === "date") return moment(value, column.kind);
  // Beside the column with its name, a restaurant's code stays a code.
  return column.name === "location_code" && indexOf(columns, "restaurant") >= 0 ? value : label(value);
}

function label(value) {
  // A restaurant by its name, a code such as dine_in in words, and any other text as it is.
  if (!isKnown(value)) return UNKNOWN;
  const text = String(value);
  return restaurantName(text) || (/^[a-z]+(_[a-z]+)*$/.test(text) ? words(text) : text);
}

function restaurantName(code) {
  const restaurant = context.restaurants.get(code);
  return restaurant && (restaurant.name || restaurant.code);
}

function indexOf(columns, name) {
  return columns.findIndex((column) => column.name === name);
}
