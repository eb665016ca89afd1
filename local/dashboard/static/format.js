
"use strict";
// Values → text. Exact numbers arrive as text and stay text: only drawing turns them into floating point.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const UNKNOWN = "unknown";

function words(name) {
  const spaced = name.replaceAll("_", " ").replace(/^avg /, "average ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function grouped(value) {
  const [whole, decimals] = String(value).split(".");
  const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? separated : separated + "." + decimals;
}

function moment(value, kind) {
  const at = new Date(kind === "date" ? value + "T00:00:00Z" : value);
  const day = at.getUTCDate() + " " + MONTHS[at.getUTCMonth()];
  if (kind === "date") return day + " " + at.getUTCFullYear();
  const two = (number) => String(number).padStart(2, "0");
  return day + " " + at.getUTCFullYear() + ", " + two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
}

function shown(value, kind) {
  if (value === null || value === undefined) return UNKNOWN;
  if (kind === "number") return grouped(value);
  if (kind === "time" || kind === "date") return moment(value, kind);
  return String(value);
}

function withUnit(value, unit) {
  const sign = { percent: " %", duration: " s" }[unit] || "";
  return value === null ? UNKNOWN : shown(value, "number") + sign;
}

function formatted(card, column, value) {
  const unit = card.formats[column.name];
  return unit ? withUnit(value, unit) : shown(value, column.kind);
}

function element(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties || {});
  node.append(...children);
  return node;
}

function drawn(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function table(card, answer, caption) {
  const cell = (tag, column, text) => {
    const node = element(tag, { className: column.kind === "number" ? "number" : "", textContent: text });
    if (tag === "th") node.scope = "col";
    if (tag === "td" && text === UNKNOWN) node.classList.add("unknown");
    return node;
  };
  const head = element("tr", {}, ...answer.columns.map((column) => cell("th", column, words(column.name))));
  const rows = answer.rows.map((row) => element("tr", {},
    ...row.map((value, index) => cell("td", answer.columns[index], formatted(card, answer.columns[index], value)))));
  const node = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  node.setAttribute("aria-label", caption);
  const scroll = element("div", { className: "scroll", tabIndex: 0 }, node);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", caption);
  return scroll;
}
