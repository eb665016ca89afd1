"""A card's SQL file: a header (see sql_header.py) says what it is, the rest is one SELECT.

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
from restaurant_warehouse.sql_header import Header, HeaderError, read

FOLDER = Path(__file__).parents[2] / "sql" / "dashboards"
CHARTS = ("scalar", "bar", "row", "line", "table")
UNITS = ("count", "money", "percent", "rating")
_REQUIRED = frozenset({"title", "chart", "description"})
_OPTIONAL = frozenset({"x", "y", "series", "unit"})
_NEEDED: dict[str, frozenset[str]] = {"table": frozenset(), "scalar": frozenset({"y"})}


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
    """Every card by name, in the order of the files' numbers, whichever folder they are in. Raises CardError."""
    files = sorted(folder.glob("*/*.sql"), key=lambda file: file.name)
    cards = [parse(file.name, file.read_text(encoding="utf-8")) for file in files]
    if not cards:
        raise CardError(f"There are no cards in {folder}: restore the folder from the repository.")
    return {card.name: card for card in cards}


def parse(file_name: str, text: str) -> Card:
    """The card that a file describes. Raises CardError."""
    try:
        return _card(read(file_name, text, required=_REQUIRED, optional=_OPTIONAL))
    except HeaderError as error:
        raise CardError(str(error)) from error


def _card(header: Header) -> Card:
    chart = header.one_of("chart", CHARTS)
    header.need(_NEEDED.get(chart, {"x", "y"}), f"a {chart}")
    said = header.values
    return Card(
        name=re.sub(r"^\d+_", "", Path(header.file).stem),
        title=said["title"],
        chart=chart,
        description=said["description"],
        sql=header.sql,
        x=said.get("x"),
        y=tuple(name.strip() for name in said.get("y", "").split(",") if name.strip()),
        series=said.get("series"),
        unit=header.one_of("unit", UNITS, default="count"),
    )
