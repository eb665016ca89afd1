// Bars that lie down: one per name, the value at its end.

const BAR_HEIGHT = 30;

function rowPicture(card, answer, hidden) {
  const data = readSeries(card, answer),
    all = coloured(data.series),
    shown = all.filter(({ key }) => !hidden.has(key));
  const alone = shown.length === 1,
    number = data.positions.values.length;
  const bars = (member, opacity) =>
    shown.map((one) => ({
      id: member + one.key,
      name: one.name,
      type: "bar",
      stack: data.unit === "percent" ? member + one.key : member + (one.currency || ""), // shares of different wholes
      barMaxWidth: 26,
      barCategoryGap: "28%",
      barGap: "10%",
      data: one[member].map(asNumber),
      itemStyle: { color: one.colour, opacity: opacity * one.shade, borderRadius: alone ? [0, 3, 3, 0] : 0 },
      label: {
        show: alone && member === "values",
        position: "right",
        ...textStyle(theme().ink),
        formatter: ({ dataIndex }) => endLabel(one, dataIndex),
      },
    }));
  const series = [...bars("values", 1), ...(data.compared ? bars("before", 0.32) : [])];
  const names = { ...categoryAxis(data.labels.short), inverse: true, axisLine: { show: false } };
  const values = {
    ...valueAxis(data.unit, axisCurrency(data)),
    splitLine: { ...valueAxis(data.unit, axisCurrency(data)).splitLine, show: !alone },
    axisLabel: { ...valueAxis(data.unit, axisCurrency(data)).axisLabel, show: !alone, hideOverlap: true },
  };
  return {
    legend: legendOf(all),
    compared: data.compared,
    height: Math.max(140, number * (data.compared ? BAR_HEIGHT + 4 : BAR_HEIGHT) + (alone ? 12 : 34)),
    places: data.labels.long.map((_, index) => ({ seriesIndex: 0, dataIndex: index })),
    tip: ({ dataIndex }) => tipAt({ ...data, series: shown }, dataIndex),
    option: {
      grid: { ...GRID, right: alone ? 84 : 14, top: 4 },
      xAxis: values,
      yAxis: { ...names, axisLabel: { ...textStyle(theme().ink), width: 150, overflow: "truncate", interval: 0 } },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: theme().ink, opacity: 0.06 } } },
      dataZoom: [],
      series,
    },
  };
}

function endLabel(one, index) {
  const value = one.values[index];
  return value === undefined ? "" : isKnown(value) ? inShort(value, one.unit, one.currency) : UNKNOWN;
}
