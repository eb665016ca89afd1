
// The page: asks for the cards, then for each card's rows every five seconds. A card that fails says why and the
// others go on; while the database is down the last figures stay, dimmed, under a sentence that says so.

const EVERY = 5000;
const CHART = { bar: barChart, line: lineChart, row: rowChart };
let paused = false;

async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail || answer.statusText), { status: answer.status });
  return body;
}

function scalar(card, answer) {
  const names = answer.columns.map((column) => column.name), row = answer.rows[0];
  const value = row[names.indexOf(card.y[0])];
  const figure = element("p", { className: "figure", textContent: withUnit(value, card.unit) });
  if (value === null) figure.classList.add("unknown");
  const beside = names.filter((name) => name !== card.y[0])
    .map((name) => words(name) + ": " + formatted(card, answer.columns[names.indexOf(name)], row[names.indexOf(name)]));
  return [figure, element("p", { className: "beside", textContent: beside.join(" · ") })];
}

function health(answer) {
  const marks = { ok: "✓", warn: "!", error: "✕" };
  const entry = ([component, status, reason, remedy]) => {
    const mark = element("span", { className: "mark", textContent: (marks[status] || "?") + " " + words(component) + " " + status });
    const why = status === "ok" ? "" : " — " + [words(reason || ""), remedy].filter(Boolean).join(". ");
    return element("li", { className: status }, mark, why);
  };
  return [element("ul", { className: "health" }, ...answer.rows.map(entry))];
}

function picture(card, answer) {
  if (card.name === "health") return health(answer);
  if (!answer.rows.length) return [element("p", { className: "empty", textContent: "Nothing here yet." })];
  if (card.chart === "scalar") return scalar(card, answer);
  return card.chart === "table" ? [table(card, answer, card.title)] : CHART[card.chart](card, answer);
}

function place(card) {
  const section = element("section", { className: card.chart + (card.chart === "table" ? " wide" : "") });
  section.id = "card-" + card.name;
  const title = element("h2", { id: "title-" + card.name, textContent: card.title });
  section.setAttribute("aria-labelledby", title.id);
  const failure = element("p", { className: "failure", hidden: true });
  const body = element("div", { className: "body" }, element("p", { className: "empty", textContent: "Reading…" }));
  section.append(title, element("p", { className: "about", textContent: card.description }), failure, body);
  const figures = element("div", {});
  const alternative = card.name === "health" || CHART[card.chart];
  if (alternative) section.append(element("details", {}, element("summary", { textContent: "As a table" }), figures));
  document.getElementById("cards").append(section);
  return { card, section, failure, body, figures: alternative ? figures : null };
}

async function refresh(spot) {
  try {
    const answer = await ask("/api/cards/" + spot.card.name);
    spot.body.replaceChildren(...picture(spot.card, answer));
    if (spot.figures) redraw(spot.figures, table(spot.card, answer, spot.card.title + ", as a table"));
    spot.section.classList.remove("stale");
    spot.failure.hidden = true;
    return null;
  } catch (error) {
    spot.section.classList.add("stale");
    const whole = !error.status || error.status === 503;
    spot.failure.hidden = whole;
    spot.failure.textContent = error.message;
    return whole ? error : null;
  }
}

function redraw(holder, fresh) {
  const old = holder.firstElementChild, top = old ? old.scrollTop : 0, left = old ? old.scrollLeft : 0;
  holder.replaceChildren(fresh);
  fresh.scrollTop = top;
  fresh.scrollLeft = left;
}

function report(failure) {
  const trouble = document.getElementById("trouble"), now = new Date().toISOString().slice(11, 19) + " UTC";
  const sentence = !failure ? "" : (failure.status ? failure.message
    : "The dashboard's own server does not answer: is it running (./stack status)?") + " This page goes on by itself.";
  if (trouble.textContent !== sentence) trouble.textContent = sentence;
  trouble.hidden = !failure;
  document.getElementById("state").textContent = failure ? "Tried again at " + now : "As of " + now;
}

async function main() {
  let spots = [];
  const pause = document.getElementById("pause");
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
  });
  for (;;) {
    if (!paused && !document.hidden) {
      try {
        if (!spots.length) spots = (await ask("/api/cards")).map(place);
        report((await Promise.all(spots.map(refresh))).find(Boolean));
      } catch (error) {
        report(error);
      }
    }
    await new Promise((resolve) => { setTimeout(resolve, EVERY); });
  }
}

main();
