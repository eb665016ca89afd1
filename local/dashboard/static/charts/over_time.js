// Bars and lines along an axis. The period before: dashed lines, faded bars.

const LONG_AXIS = 21;

function barPicture(card, answer, hidden) {
  const data = readSeries(card, answer),
    all = coloured(data.series),
    shown = all.filter(({ key }) => !hidden.has(key));
  const many = data.positions.values.length > 14;
  const bars = (member, style) =>
    shown.map((one) => ({
      id: member + one.key,
      name: one.name,
      currency: one.currency,
      type: "bar",
      stack: member + (one.currency || ""),
      barMaxWidth: 34,
      barCategoryGap: many ? "22%" : "32%",
      barGap: "8%",
      data: one[member].map(asNumber),
      itemStyle: {
        color: one.colour,
        opacity: one.shade,
        borderColor: theme().card,
        borderWidth: shown.length > 1 ? 0.5 : 0,
        borderRadius: shown.length > 1 ? 0 : [3, 3, 0, 0],
        ...style(one),
      },
      emphasis: { focus: "none" },
    }));
  const before = data.compared ? bars("before", (one) => ({ opacity: 0.32 * one.shade })) : [];
  return overTime(card, { ...data, series: shown }, all, [...before, ...bars("values", () => ({}))], "shadow");
}

function linePicture(card, answer, hidden) {
  const data = readSeries(card, answer),
    all = coloured(data.series),
    shown = all.filter(({ key }) => !hidden.has(key));
  const lines = (member, style) =>
    shown.map((one) => ({
      id: member + one.key,
      name: one.name,
      currency: one.currency,
      type: "line",
      data: one[member].map(asNumber),
      symbol: "circle",
      symbolSize: 6,
      showSymbol: data.positions.values.length <= 2 || hasLonePoint(one[member]),
      smooth: 0.15,
      smoothMonotone: "x",
      itemStyle: { color: one.colour },
      lineStyle: { color: one.colour, width: 2, opacity: one.shade, ...style },
      emphasis: { disabled: member === "before" },
      ...(member === "values" && all.length === 1 && ["count", "money"].includes(data.unit)
        ? { areaStyle: { color: one.colour, opacity: 0.08 } }
        : {}),
    }));
  const before = data.compared ? lines("before", { type: [5, 4], width: 1.5, opacity: 0.6 }) : [];
  return overTime(card, { ...data, series: shown }, all, [...before, ...lines("values", {})], "line");
}

function hasLonePoint(values) {
  // A point without neighbours is on no line, and would not be seen.
  return values.some((value, index) => isKnown(value) && !isKnown(values[index - 1]) && !isKnown(values[index + 1]));
}

function overTime(card, data, all, series, pointer) {
  // One panel per currency: an amount in yen would flatten one in dollars.
  const { labels } = data,
    zooms = data.positions.values.length >= LONG_AXIS;
  const panels =
    data.currencies.length > 1
      ? data.currencies.filter((currency) => series.some((one) => one.currency === currency))
      : [null];
  const place = (currency) => Math.max(0, panels.indexOf(currency)),
    last = panels.length - 1;
  const x = { ...categoryAxis(labels.short), boundaryGap: pointer === "shadow" };
  return {
    legend: legendOf(all),
    compared: data.compared,
    height: last ? 150 + 70 * panels.length : 252,
    places: labels.long.map((_, index) => ({ seriesIndex: series.length - 1, dataIndex: index })),
    tip: ({ dataIndex }) => tipAt(data, dataIndex),
    option: {
      grid: panels.map((_, index) => ({ id: "grid" + index, ...panel(index, panels.length, zooms) })),
      xAxis: panels.map((_, index) => ({
        ...x,
        id: "x" + index,
        gridIndex: index,
        axisLabel: { ...x.axisLabel, show: index === last },
      })),
      yAxis: panels.map((currency, index) => ({
        ...valueAxis(data.unit, currency || axisCurrency(data)),
        id: "y" + index,
        gridIndex: index,
        splitNumber: last ? 2 : 4,
      })),
      tooltip: {
        trigger: "axis",
        axisPointer: {
          type: pointer,
          lineStyle: { color: theme().soft },
          shadowStyle: { color: theme().ink, opacity: 0.06 },
        },
      },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      dataZoom: zooms ? zoom(panels) : [],
      series: series.map((one) => ({ ...one, xAxisIndex: place(one.currency), yAxisIndex: place(one.currency) })),
    },
  };
}

function panel(index, number, zooms) {
  if (number === 1) return { ...GRID, bottom: zooms ? 26 : 2 };
  // The same room for the labels of all panels, so that their days stand above each other.
  const share = (zooms ? 86 : 92) / number;
  return { left: 68, right: 24, outerBoundsMode: "none", top: 3 + share * index + "%", height: share - 5 + "%" };
}

function zoom(panels) {
  const xAxisIndex = panels.map((_, index) => index);
  const { grid, line, soft, accent } = theme();
  return [
    {
      type: "inside",
      id: "inside",
      xAxisIndex,
      zoomOnMouseWheel: "ctrl",
      moveOnMouseWheel: false,
      preventDefaultMouseMove: false,
    },
    {
      type: "slider",
      id: "slider",
      xAxisIndex,
      height: 8,
      bottom: 3,
      left: 12,
      right: 16,
      showDetail: false,
      showDataShadow: false,
      brushSelect: false,
      borderColor: "transparent",
      backgroundColor: grid,
      fillerColor: line,
      moveHandleSize: 0,
      handleSize: 14,
      handleStyle: { color: soft, borderColor: soft },
      emphasis: { handleStyle: { color: accent, borderColor: accent } },
    },
  ];
}

function legendOf(all) {
  return all.length > 1 ? all.map(({ key, name, colour, shade }) => ({ key, name, colour, shade })) : [];
}
