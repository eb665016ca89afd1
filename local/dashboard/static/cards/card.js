// One card: its title, what can be done with it, and a body that shows the newest answer, or why there is none.

const CHARTS = new Set(["bar", "line", "row", "scatter", "heatmap"]);

class CardView {
  constructor(card) {
    this.card = card;
    this.asTable = false;
    this.views = {};
    this.heading = element("h2", { id: "title-" + card.name, textContent: card.title });
    this.about = element("p", {
      className: "about",
      id: "about-" + card.name,
      hidden: true,
      textContent: card.description,
    });
    this.failure = element("p", { className: "failure", hidden: true, attributes: { role: "status" } });
    this.empty = element("p", { className: "empty", hidden: true });
    this.body = element("div", { className: "body" });
    const head = element(
      "header",
      {},
      element("div", { className: "heading" }, this.heading),
      this.buildInfo(),
      this.buildMenu(),
    );
    this.node = element(
      "section",
      {
        className: "card waiting " + card.chart,
        id: "card-" + card.name,
        attributes: { "aria-labelledby": this.heading.id, "aria-busy": "true" },
      },
      head,
      this.about,
      this.failure,
      this.empty,
      this.body,
    );
  }

  buildInfo() {
    const button = element(
      "button",
      {
        type: "button",
        className: "quiet",
        attributes: {
          "aria-label": "What " + this.card.title + " counts",
          "aria-expanded": "false",
          "aria-controls": this.about.id,
        },
      },
      icon("info"),
    );
    button.addEventListener("click", () => {
      this.about.hidden = !this.about.hidden;
      button.setAttribute("aria-expanded", String(!this.about.hidden));
    });
    return button;
  }

  buildMenu() {
    const action = (text, act) => {
      const button = element("button", { type: "button", textContent: text });
      button.addEventListener("click", () => {
        closeMenus(null);
        this.menu.querySelector("summary").focus();
        act();
      });
      return button;
    };
    this.swap = action("Show as table", () => this.toggleTable());
    this.actions = [action("Download CSV", () => downloadTable(this.card, this.answer, this.sortedRows()))];
    if (CHARTS.has(this.card.chart)) {
      this.actions.unshift(this.swap);
      this.actions.push(action("Download PNG", () => downloadPng(this.card, this.answer)));
      this.actions.push(action("Download SVG", () => downloadSvg(this.card, this.answer)));
    }
    const summary = element(
      "summary",
      { className: "quiet", attributes: { "aria-label": "More for " + this.card.title } },
      icon("more"),
    );
    this.menu = element(
      "details",
      { className: "menu actions" },
      summary,
      element("div", { className: "sheet" }, ...this.actions),
    );
    return this.menu;
  }

  toggleTable() {
    this.asTable = !this.asTable;
    setText(this.swap, this.asTable ? "Show as chart" : "Show as table");
    this.render();
  }

  sortedRows() {
    return this.views.table ? this.views.table.sorted(this.answer) : this.answer.rows;
  }

  wait() {
    this.node.setAttribute("aria-busy", "true");
    this.node.classList.add("waiting");
  }

  stale() {
    this.node.classList.add("stale");
  }

  fresh() {
    this.node.classList.remove("stale");
  }

  receive(answer) {
    this.failure.hidden = true;
    this.node.setAttribute("aria-busy", "false");
    this.node.classList.remove("waiting", "stale", "failing");
    const content = JSON.stringify([
      answer.columns,
      answer.rows,
      answer.before,
      context.choice,
      context.catalogue.restaurants,
    ]);
    if (content === this.content) return;
    this.content = content;
    this.answer = answer;
    this.render();
  }

  fail(detail) {
    setText(this.failure, detail);
    this.failure.hidden = false;
    this.node.setAttribute("aria-busy", "false");
    this.node.classList.remove("waiting");
    this.node.classList.add("failing");
    this.content = null;
  }

  render() {
    const kind = this.asTable ? "table" : this.card.chart;
    const reason = emptyReason(this.card, this.answer, kind);
    setText(this.empty, reason);
    this.empty.hidden = !reason;
    this.body.hidden = Boolean(reason);
    for (const action of this.actions) action.disabled = !this.answer.rows.length;
    if (reason) return;
    if (!this.views[kind]) this.views[kind] = buildView(kind, this.card);
    const view = this.views[kind];
    if (this.body.firstElementChild !== view.node) this.body.replaceChildren(view.node);
    view.update(this.answer);
  }

  redraw() {
    if (this.answer && !this.body.hidden) this.render();
  }

  dispose() {
    for (const view of Object.values(this.views)) if (view.dispose) view.dispose();
  }
}

function buildView(kind, card) {
  if (CHARTS.has(kind)) return new ChartView(card);
  if (kind === "scalar" || kind === "smartscalar") return new FigureView(card);
  return kind === "status" ? new StatusView() : new TableView(card);
}
