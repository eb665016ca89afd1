// Checks, each with its grade in a colour, a sign and a word.

class StatusView {
  constructor() {
    this.node = element("ul", { className: "checklist wide" });
  }

  update({ columns, rows }) {
    const items = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column.name, row[index]])));
    reconcile(
      this.node,
      items,
      (item) => item.check || item.component,
      () => element("li"),
      checkItem,
    );
  }
}
