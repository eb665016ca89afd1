// Checks, each with its grade in a colour, a sign and a word.

class StatusView {
  constructor() {
    this.node = element("ul", { className: "checklist wide" });
  }

  update(answer) {
    reconcile(
      this.node,
      checksOf(answer),
      (item) => item.check || item.component,
      () => element("li"),
      checkItem,
    );
  }
}
