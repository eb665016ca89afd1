// What is under the pointer, as nodes of the document: markup with styles in it would be refused by the page's policy.

function tipNode({ title, lines }) {
  const row = ({ name, colour, text, before, change }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, ...(colour ? [swatch(colour)] : []), name),
      element("td", { textContent: text, className: text === UNKNOWN ? "unknown" : "" }),
      ...(before === undefined
        ? []
        : [
            element("td", { className: "former", textContent: before }),
            element("td", { className: "former", textContent: change || "" }),
          ]),
    );
  const compared = lines.some(({ before }) => before !== undefined);
  const heads = ["", "Now", "Before", ""].map((textContent) => element("td", { textContent }));
  const head = compared ? [element("thead", {}, element("tr", {}, ...heads))] : [];
  return element(
    "div",
    { className: "tip" },
    element("p", { textContent: title }),
    element("table", {}, ...head, element("tbody", {}, ...lines.map(row))),
  );
}

function tipText({ title, lines }) {
  // The same for a screen reader.
  return (
    title +
    ": " +
    lines
      .map(({ name, text, before }) => name + " " + text + (before === undefined ? "" : ", before " + before))
      .join("; ")
  );
}

function swatch(colour, shade = 1) {
  const node = element("i", { className: "swatch", attributes: { "aria-hidden": "true" } });
  node.style.background = colour;
  node.style.opacity = shade;
  return node;
}
