// Files made here in the page: exact values as CSV, pictures as SVG and PNG.

const PICTURE = { width: 1200, height: 640 };

function save(name, type, content) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function fileName(card, ending) {
  const days = card.filters.includes("day") ? daysOf(context.choice, context.catalogue.today) : null;
  const when = days
    ? [days.from, ...(days.to === days.from ? [] : [days.to])]
    : [context.catalogue.today].filter(Boolean);
  return [card.name, ...when].join("_") + "." + ending;
}

function csvCell(value, kind) {
  // A spreadsheet would run a text that begins like a formula.
  if (!isKnown(value)) return "";
  const text = String(value);
  const safe = kind === "text" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}

function csv(columns, rows) {
  // RFC 4180; with a byte order mark, without which Excel takes the text for another encoding.
  const lines = rows.map((row) => row.map((value, index) => csvCell(value, columns[index].kind)).join(","));
  return "\ufeff" + [columns.map(({ name }) => csvCell(name, "text")).join(","), ...lines].join("\r\n") + "\r\n";
}

function downloadTable(card, { columns }, rows) {
  save(fileName(card, "csv"), "text/csv;charset=utf-8", csv(columns, rows));
}

function downloadSvg(card, answer) {
  save(fileName(card, "svg"), "image/svg+xml", pictureOf(card, answer, PICTURE));
}

async function downloadPng(card, answer) {
  const picture = new Image(),
    scale = 2;
  picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(pictureOf(card, answer, PICTURE));
  await picture.decode();
  const canvas = element("canvas", { width: PICTURE.width * scale, height: PICTURE.height * scale });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(fileName(card, "png"), "image/png", blob), "image/png");
}
