// Rows that can be sorted, with totals; a shadow shows where there is more to scroll to.

const LONG = 80;

class TableView {
  constructor(card) {
    this.card = card;
    this.sort = null;
    this.head = element("tr");
    this.rows = element("tbody");
    this.totals = element("tfoot");
    const table = element(
      "table",
      {},
      element("caption", { className: "unseen", textContent: card.title }),
      element("thead", {}, this.head),
      this.rows,
      this.totals,
    );
    this.scroll = element(
      "div",
      { className: "scroll", tabIndex: 0, attributes: { role: "region", "aria-label": card.title + ", table" } },
      table,
    );
    this.node = element("div", { className: "rows" }, this.scroll);
    this.scroll.addEventListener("scroll", () => this.showShadows(), { passive: true });
    this.observer = new ResizeObserver(() => this.showShadows());
    for (const node of [this.scroll, table]) this.observer.observe(node);
  }

  update(answer) {
    this.answer = answer;
    const { columns } = answer;
    reconcile(
      this.head,
      columns,
      (column) => column.name,
      (column) => this.buildHeading(column, columns),
      (node, column) => {
        const order = this.sort && this.sort.name === column.name ? this.sort.order : "none";
        if (node.getAttribute("aria-sort") !== order) node.setAttribute("aria-sort", order);
      },
    );
    const rows = this.sorted(answer).map((values, index) => ({ key: index, values }));
    reconcile(
      this.rows,
      rows,
      ({ key }) => key,
      () => element("tr"),
      (node, { values }) => this.fill(node, columns, values),
    );
    const totals = totalRows(this.card, columns, answer.rows);
    reconcile(
      this.totals,
      totals,
      ({ key }) => key,
      () => element("tr"),
      (node, { values, title }) => this.fill(node, columns, values, title),
    );
  }

  buildHeading(column, columns) {
    const button = element(
      "button",
      { type: "button" },
      element("span", { textContent: heading(column.name, columns) }),
      icon("up"),
    );
    button.addEventListener("click", () => {
      const descending =
        this.sort && this.sort.name === column.name ? this.sort.order === "ascending" : column.kind === "number";
      this.sort = { name: column.name, order: descending ? "descending" : "ascending" };
      this.update(this.answer);
    });
    return element("th", { scope: "col", className: column.kind }, button);
  }

  fill(node, columns, values, title) {
    // Cells whose text is the same are left alone.
    const cells = columns.map((column, index) => ({ column, index }));
    const first = values[0] === undefined && title;
    reconcile(
      node,
      cells,
      ({ index }) => index,
      ({ index }) => (title && !index ? element("th", { scope: "row" }) : element("td")),
      (cell, { column, index }) => {
        const blank = values[index] === undefined;
        const text = blank ? "" : cellText(this.card, columns, values, index);
        setText(cell, !index && title ? (first ? title : title + " " + text) : text);
        cell.className = column.kind + (text === UNKNOWN && !isKnown(values[index]) ? " unknown" : "") + (text.length > LONG ? " long" : "");
        if (column.name === "location_code" && title === undefined) cell.classList.add("code");
      },
    );
  }

  sorted({ columns, rows }) {
    // What is unknown comes last, in both orders.
    if (!this.sort) return rows;
    const place = indexOf(columns, this.sort.name),
      sign = this.sort.order === "ascending" ? 1 : -1;
    if (place < 0) return rows;
    const { kind } = columns[place],
      order = new Intl.Collator(undefined, { numeric: true });
    const compare =
      kind === "number"
        ? (one, other) => Number(one) - Number(other)
        : (one, other) => order.compare(label(one), label(other));
    return [...rows].sort((one, other) => {
      const [left, right] = [one[place], other[place]];
      if (!isKnown(left) || !isKnown(right)) return isKnown(right) - isKnown(left);
      return sign * compare(left, right);
    });
  }

  showShadows() {
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = this.scroll;
    this.node.classList.toggle("more-left", scrollLeft > 1);
    this.node.classList.toggle("more-right", scrollLeft + clientWidth < scrollWidth - 1);
    this.node.classList.toggle("more-below", scrollTop + clientHeight < scrollHeight - 1);
  }

  dispose() {
    this.observer.disconnect();
  }
}
