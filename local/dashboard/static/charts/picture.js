// A chart as a picture that stands alone: with its title, its days and its legend.

function pictureOf(card, answer, { width, height }) {
  const { option, legend, compared, scale, height: wanted } = PICTURES[card.chart](card, answer, new Set());
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height: Math.max(height, wanted + 120) });
  const margin = 28,
    top = legend.length ? 116 : 96;
  const room = chart.getHeight() - top - margin;
  const grids = [option.grid].flat().map((grid) =>
    "height" in grid
      ? {
          ...grid,
          left: grid.left + margin,
          right: grid.right + margin,
          top: top + (parseFloat(grid.top) / 100) * room,
          height: (parseFloat(grid.height) / 100) * room,
        }
      : { ...grid, left: margin, right: grid.right + margin, top, bottom: margin },
  );
  chart.setOption({
    ...option,
    animation: false,
    tooltip: { show: false },
    dataZoom: [],
    backgroundColor: theme().card,
    textStyle: textStyle(),
    title: {
      text: card.title,
      subtext: pictureSubtitle(card, compared, scale),
      left: margin,
      top: 20,
      textStyle: { ...textStyle(theme().ink, 20), fontWeight: 600 },
      subtextStyle: textStyle(theme().soft, 13),
    },
    legend: {
      show: legend.length > 0,
      data: legend.map(({ name }) => name),
      left: margin,
      right: margin,
      top: 76,
      textStyle: textStyle(theme().ink),
      itemWidth: 12,
      itemHeight: 12,
      icon: "roundRect",
    },
    grid: grids,
  });
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

function pictureSubtitle(card, compared, scale) {
  const { choice, catalogue } = context;
  const days = card.filters.includes("day") ? daysOf(choice, catalogue.today) : null;
  const period = days
    ? [moment(days.from, "date") + (days.to === days.from ? "" : " – " + moment(days.to, "date"))]
    : [];
  const chosen = LISTS.filter((name) => card.filters.includes(name)).flatMap((name) => choice[name].map(label));
  const against = compared ? [comparisonWords(choice, catalogue.today)] : [];
  const range = scale ? [scale.name + " " + scale.low + " – " + scale.high] : [];
  return [...period, ...chosen, ...against, ...range].join("  ·  ");
}
