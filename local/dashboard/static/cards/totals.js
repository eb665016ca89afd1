// The last line of a table: sums of counts and of money, one line per currency.

const NO_SUM = /average|avg|median|mean|price|per_|rank|rate|share|_of_day/;

function totalColumns(card, columns) {
  // A card may name them; or else what is formatted as money or count, unless its name says that it is no amount.
  if (card.totals) return columns.map((column) => card.totals.includes(column.name));
  return columns.map(
    ({ name, kind }) => kind === "number" && ["money", "count"].includes(unitOf(card, name)) && !NO_SUM.test(name),
  );
}

function totalRows(card, columns, rows) {
  const summed = totalColumns(card, columns),
    place = indexOf(columns, "currency");
  if (rows.length < 2 || !summed.includes(true)) return [];
  const byMoney = columns.some(({ name }, index) => summed[index] && unitOf(card, name) === "money") && place >= 0;
  const currencies = byMoney ? [...new Set(rows.map((row) => row[place]))] : [null];
  return currencies.map((currency) => {
    const own = byMoney ? rows.filter((row) => row[place] === currency) : rows;
    const values = columns.map((_, index) => (summed[index] ? sumOfKnown(own.map((row) => row[index])) : undefined));
    if (byMoney) values[place] = currency;
    const complete = own.every((row) => summed.every((is, index) => !is || isKnown(row[index])));
    return { key: currency || "all", values, title: complete ? "Total" : "Total of what is known" };
  });
}

function sumOfKnown(values) {
  const known = values.filter(isKnown);
  return known.length ? sumExactly(known) : null;
}
