// One large figure, how it has changed, and the other columns beside it.

class FigureView {
  constructor(card) {
    this.card = card;
    this.figure = element("p", { className: "figure" });
    this.change = element("p", { className: "change" });
    this.beside = element("dl", { className: "beside" });
    this.node = element("div", { className: "figures" }, this.figure, this.change, this.beside);
  }

  update(answer) {
    const { card } = this,
      { columns } = answer,
      row = answer.rows[0];
    const main = indexOf(columns, card.y[0]);
    setText(this.figure, cellText(card, columns, row, main));
    this.figure.classList.toggle("unknown", !isKnown(row[main]));
    showChange(this.change, comparisonOf(card, answer, row));
    const others = columns
      .map((column, index) => ({ column, index }))
      .filter(({ column }) => ![card.y[0], card.compare, "currency"].includes(column.name));
    const items = others.map(({ column, index }) => ({
      term: words(column.name),
      text: cellText(card, columns, row, index),
    }));
    for (const other of answer.rows.slice(1))
      items.push({ term: other[indexOf(columns, "currency")] || "And", text: cellText(card, columns, other, main) });
    reconcile(
      this.beside,
      items,
      ({ term }) => term,
      ({ term }) => element("div", {}, element("dt", { textContent: term }), element("dd")),
      (node, { text }) => {
        setText(node.lastElementChild, text);
        node.lastElementChild.classList.toggle("unknown", text === UNKNOWN);
      },
    );
  }
}

function comparisonOf(card, answer, row) {
  // What the figure is compared with, or null where nothing is to be compared.
  const { columns } = answer,
    main = indexOf(columns, card.y[0]),
    currency = indexOf(columns, "currency");
  const unit = unitOf(card, card.y[0]);
  if (card.compare) {
    const name = card.compare.replace(card.y[0] + "_", "");
    return {
      now: row[main],
      before: row[indexOf(columns, card.compare)],
      unit,
      currency: row[currency],
      words: "against " + words(name).toLowerCase(),
    };
  }
  if (!answer.before) return null;
  const { since } = context.catalogue;
  const before = answer.before.rows.find((other) => currency < 0 || other[currency] === row[currency]);
  return {
    now: row[main],
    before: before ? before[main] : null,
    unit,
    currency: row[currency],
    words: comparisonWords(context.choice, context.catalogue.today),
    // A part of the days before has no data: a difference would look like growth.
    missing: since && answer.before.from < since ? "the data begin on " + moment(since, "date") : "",
  };
}

function showChange(node, comparison) {
  node.hidden = !comparison;
  if (!comparison) return;
  const { text, direction } = comparison.missing ? { text: "" } : changeOf(comparison);
  const before = inUnit(comparison.before, comparison.unit, comparison.currency);
  const reason = comparison.missing || before + " before";
  const sentence = text ? comparison.words : "nothing to compare with: " + reason;
  if (node.dataset.content === JSON.stringify([text, sentence, before])) return;
  node.dataset.content = JSON.stringify([text, sentence, before]);
  const mark = text
    ? [element("b", { className: direction }, icon(direction), element("span", { textContent: text }))]
    : [];
  node.replaceChildren(...mark, element("span", { textContent: sentence }));
  node.title = "Before: " + before;
}

function changeOf({ now, before, unit }) {
  // The difference in percent; of percentages in points. Without text where there is no such number.
  if (!isKnown(now) || !isKnown(before)) return { text: "", direction: "same" };
  const difference = Number(now) - Number(before);
  const direction = difference > 0 ? "up" : difference < 0 ? "down" : "same";
  const options = { signDisplay: "exceptZero", maximumFractionDigits: 1 };
  if (unit === "percent") return { text: numberFormat(options).format(difference) + " points", direction };
  if (Number(before) === 0) return { text: "", direction };
  const share = (100 * difference) / Math.abs(Number(before));
  return { text: numberFormat({ style: "unit", unit: "percent", ...options }).format(share), direction };
}
