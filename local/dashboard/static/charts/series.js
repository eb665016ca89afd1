// Rows → series. Amounts of different currencies are different series, and are never stacked upon each other.

function readSeries(card, answer) {
  // { positions, labels, unit, currencies, series: [{ key, name, currency, values, before }] }; values are exact texts.
  const { columns, rows, before } = answer,
    positions = positionsOf(card, answer);
  const unit = unitOf(card, card.y[0]),
    place = indexOf(columns, "currency"),
    x = indexOf(columns, card.x);
  const isMoney = card.y.some((name) => unitOf(card, name) === "money") && place >= 0;
  const currencies = isMoney ? distinct(rows.map((row) => row[place])) : [];
  const all = new Map(),
    empty = () => Array(positions.values.length).fill(undefined);
  const read = (member, some, at) => {
    for (const row of some) {
      for (const y of card.y) {
        const { key, name } = seriesName(card, columns, row, y, currencies);
        if (!all.has(key))
          all.set(key, {
            key,
            name,
            currency: isMoney ? row[place] : null,
            unit: unitOf(card, y),
            values: empty(),
            before: empty(),
          });
        const index = at(row[x]);
        if (index in all.get(key)[member]) all.get(key)[member][index] = row[indexOf(columns, y)];
      }
    }
  };
  read("values", rows, positions.at);
  if (before) read("before", before.rows, positions.atBefore);
  return {
    positions,
    labels: placeLabels(card, answer, positions),
    unit,
    currencies,
    compared: Boolean(before),
    series: [...all.values()],
  };
}

function seriesName(card, columns, row, y, currencies) {
  const parts = card.series ? [label(row[indexOf(columns, card.series)])] : [];
  if (card.y.length > 1 || !parts.length) parts.push(words(y));
  if (currencies.length > 1 && card.series !== "currency") parts.push(row[indexOf(columns, "currency")] || UNKNOWN);
  return { key: JSON.stringify(parts), name: parts.join(" · ") };
}

function asNumber(value) {
  return isKnown(value) ? Number(value) : null;
}

function coloured(series) {
  // The colour stays with the name while others are hidden. After six, lighter shades tell them apart.
  return series.map((one, index) => ({
    ...one,
    colour: theme().series[index % SERIES_COLOURS],
    shade: index < SERIES_COLOURS ? 1 : 0.55,
  }));
}

function axisCurrency({ currencies }) {
  return currencies.length === 1 ? currencies[0] : null;
}

function tipAt({ labels, series, compared }, index) {
  // What is at one place of the axis: { title, lines }.
  const lines = series
    .filter((one) => one.values[index] !== undefined || one.before[index] !== undefined)
    .map((one) => ({
      name: one.name,
      colour: one.colour,
      text: inUnit(one.values[index], one.unit, one.currency),
      ...(compared ? beforeIn(one, one.values[index], one.before[index]) : {}),
    }));
  return { title: labels.long[index], lines };
}

function beforeIn({ unit, currency }, now, before) {
  return { before: inUnit(before, unit, currency), change: changeOf({ now, before, unit }).text };
}
