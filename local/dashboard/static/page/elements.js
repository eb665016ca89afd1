// Building and updating the document. A node whose data are the same is never built again, so nothing flickers.

function element(tag, properties, ...children) {
  const { attributes = {}, ...own } = properties || {};
  const node = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function drawing(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const ICONS = {
  info: ["M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5z", "M8 7.25v3.5", "M8 5v.3"],
  more: ["M3.5 8h.01", "M8 8h.01", "M12.5 8h.01"],
  up: ["M8 12.5v-9", "M4 7.5l4-4l4 4"],
  down: ["M8 3.5v9", "M4 8.5l4 4l4-4"],
  same: ["M3.5 8h9"],
  ok: ["M3.5 8.5l3 3l6-7"],
  warn: ["M8 2.5l6 11h-12z", "M8 6.5v3", "M8 11.6v.1"],
  error: ["M4 4l8 8", "M12 4l-8 8"],
};

function icon(name) {
  const paths = ICONS[name].map((d) => drawing("path", { d }));
  return drawing("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, ...paths);
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function reconcile(parent, items, keyOf, create, update) {
  // The parent's children become one node per item, in order; nodes of items that stay are kept and updated.
  const nodes = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const node = nodes.get(key) || create(item);
    nodes.delete(key);
    node.dataset.key = key;
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
    update(node, item);
  }
  for (const node of nodes.values()) node.remove();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

function watchMenus() {
  // A menu closes by a click elsewhere, by Escape, and when the focus leaves it.
  document.addEventListener("pointerdown", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement.closest("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });
}
