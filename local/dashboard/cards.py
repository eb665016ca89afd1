"""A card's SQL file: a header of comments says what it is, the rest is one SELECT.

    -- title: Orders by hour
    -- chart: bar
    -- x: hour
    -- y: orders
    -- description: A sentence, which may go on
    --   in lines that are indented further.
    SELECT ...

`chart` has Metabase's names: scalar (the first `y` large, the other columns beside it), bar and line (`x` along,
each `y` or each value of `series` a colour), row (bars lying down), table.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError
from local.settings import ROOT

FOLDER = ROOT / "sql" / "dashboards"
CHARTS = ("scalar", "bar", "row", "line", "table")
UNITS = ("count", "money", "percent", "rating")
_KEYS = frozenset({"title", "chart", "description", "x", "y", "series", "unit"})
_COMMENT = re.compile(r"--(?: (?P<key>[a-z]+): (?P<value>.+)|   +(?P<more>.+))")


class CardError(StackError):
    """A card's file is not as it must be; says which file and what to change."""


@dataclass(frozen=True)
class Card:
    """One card; `name` is the file's name without its number."""

    name: str
    title: str
    chart: str
    description: str
    sql: str
    x: str | None = None
    y: tuple[str, ...] = ()
    series: str | None = None
    unit: str = "count"


def load(folder: Path = FOLDER) -> dict[str, Card]:
    """Every card by name, in the order of the files. Raises CardError."""
    cards = [parse(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))]
    if not cards:
        raise CardError(f"There are no cards in {folder}: restore the folder from the repository.")
    return {card.name: card for card in cards}


def parse(file_name: str, text: str) -> Card:
    """The card that a file describes. Raises CardError."""
    header: dict[str, str] = {}
    last = ""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("--"):
            body = "\n".join(lines[number:]).strip()
            return _card(file_name, header, body)
        found = _COMMENT.fullmatch(line.rstrip())
        if found is None or (found["more"] and not last):
            raise CardError(
                f"{file_name}, line {number + 1}: a header line is '-- key: value' or a continuation."
            )
        if found["more"]:
            header[last] += " " + found["more"]
        else:
            last = found["key"]
            header[last] = found["value"]
    raise CardError(f"{file_name} has no SQL below its header.")


def _card(file_name: str, header: dict[str, str], body: str) -> Card:
    unknown = header.keys() - _KEYS
    missing = {"title", "chart", "description"} - header.keys()
    if unknown or missing:
        raise CardError(f"{file_name}: unknown {sorted(unknown)}, missing {sorted(missing)} in the header.")
    chart, unit = header["chart"], header.get("unit", "count")
    if chart not in CHARTS or unit not in UNITS:
        raise CardError(f"{file_name}: chart is one of {', '.join(CHARTS)}; unit one of {', '.join(UNITS)}.")
    needed = {"table": set[str](), "scalar": {"y"}}.get(chart, {"x", "y"}) - header.keys()
    if needed:
        raise CardError(f"{file_name}: a {chart} needs {', '.join(sorted(needed))} in the header.")
    return Card(
        name=re.sub(r"^\d+_", "", Path(file_name).stem),
        title=header["title"],
        chart=chart,
        description=header["description"],
        sql=body,
        x=header.get("x"),
        y=tuple(name.strip() for name in header.get("y", "").split(",") if name.strip()),
        series=header.get("series"),
        unit=unit,
    )
