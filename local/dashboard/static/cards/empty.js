// Why a card shows nothing, in words.

function emptyReason(card, answer, kind) {
  if (!answer.rows.length) return noRows(card);
  if (CHARTS.has(kind) && nothingKnown(card, answer)) return "Every value is unknown here. The table shows the rows.";
  return "";
}

function noRows(card) {
  if (card.chart === "status") return "No check has reported yet.";
  if (!context.catalogue.today) return "No order has arrived yet.";
  const { choice, catalogue } = context;
  const days = card.filters.includes("day") ? daysOf(choice, catalogue.today) : null;
  const names = { restaurant: "restaurants", service: "services", currency: "currencies" };
  const chosen = LISTS.filter((name) => card.filters.includes(name) && choice[name].length).map((name) => names[name]);
  const when = days ? "from " + moment(days.from, "date") + " to " + moment(days.to, "date") : "";
  const which = chosen.length ? "for the chosen " + chosen.join(" and ") : "";
  const parts = [when, which].filter(Boolean);
  return parts.length ? "Nothing " + parts.join(", ") + "." : "There is none.";
}

function nothingKnown(card, answer) {
  const values = card.chart === "heatmap" ? [card.value] : card.y;
  const places = values.map((name) => indexOf(answer.columns, name));
  return answer.rows.every((row) => places.every((place) => !isKnown(row[place])));
}
