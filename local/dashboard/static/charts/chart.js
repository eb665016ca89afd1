// A chart in a card: drawn once, then updated in place. The keyboard reads its points, and its legend hides series.

const PICTURES = {
  bar: barPicture,
  line: linePicture,
  row: rowPicture,
  scatter: scatterPicture,
  heatmap: heatmapPicture,
};
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class ChartView {
  constructor(card) {
    this.card = card;
    this.hidden = new Set();
    this.plot = element("div", {
      className: "plot",
      tabIndex: 0,
      attributes: {
        role: "application",
        "aria-roledescription": "chart",
        "aria-label": card.title + ". Arrow keys read the points, plus and minus zoom. The menu shows it as a table.",
      },
    });
    this.reading = element("p", { className: "unseen", attributes: { "aria-live": "polite" } });
    this.legend = element("ul", { className: "legend", attributes: { "aria-label": "Series" } });
    this.notes = element("p", { className: "notes" });
    this.node = element("div", { className: "chart-view" }, this.legend, this.plot, this.notes, this.reading);
    this.plot.addEventListener("keydown", (event) => this.press(event));
    this.plot.addEventListener("blur", () => this.leave());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.plot);
  }

  update(answer) {
    this.answer = answer;
    this.picture = PICTURES[this.card.chart](this.card, answer, this.hidden);
    const height = this.picture.height + "px";
    if (this.plot.style.minHeight !== height) this.plot.style.minHeight = height;
    if (!this.chart) this.chart = echarts.init(this.plot, null, { renderer: "svg" });
    else this.resize();
    this.chart.setOption(this.complete(this.picture.option), {
      replaceMerge: ["series", "dataZoom", "grid", "xAxis", "yAxis"],
    });
    this.showLegend();
    this.showNotes();
  }

  resize() {
    const { chart, plot } = this;
    if (chart && (chart.getWidth() !== plot.clientWidth || chart.getHeight() !== plot.clientHeight)) chart.resize();
  }

  complete(option) {
    const { card, line } = theme();
    // `confine` also keeps ECharts from drawing an arrow, whose markup has a style that the policy refuses.
    const tooltip = {
      ...option.tooltip,
      confine: true,
      appendTo: document.body,
      className: "tip-box",
      backgroundColor: card,
      borderColor: line,
      borderWidth: 1,
      padding: 0,
      transitionDuration: 0,
      textStyle: textStyle(theme().ink, 13),
      formatter: (items) => tipNode(this.picture.tip(Array.isArray(items) ? items[0] : items)),
    };
    return {
      ...option,
      tooltip,
      animation: !STILL.matches,
      animationDuration: 0,
      animationDurationUpdate: 250,
      textStyle: textStyle(),
    };
  }

  showLegend() {
    this.legend.hidden = !this.picture.legend.length;
    const create = ({ key }) => {
      const button = element("button", { type: "button" });
      button.addEventListener("click", () => this.toggle(key));
      return element("li", {}, button);
    };
    reconcile(
      this.legend,
      this.picture.legend,
      ({ key }) => key,
      create,
      (node, { key, name, colour, shade }) => {
        const button = node.firstElementChild;
        button.setAttribute("aria-pressed", String(!this.hidden.has(key)));
        if (button.dataset.content === name + colour) return;
        button.dataset.content = name + colour;
        button.replaceChildren(swatch(colour, shade), name);
      },
    );
  }

  showNotes() {
    const { compared, scale } = this.picture;
    const kind = { line: "Dashed", scatter: "Hollow" }[this.card.chart] || "Faded";
    const texts = compared
      ? [kind + ": " + comparisonWords(context.choice, context.catalogue.today).replace("against ", "")]
      : [];
    this.notes.hidden = !texts.length && !scale;
    const content = JSON.stringify([texts, scale]);
    if (this.notes.dataset.content === content) return;
    this.notes.dataset.content = content;
    const ramp = scale
      ? [
          element("span", { textContent: scale.name }),
          scale.low,
          element("i", { className: "ramp", attributes: { "aria-hidden": "true" } }),
          scale.high,
        ]
      : [];
    this.notes.replaceChildren(...texts, ...ramp);
  }

  toggle(key) {
    // The last series stays: an empty chart would say nothing.
    if (this.hidden.has(key)) this.hidden.delete(key);
    else if (this.picture.legend.filter((item) => !this.hidden.has(item.key)).length > 1) this.hidden.add(key);
    this.update(this.answer);
  }

  press(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const zooms = { "+": 0.6, "=": 0.6, "-": 1 / 0.6, 0: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.read(steps[event.key]);
    else if (event.key in zooms) this.zoom(zooms[event.key]);
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }

  read(step) {
    const { places, tip } = this.picture;
    if (!places.length) return;
    const start = step > 0 ? -1 : places.length;
    this.place = Math.max(0, Math.min(places.length - 1, (this.place === undefined ? start : this.place) + step));
    this.chart.dispatchAction({ type: "showTip", ...places[this.place] });
    setText(this.reading, tipText(tip(places[this.place])));
  }

  zoom(factor) {
    const [zoom] = this.chart.getOption().dataZoom || [];
    if (!zoom) return;
    const middle = (zoom.start + zoom.end) / 2,
      half = Math.min(50, ((zoom.end - zoom.start) / 2) * factor);
    const start = Math.max(0, Math.min(100 - 2 * half, middle - half));
    this.chart.dispatchAction({ type: "dataZoom", start, end: start + 2 * half });
  }

  leave() {
    this.place = undefined;
    if (this.chart) this.chart.dispatchAction({ type: "hideTip" });
  }

  dispose() {
    this.observer.disconnect();
    if (this.chart) this.chart.dispose();
  }
}
