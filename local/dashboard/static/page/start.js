// The page itself: what is chosen, the cards of the dashboard, and what the one connection brings.

const context = { catalogue: null, choice: null, restaurants: new Map() };
const RETRY = 3000;

class Page {
  constructor() {
    const node = (id) => document.getElementById(id);
    Object.assign(this, {
      grid: node("cards"),
      trouble: node("trouble"),
      checks: node("checks"),
      moment: node("moment"),
    });
    this.views = new Map();
    this.filters = new Filters(node("filters"), (change) => this.choose(change));
    this.updates = new Updates(
      (name, data) => this.receive(name, data),
      () => this.lose(),
    );
    window.addEventListener("popstate", () => this.goTo(location.search));
    new ResizeObserver(() => this.arrange()).observe(this.grid);
    this.down = new Set();
    this.button = node("pause");
    this.button.addEventListener("click", () => this.pause(!this.updates.paused));
    watchMenus();
    watchTheme(() => this.views.forEach((view) => view.redraw()));
  }

  async load() {
    // The catalogue; again until it comes.
    try {
      const catalogue = await ask("/api/page");
      context.catalogue = catalogue;
      context.restaurants = new Map(catalogue.restaurants.map((restaurant) => [restaurant.code, restaurant]));
      this.report("");
      this.goTo(location.search);
      this.views.forEach((view) => view.redraw());
    } catch (error) {
      this.report(error.message);
      setTimeout(() => this.load(), RETRY);
    }
  }

  pause(paused) {
    this.button.setAttribute("aria-pressed", String(paused));
    this.updates.pause(paused);
  }

  choose(change) {
    // A change of a filter is a new address, and a step that the browser's back button undoes.
    context.choice = { ...context.choice, ...change };
    const address = writeAddress(context.choice);
    if (address !== location.search) history.pushState(null, "", address);
    this.show();
  }

  goTo(search) {
    context.choice = readAddress(search, context.catalogue);
    this.show();
  }

  show() {
    const { catalogue, choice } = context;
    const dashboard = catalogue.dashboards.find(({ name }) => name === choice.dashboard);
    const filters = filtersOf(dashboard, catalogue);
    this.showDashboards(catalogue, choice);
    this.filters.show(choice, filters, catalogue);
    const title = dashboard ? dashboard.title : "No dashboard";
    setText(document.getElementById("title"), title);
    document.title = title + " · Restaurant warehouse";
    this.cards = dashboard ? dashboard.cards.map((name) => catalogue.cards[name]) : [];
    const isNew = this.showCards();
    const values = requestQuery(choice, filters, catalogue.today);
    const address = "/api/updates?" + new URLSearchParams([["dashboard", choice.dashboard], ...values]);
    // A new card gets its rows only from a new connection.
    if (!dashboard || (address === this.updates.address && !isNew)) return;
    this.views.forEach((view) => view.wait());
    this.updates.show(address);
    this.pause(false);
  }

  showDashboards(catalogue, choice) {
    const create = ({ name }) => {
      const link = element("a", {});
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.choose({ dashboard: name });
      });
      return link;
    };
    reconcile(
      document.getElementById("dashboards"),
      catalogue.dashboards,
      ({ name }) => name,
      create,
      (link, { name, title }) => {
        setText(link, title);
        link.href = writeAddress({ ...choice, dashboard: name });
        if (name === choice.dashboard) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      },
    );
  }

  showCards() {
    const views = new Map();
    const create = (item) => {
      if (item.heading) return element("h2", { className: "tab", textContent: item.heading });
      views.set(item.name, new CardView(item));
      return views.get(item.name).node;
    };
    // A card whose definition has changed is another card.
    const keyOf = (item) => item.name + JSON.stringify(item);
    reconcile(this.grid, this.items(), keyOf, create, (node, item) => {
      if (item.name && !views.has(item.name)) views.set(item.name, this.views.get(item.name));
    });
    for (const [name, view] of this.views) if (views.get(name) !== view) view.dispose();
    const isNew = this.cards.some(({ name }) => this.views.get(name) !== views.get(name));
    this.views = views;
    this.arrange();
    return isNew;
  }

  items() {
    // The cards, and a heading wherever another tab of the dashboard begins.
    return this.cards.flatMap((card, index) => {
      const before = index ? this.cards[index - 1].tab : null;
      return card.tab && card.tab !== before ? [{ heading: card.tab, width: "full" }, card] : [card];
    });
  }

  arrange() {
    if (this.cards) arrange(this.grid, this.items());
  }

  receive(name, data) {
    const view = this.views.get(data.name);
    if (name === "card" && view) this.receiveCard(view, data);
    if (name === "failure") this.fail(view, data);
    if (name === "status") showChecks(this.checks, checksOf(data));
    if (name === "page") this.load();
    if (name === "tick" && !this.down.size) this.report("");
    if (data.taken_at)
      setText(this.moment, "As of " + timeFormat({ timeStyle: "medium" }).format(new Date(data.taken_at)) + " UTC");
  }

  receiveCard(view, data) {
    view.receive(data);
    // The last card that failed with the database is back: so are the others, whose figures have not changed.
    if (this.down.delete(data.name) && !this.down.size) this.views.forEach((each) => each.fresh());
    if (!this.down.size) this.report("");
  }

  fail(view, { name, status, detail }) {
    // While the database is down the last figures stay, under one sentence; one card's failure is that card's.
    if (status === 503 && view) {
      this.down.add(name);
      this.views.forEach((each) => each.stale());
      this.report(detail + " This page goes on by itself.");
    } else if (view) {
      this.down.delete(name);
      view.fail(detail);
    }
  }

  async lose() {
    this.down.clear();
    const reason = await ask("/api/page").then(
      () => "",
      (error) => error.message + " This page goes on by itself.",
    );
    if (reason) this.views.forEach((view) => view.stale());
    this.report(reason);
  }

  report(sentence) {
    setText(this.trouble, sentence);
    this.trouble.hidden = !sentence;
  }
}

new Page().load();
