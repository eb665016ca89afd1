// One connection of Server-Sent Events for the whole page. It is closed while nobody looks, and comes back by itself.

const EVENTS = ["card", "failure", "status", "tick", "page"];
const SILENCE = 20000;
const FIRST_RETRY = 1000,
  LAST_RETRY = 15000;

class Updates {
  constructor(receive, lose) {
    this.receive = receive;
    this.lose = lose;
    this.address = null;
    this.paused = false;
    this.source = null;
    this.retry = FIRST_RETRY;
    document.addEventListener("visibilitychange", () => this.follow());
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", () => this.follow());
  }

  show(address) {
    this.address = address;
    this.close();
    this.follow();
  }

  pause(paused) {
    this.paused = paused;
    this.follow();
  }

  follow() {
    if (this.paused || document.hidden) this.close();
    else if (!this.source && this.address) this.open();
  }

  open() {
    clearTimeout(this.timer);
    const source = new EventSource(this.address);
    this.source = source;
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (source !== this.source) return;
        this.retry = FIRST_RETRY;
        this.watch();
        this.receive(name, JSON.parse(event.data));
      });
    }
    // The browser connects again after a broken connection, but not after an answer that is an error.
    source.addEventListener("error", () => source === this.source && this.again());
    this.watch();
  }

  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.again(), SILENCE);
  }

  again() {
    this.close();
    this.lose();
    this.timer = setTimeout(() => this.follow(), this.retry);
    this.retry = Math.min(LAST_RETRY, this.retry * 2);
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    if (this.source) this.source.close();
    this.source = null;
  }
}

async function ask(path) {
  // JSON from our own server. Throws an error whose message says what is wrong.
  let response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
  } catch {
    throw new Error("The dashboard's own server does not answer: is it running (./stack status)?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail || response.statusText);
  return body;
}
