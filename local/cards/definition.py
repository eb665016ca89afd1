"""A card's SQL file: a header (see sql_header.py) says what it is, the rest is one SELECT.

    -- title: Orders by hour
    -- chart: bar
    -- x: hour
    -- y: orders
    -- formats: tips money, share percent
    -- restaurant: analytics.hourly_sales.location_code
    -- description: A sentence, which may go on
    --   in lines that are indented further.
    SELECT ... [[AND {{restaurant}}]]

`chart` has Metabase's names: scalar (the first `y` large, the other columns beside it), bar and line (`x` along,
each `y` or each value of `series` a colour), row (bars lying down), scatter (`x` and `y` numbers), table. Two names
are our own: heatmap (`x` along, the first `y` down, the second one the colour) and status (a list of ok, warn and
error). `unit` is the format of each `y`, `formats` that of other columns. `compare` is the column with which the figure
of a scalar is compared. `width` is a quarter, a half or the whole of a row. The folder is the dashboard, `tab` a page
of it. Filters: see filters.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.cards import filters
from local.errors import StackError
from restaurant_warehouse.sql_header import Header, HeaderError, read

FOLDER = Path(__file__).parents[2] / "sql" / "dashboards"
CHARTS = ("scalar", "bar", "row", "line", "scatter", "heatmap", "table", "status")
UNITS = ("count", "money", "percent", "rating", "duration", "weekday", "hour")
WIDTHS = ("quarter", "half", "full")
_REQUIRED = frozenset({"title", "chart", "description"})
_OPTIONAL = frozenset({"x", "y", "series", "unit", "formats", "tab", "compare", "width", *filters.FILTERS})
KEYS = _REQUIRED | _OPTIONAL
"""What a header may name."""
_NEEDED: dict[str, frozenset[str]] = {
    "table": frozenset(),
    "status": frozenset(),
    "scalar": frozenset({"y"}),
}
_WIDTH = {"scalar": "quarter", "table": "full", "status": "full"}


class CardError(StackError):
    """A card's file is not as it must be; says which file and what to change."""


@dataclass(frozen=True)
class Card:
    """One card; `name` is the file's name without its number. `template` is its SELECT with the filters."""

    name: str
    title: str
    chart: str
    description: str
    template: str
    x: str | None = None
    y: tuple[str, ...] = ()
    series: str | None = None
    unit: str = "count"
    dashboard: str = ""
    tab: str | None = None
    formats: Mapping[str, str] = field(default_factory=dict)
    """The format of each column that is not a plain count: one of UNITS."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """The filters of the SQL, and the column that each restricts: schema.view.column."""
    compare: str | None = None
    """The column with which the figure of a scalar is compared."""
    width: str = "half"

    @property
    def sql(self) -> str:
        """The SELECT while no filter has a value."""
        return filters.without(self.template)


def load(folder: Path = FOLDER) -> dict[str, Card]:
    """Every card by name, in the order of the files' numbers, whichever folder they are in. Raises CardError."""
    cards: dict[str, Card] = {}
    for file in sorted(folder.glob("*/*.sql"), key=lambda file: file.name):
        card = parse(file.name, file.read_text(encoding="utf-8"), dashboard=file.parent.name)
        if card.name in cards:
            raise CardError(
                f"{file.name}: there is a card {card.name} already: give one of them another name."
            )
        cards[card.name] = card
    if not cards:
        raise CardError(f"There are no cards in {folder}: restore the folder from the repository.")
    return cards


def parse(file_name: str, text: str, dashboard: str = "") -> Card:
    """The card that a file describes. Raises CardError."""
    try:
        return _card(read(file_name, text, required=_REQUIRED, optional=_OPTIONAL), dashboard)
    except HeaderError as error:
        raise CardError(str(error)) from error


def _card(header: Header, dashboard: str) -> Card:
    chart = header.one_of("chart", CHARTS)
    header.need(_NEEDED.get(chart, {"x", "y"}), f"a {chart}")
    values = header.values
    y = _y(header, chart)
    unit = header.one_of("unit", UNITS, default="count")
    return Card(
        name=re.sub(r"^\d+_", "", Path(header.file).stem),
        title=values["title"],
        chart=chart,
        description=values["description"],
        template=header.sql,
        x=values.get("x"),
        y=y,
        series=values.get("series"),
        unit=unit,
        dashboard=dashboard,
        tab=values.get("tab"),
        formats=({} if unit == "count" else dict.fromkeys(y, unit)) | _formats(header),
        filters=_filters(header),
        compare=_compare(header, chart),
        width=header.one_of("width", WIDTHS, default=_WIDTH.get(chart, "half")),
    )


def _y(header: Header, chart: str) -> tuple[str, ...]:
    y = tuple(name.strip() for name in header.values.get("y", "").split(",") if name.strip())
    if chart == "heatmap" and len(y) != 2:
        raise header.wrong("y", "two columns of a heatmap: the one down, and the value")
    return y


def _compare(header: Header, chart: str) -> str | None:
    if "compare" in header.values and chart != "scalar":
        raise header.wrong(
            "compare", "a line of a scalar only; a chart is compared with the days before by the page"
        )
    return header.values.get("compare")


def _formats(header: Header) -> dict[str, str]:
    formats = {}
    for pair in header.values.get("formats", "").split(","):
        column, _, unit = pair.strip().partition(" ")
        if column and unit not in UNITS:
            raise header.wrong("formats", f"a list such as 'tips money', each one of {', '.join(UNITS)}")
        if column:
            formats[column] = unit
    return formats


def _filters(header: Header) -> dict[str, str]:
    name = filters.outside(header.sql)
    if name is not None:
        raise HeaderError(
            f"{header.file}: the filter {name} must be optional: write [[AND {{{{{name}}}}}]] in the SQL."
        )
    used = filters.used(header.sql)
    if unknown := sorted(used - filters.FILTERS.keys()):
        known = ", ".join(filters.FILTERS)
        raise HeaderError(f"{header.file}: there is no filter {unknown[0]}: write one of {known}.")
    header.need(used, "this SQL")
    columns = {name: header.values[name] for name in filters.FILTERS if name in header.values}
    for name, column in columns.items():
        if not filters.COLUMN.fullmatch(column):
            raise header.wrong(name, "the column that it restricts, as schema.view.column")
        if name not in used:
            raise HeaderError(
                f"{header.file}, line {header.lines[name]}: the SQL does not use the filter {name}: "
                f"write [[AND {{{{{name}}}}}]] there, or delete the line."
            )
    return columns
