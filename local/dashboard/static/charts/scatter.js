// Points by two numbers. The period before: hollow points.

const MOST_NAMES = 40;

function scatterPicture(card, answer, hidden) {
  const { columns, rows, before } = answer;
  const all = coloured(pointSeries(card, columns, rows, before ? before.rows : [])),
    shown = all.filter(({ key }) => !hidden.has(key));
  const points = (member, style) =>
    shown.map((one) => ({
      id: member + one.key,
      name: one.name,
      type: "scatter",
      symbolSize: member === "before" ? 9 : 11,
      data: one[member].map(({ x, y }) => [Number(x), Number(y)]),
      itemStyle: { color: one.colour, opacity: 0.85 * one.shade, ...style(one) },
      label: {
        show: member === "values" && rows.length <= MOST_NAMES,
        position: "top",
        ...textStyle(),
        fontSize: 11,
        formatter: ({ dataIndex }) => one[member][dataIndex].name,
      },
      labelLayout: { hideOverlap: true },
    }));
  const hollow = (one) => ({ color: "transparent", borderColor: one.colour, borderWidth: 1.5, opacity: 0.5 });
  const series = [...points("values", () => ({})), ...(before ? points("before", hollow) : [])];
  const currencies = distinct(all.flatMap((one) => one.values.map(({ currency }) => currency)));
  const axis = (name) => ({
    ...valueAxis(unitOf(card, name), currencies.length === 1 ? currencies[0] : null),
    scale: true,
    axisTick: { show: false },
    name: words(name),
    nameLocation: "middle",
    nameTextStyle: textStyle(),
  });
  return {
    legend: legendOf(all),
    compared: Boolean(before),
    height: 320,
    places: shown.flatMap((one, seriesIndex) => one.values.map((_, dataIndex) => ({ seriesIndex, dataIndex }))),
    tip: ({ seriesIndex, dataIndex }) =>
      pointTip(card, shown[seriesIndex % shown.length], dataIndex, seriesIndex >= shown.length),
    option: {
      grid: { ...GRID, top: 22, right: 24, outerBoundsContain: "all" },
      xAxis: { ...axis(card.x), nameGap: 26, axisLine: { show: true, lineStyle: { color: theme().line } } },
      yAxis: { ...axis(card.y[0]), nameGap: 44, axisLine: { show: false } },
      tooltip: { trigger: "item" },
      dataZoom: [],
      series,
    },
  };
}

function pointSeries(card, columns, rows, beforeRows) {
  const x = indexOf(columns, card.x),
    y = indexOf(columns, card.y[0]),
    currency = indexOf(columns, "currency");
  const named = indexOf(columns, "label"),
    firstText = columns.findIndex(({ kind, name }) => kind === "text" && name !== "currency" && name !== card.series);
  const all = new Map();
  for (const [member, some] of [
    ["values", rows],
    ["before", beforeRows],
  ]) {
    for (const row of some) {
      const key = card.series ? label(row[indexOf(columns, card.series)]) : "";
      if (!all.has(key)) all.set(key, { key, name: key || words(card.y[0]), values: [], before: [] });
      const name = label(row[named >= 0 ? named : firstText]);
      if (isKnown(row[x]) && isKnown(row[y]))
        all.get(key)[member].push({ x: row[x], y: row[y], name, currency: currency < 0 ? null : row[currency] });
    }
  }
  return [...all.values()];
}

function pointTip(card, one, index, isBefore) {
  const point = one[isBefore ? "before" : "values"][index];
  const former = !isBefore && one.before.find(({ name }) => name === point.name);
  const line = (column, member) => {
    const unit = unitOf(card, column),
      text = inUnit(point[member], unit, point.currency);
    const before = former ? beforeIn({ unit, currency: point.currency }, point[member], former[member]) : {};
    return { name: words(column), colour: null, text, ...before };
  };
  const group = card.series ? [{ name: words(card.series), colour: one.colour, text: one.name }] : [];
  return {
    title: point.name + (isBefore ? ", before" : ""),
    lines: [...group, line(card.x, "x"), line(card.y[0], "y")],
  };
}
