"""The results of a run: tables for people, JSON for machines, and a picture of the ratios."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench.measuring.figures import Row


@dataclass
class Report:
    """The rows so far, the machine, and the suites that failed."""

    machine: Mapping[str, object]
    quick: bool
    rows: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """By name of the suite, why it ended early."""
    seconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        return {
            "machine": dict(self.machine),
            "quick": self.quick,
            "seconds": round(self.seconds, 1),
            "rows": [row.as_json() for row in self.rows],
            "failed": self.failed,
        }

    def write(self, path: Path) -> None:
        """Write JSON, and the tables as Markdown beside it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")
        path.with_suffix(".md").write_text(as_markdown(self.rows), encoding="utf-8")


def show(rows: Sequence[Row], console: Console) -> None:
    """Print one table per suite: the medians with their extremes."""
    for suite, head, body, notes in _tables(rows):
        table = Table(title=suite, title_justify="left")
        for number, name in enumerate(head):
            table.add_column(name, justify="right" if number else "left")
        for cells in body:
            table.add_row(*map(escape, cells))
        console.print(table)
        for note in notes:
            console.print(f"  [dim]{escape(note)}[/]", highlight=False)


def as_markdown(rows: Sequence[Row]) -> str:
    """The same tables as Markdown."""
    parts = []
    for suite, head, body, notes in _tables(rows):
        lines = [" | ".join(cells) for cells in (head, ["---", *["---:"] * (len(head) - 1)], *body)]
        table = "\n".join(f"| {line} |" for line in lines)
        parts += [f"### {suite}", table, *(f"- {note}" for note in notes)]
    return "\n\n".join(parts) + "\n"


def _tables(rows: Sequence[Row]) -> Iterator[tuple[str, list[str], list[list[str]], list[str]]]:
    """Per suite: its name, the head of its table, the cells, and the notes."""
    for suite, rows_of_suite in groupby(rows, key=lambda row: row.suite):
        of_suite = list(rows_of_suite)
        names = list(dict.fromkeys(name for row in of_suite for name in row.figures))
        head = ["case"]
        for name in names:
            units = {row.figures[name].unit for row in of_suite if name in row.figures}
            unit = units.pop() if len(units) == 1 else ""
            head.append(name if unit in ("", name) else f"{name} {unit}")
        body = [
            [row.case, *(row.figures[n].text() if n in row.figures else "" for n in names)]
            for row in of_suite
        ]
        yield suite, head, body, [f"{row.case}: {row.note}" for row in of_suite if row.note]


def draw(rows: Sequence[Row], path: Path) -> bool:
    """Draw the ratios as bars in one SVG; False without ratios."""
    import matplotlib as mpl  # noqa: PLC0415 - it takes half a second, and only a picture needs it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    bars = [
        (f"{row.suite}: {row.case} · {name}", figure.median, figure.least, figure.greatest)
        for row in rows
        for name, figure in row.figures.items()
        if figure.unit == "×"
    ]
    if not bars:
        return False
    labels, medians, least, greatest = zip(*reversed(bars), strict=True)
    errors = [
        [m - x for m, x in zip(medians, least, strict=True)],
        [x - m for m, x in zip(medians, greatest, strict=True)],
    ]
    figure, axes = plt.subplots(figsize=(9, 1 + 0.3 * len(bars)), layout="constrained")
    axes.barh(labels, medians, xerr=errors, color="#4c78a8", ecolor="#333333", height=0.7)
    axes.set_xscale("log")
    axes.axvline(1, color="#333333", linewidth=0.8)
    axes.set_xlabel("ratio (median, least and greatest)")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
    return True
