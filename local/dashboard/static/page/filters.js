// The controls above the cards. A control that no card of the dashboard uses is not there.

const LABELS = {
  restaurant: ["Restaurants", "All restaurants"],
  service: ["Services", "All services"],
  currency: ["Currencies", "All currencies"],
};
const LONG_LIST = 8;

class Filters {
  constructor(form, choose) {
    this.form = form;
    this.choose = choose;
    form.addEventListener("submit", (event) => event.preventDefault());
    this.period = this.buildPeriod();
    this.compare = this.buildCompare();
    this.lists = Object.fromEntries(LISTS.map((name) => [name, new ListFilter(name, choose)]));
    this.reset = element("button", { type: "button", className: "reset", textContent: "Reset filters" });
    this.reset.addEventListener("click", () =>
      choose({ ...DEFAULTS, from: null, to: null, restaurant: [], service: [], currency: [] }),
    );
    form.append(this.period, this.compare, ...LISTS.map((name) => this.lists[name].node), this.reset);
  }

  buildPeriod() {
    const option = ([value, text]) => {
      const input = element("input", { type: "radio", name: "period", value });
      input.addEventListener("change", () => this.choosePeriod(value));
      return element("label", {}, input, element("span", { textContent: text }));
    };
    const legend = element("legend", { className: "unseen", textContent: "Business days" });
    const choices = element("div", { className: "segments" }, ...PERIODS.map(option));
    this.from = this.buildDay("From");
    this.to = this.buildDay("to");
    this.days = element("div", { className: "days" }, ...[this.from, this.to].map((input) => input.parentElement));
    return element("fieldset", { className: "period" }, legend, choices, this.days);
  }

  buildDay(text) {
    const input = element("input", { type: "date", required: true });
    input.addEventListener("change", () => this.chooseDays());
    element("label", {}, element("span", { textContent: text }), input);
    return input;
  }

  buildCompare() {
    const options = Object.entries(COMPARISONS).map(([value, textContent]) =>
      element("option", { value, textContent }),
    );
    const select = element("select", { name: "compare" }, ...options);
    select.addEventListener("change", () => this.choose({ compare: select.value }));
    return element("label", { className: "compare" }, element("span", { textContent: "Compare with" }), select);
  }

  choosePeriod(period) {
    const days = daysOf(context.choice, context.catalogue.today) || { from: today(), to: today() };
    this.choose(period === "custom" ? { period, ...days } : { period, from: null, to: null });
  }

  chooseDays() {
    const [from, to] = [this.from.value, this.to.value];
    this.to.setCustomValidity(from && to && from > to ? "The last day is before the first one." : "");
    if (this.from.reportValidity() && this.to.reportValidity()) this.choose({ period: "custom", from, to });
  }

  show(choice, filters, catalogue) {
    const byDay = filters.has("day");
    this.form.hidden = !filters.size;
    this.period.hidden = this.compare.hidden = !byDay;
    for (const input of this.period.querySelectorAll("[type=radio]")) input.checked = input.value === choice.period;
    this.days.hidden = choice.period !== "custom";
    const days = daysOf(choice, catalogue.today);
    for (const [input, day] of [
      [this.from, days && days.from],
      [this.to, days && days.to],
    ]) {
      input.max = catalogue.today || "";
      if (day && document.activeElement !== input) input.value = day;
    }
    this.compare.querySelector("select").value = choice.compare;
    for (const name of LISTS) {
      this.lists[name].node.hidden = !filters.has(name);
      this.lists[name].show(choice[name], choices(name, catalogue));
    }
    this.reset.hidden = !changed(choice, filters);
  }
}

function changed(choice, filters) {
  const days = filters.has("day") && Object.keys(DEFAULTS).some((name) => choice[name] !== DEFAULTS[name]);
  return days || LISTS.some((name) => filters.has(name) && choice[name].length);
}

function today() {
  return context.catalogue.today || new Date().toISOString().slice(0, 10);
}

class ListFilter {
  // A menu of check boxes; nothing checked means everything.
  constructor(name, choose) {
    const [title, all] = LABELS[name];
    Object.assign(this, { name, choose, all, title });
    this.summary = element("summary", {});
    this.search = element("input", {
      type: "search",
      placeholder: "Search",
      hidden: true,
      attributes: { "aria-label": "Search " + title.toLowerCase() },
    });
    this.search.addEventListener("input", () => this.narrow());
    this.options = element("div", { className: "options", attributes: { role: "group", "aria-label": title } });
    this.clear = element("button", { type: "button", textContent: all });
    this.clear.addEventListener("click", () => choose({ [name]: [] }));
    this.node = element(
      "details",
      { className: "menu filter" },
      this.summary,
      element("div", { className: "sheet" }, this.search, this.options, this.clear),
    );
    this.node.dataset.filter = name;
  }

  show(chosen, options) {
    this.search.hidden = options.length <= LONG_LIST;
    this.clear.disabled = !chosen.length;
    reconcile(
      this.options,
      options,
      (option) => option.value,
      (option) => this.buildOption(option),
      (node, option) => {
        node.firstElementChild.checked = chosen.includes(option.value);
        setText(node.lastElementChild, option.text);
        node.title = option.value;
      },
    );
    const first = options.find((option) => option.value === chosen[0]);
    const text = !chosen.length
      ? this.all
      : chosen.length === 1
        ? first.text
        : chosen.length + " of " + options.length + " " + this.title.toLowerCase();
    setText(this.summary, text);
    this.node.classList.toggle("active", chosen.length > 0);
  }

  buildOption(option) {
    const input = element("input", { type: "checkbox", value: option.value });
    input.addEventListener("change", () => {
      const checked = [...this.options.querySelectorAll("input:checked")].map((box) => box.value);
      this.choose({ [this.name]: checked });
    });
    return element("label", {}, input, element("span", {}));
  }

  narrow() {
    const wanted = this.search.value.trim().toLowerCase();
    for (const node of this.options.children) {
      node.hidden = !(node.textContent + " " + node.title).toLowerCase().includes(wanted);
    }
  }
}
