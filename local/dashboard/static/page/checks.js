// The line of checks that every dashboard has: the worst one in words, the others in a menu.

const GRADES = ["ok", "warn", "error"];

function gradeOf(status) {
  return GRADES.includes(status) ? status : "warn";
}

function checkItem(node, row) {
  node.className = "check " + gradeOf(row.status);
  const { status, check, component, ...reasons } = row;
  const texts = [words(check || component || ""), Object.values(reasons).filter(isKnown).join(" ")];
  if (node.dataset.content === JSON.stringify([row.status, ...texts])) return;
  node.dataset.content = JSON.stringify([row.status, ...texts]);
  node.replaceChildren(
    icon(gradeOf(row.status)),
    element(
      "span",
      {},
      element("b", { textContent: texts[0] }),
      element("span", { className: "unseen", textContent: " " + row.status + " " }),
      element("span", { className: "message", textContent: texts[1] }),
    ),
  );
}

function checksOf({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column.name, row[index]])));
}

function showChecks(menu, rows) {
  const worst = [...rows].sort(
    (one, other) => GRADES.indexOf(gradeOf(other.status)) - GRADES.indexOf(gradeOf(one.status)),
  );
  const bad = rows.filter((row) => row.status !== "ok");
  const grade = worst.length ? gradeOf(worst[0].status) : "ok";
  const more = bad.length > 1 ? " and " + (bad.length - 1) + " more" : "";
  const text = bad.length ? words(worst[0].check) + more : "All checks passed";
  menu.hidden = !rows.length;
  const summary = menu.querySelector("summary");
  if (summary.dataset.content !== grade + text) {
    summary.dataset.content = grade + text;
    summary.className = grade;
    summary.replaceChildren(icon(grade), element("span", { textContent: text }));
  }
  reconcile(
    menu.querySelector(".checklist"),
    worst,
    (row) => row.check,
    () => element("li"),
    checkItem,
  );
}
