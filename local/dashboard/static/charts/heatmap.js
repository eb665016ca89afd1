// Weekday by hour: the stronger the colour, the more. Of several currencies the one with the most cells is drawn.

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

function heatmapPicture(card, answer) {
  const { columns, before } = answer,
    currency = mostFrequent(card, answer);
  const cells = cellsOf(card, columns, answer.rows, currency),
    former = cellsOf(card, columns, before ? before.rows : [], currency);
  const known = [...cells.values()].filter(({ value }) => isKnown(value)),
    numbers = known.map(({ value }) => Number(value));
  const opening = Math.min(...known.map(({ x }) => x)),
    closing = Math.max(...known.map(({ x }) => x));
  const hours = Array.from({ length: closing - opening + 1 }, (_, hour) => opening + hour);
  const [low, high] = [Math.min(0, ...numbers), Math.max(...numbers, 1e-9)],
    unit = unitOf(card, card.value);
  const tip = ({ dataIndex }) => {
    const cell = known[dataIndex],
      old = former.get(cell.x + " " + cell.y);
    const line = { name: words(card.value), colour: null, text: inUnit(cell.value, unit, currency) };
    return {
      title: weekday(cell.y) + ", " + hourText(cell.x) + "–" + hourText((cell.x + 1) % 24),
      lines: [{ ...line, ...(before ? beforeIn({ unit, currency }, cell.value, old && old.value) : {}) }],
    };
  };
  return {
    legend: [],
    compared: false,
    height: 258,
    tip,
    scale: {
      name: words(card.value) + (currency ? ", " + currency : "") + ":",
      low: inShort(low, unit, currency),
      high: inShort(high, unit, currency),
    },
    places: known.map((_, dataIndex) => ({ seriesIndex: 0, dataIndex })),
    option: {
      grid: { ...GRID, right: 2, top: 4 },
      xAxis: { ...categoryAxis(hours.map(hourText)), axisLine: { show: false } },
      yAxis: {
        ...categoryAxis(WEEKDAYS.map((day) => weekday(day, "short"))),
        inverse: true,
        axisLine: { show: false },
        axisLabel: { ...textStyle(), interval: 0 },
      },
      tooltip: { trigger: "item" },
      dataZoom: [],
      visualMap: {
        type: "continuous",
        show: false,
        min: low,
        max: high,
        inRange: { color: [theme()["heat-low"], theme()["heat-high"]] },
      },
      series: [
        {
          id: "cells",
          type: "heatmap",
          data: known.map(({ x, y, value }) => [x - hours[0], y - 1, Number(value)]),
          itemStyle: { borderColor: theme().card, borderWidth: 1.5, borderRadius: 3 },
          emphasis: { itemStyle: { borderColor: theme().ink } },
        },
      ],
    },
  };
}

function cellsOf(card, columns, rows, currency) {
  const [x, y, value, place] = [card.x, card.y[0], card.value, "currency"].map((name) => indexOf(columns, name));
  const own = currency ? rows.filter((row) => row[place] === currency) : rows;
  return new Map(
    own.map((row) => [
      Number(row[x]) + " " + Number(row[y]),
      { x: Number(row[x]), y: Number(row[y]), value: row[value] },
    ]),
  );
}

function mostFrequent(card, { columns, rows }) {
  const place = indexOf(columns, "currency"),
    numbers = new Map();
  if (place < 0) return null;
  for (const row of rows) numbers.set(row[place], (numbers.get(row[place]) || 0) + 1);
  return [...numbers].sort((one, other) => other[1] - one[1])[0][0];
}

function hourText(hour) {
  return timeFormat({ hour: "numeric" }).format(Date.UTC(2024, 0, 1, hour));
}
