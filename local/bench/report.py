"""What a run of the bench came to: tables for people, JSON for machines, and a picture of the ratios."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.bench.figures import Row


@dataclass
class Report:
    """The rows so far, what they were measured on, and what could not be measured."""

    machine: Mapping[str, object]
    quick: bool
    rows: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Why a suite ended early."""
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
        """As JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")


def show(rows: Sequence[Row], console: Console) -> None:
    """One table a suite: the median, and behind it the extremes."""
    for suite, found in groupby(rows, key=lambda row: row.suite):
        of_suite = list(found)
        names = list(dict.fromkeys(name for row in of_suite for name in row.figures))
        table = Table(title=suite, title_justify="left")
        table.add_column("case")
        for name in names:
            units = {row.figures[name].unit for row in of_suite if name in row.figures}
            unit = units.pop() if len(units) == 1 else ""
            table.add_column(name if unit in ("", name) else f"{name} {unit}", justify="right")
        for row in of_suite:
            cells = [row.figures[name].text() if name in row.figures else "" for name in names]
            table.add_row(escape(row.case), *cells)
        console.print(table)
        for row in of_suite:
            if row.note:
                console.print(f"  [dim]{escape(row.case)}: {escape(row.note)}[/]", highlight=False)


def draw(rows: Sequence[Row], path: Path) -> bool:
    """The ratios as bars, in one SVG; False when there are none to draw."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second that only a picture is worth

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
