// The places of cards on a grid of twelve columns. Every row is filled: no hole is left.

const COLUMNS = 12;
const SPANS = {
  narrow: { quarter: 6, half: 12, full: 12 },
  medium: { quarter: 6, half: 12, full: 12 },
  wide: { quarter: 3, half: 6, full: 12 },
  huge: { quarter: 2, half: 4, full: 12 },
};

function sizeOf(width) {
  if (width < 620) return "narrow";
  if (width < 980) return "medium";
  return width < 2000 ? "wide" : "huge";
}

function spansOf(widths, size) {
  // One span per card. Rows are filled in order; what a row has left is shared by its cards.
  const wanted = widths.map((width) => SPANS[size][width] || COLUMNS);
  return balanced(rowsOf(wanted, size === "huge")).flatMap(stretched);
}

function rowsOf(spans, alike) {
  // On a very wide screen figures and charts do not share a row: a figure as tall as a chart is a hole.
  const rows = [];
  let left = 0;
  for (const span of spans) {
    const row = rows[rows.length - 1];
    if (span > left || (alike && row && row[0] !== span)) {
      rows.push([]);
      left = COLUMNS;
    }
    rows[rows.length - 1].push(span);
    left -= span;
  }
  return rows;
}

function balanced(rows) {
  // Five quarters become three and two, rather than four and a lonely one.
  const result = rows.map((row) => [...row]);
  for (let last = result.length - 1; last > 0; last -= 1) {
    const span = result[last][0],
      uniform = (row) => row.every((other) => other === span);
    let first = last;
    while (first > 0 && uniform(result[first - 1])) first -= 1;
    if (first === last || !uniform(result[last])) continue;
    const number = result.slice(first, last + 1).flat().length,
      rowCount = last - first + 1;
    for (let row = first; row <= last; row += 1) {
      const size = Math.floor(number / rowCount) + (row - first < number % rowCount ? 1 : 0);
      result[row] = Array(size).fill(span);
    }
    last = first;
  }
  return result;
}

function stretched(row) {
  const total = row.reduce((sum, span) => sum + span, 0);
  const spans = row.map((span) => Math.floor((span * COLUMNS) / total));
  for (let index = 0; spans.reduce((sum, span) => sum + span, 0) < COLUMNS; index += 1)
    spans[index % spans.length] += 1;
  return spans;
}

function arrange(grid, cards) {
  const size = sizeOf(grid.clientWidth);
  const spans = spansOf(
    cards.map((card) => card.width),
    size,
  );
  [...grid.children].forEach((node, index) => {
    const place = "span " + spans[index];
    if (node.style.gridColumnEnd !== place) node.style.gridColumnEnd = place;
  });
}
