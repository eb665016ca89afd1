"""Which column is what: recognised headers, `--column ROLE=HEADER`, or a TOML file with the same names.

price_per = "unit"            # any option, with _ for -
timezone = "America/Toronto"
[columns]
order_id = ["Day", "Ticket"]  # only both columns together identify an order
item = "Dish"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.replay.errors import BadInput

# Compared without case, spaces and punctuation; the first one found wins.
RECOGNISED: Mapping[str, str] = {
    "order_id": "orderid order orderno ordernumber transaction transactionid ticket ticketid receipt "
    "receiptid receiptno billno billid checkid checkno invoice invoiceno invoiceid",
    "item": "itemname item menuitem product productname dish description",
    "quantity": "quantity qty units count",
    "unit_price": "unitprice priceeach priceperunit",
    "line_price": "lineprice linetotal extendedprice itemtotal totalprice",
    "price": "itemprice price",
    "date": "orderts date orderdate datetime orderdatetime timestamp transactiondate invoicedate createdat",
    "time": "time ordertime",
    "location": "locationcode location store storeid storecode restaurant restaurantid branch outlet",
    "service_type": "servicetype ordertype",
    "category": "category itemcategory menucategory",
    "menu_item_id": "menuitemid itemid productid sku",
    "customer_id": "customerid customer guestid",
    "city": "city",
    "options": "choicedescription options modifiers",
}


@dataclass(frozen=True)
class Choices:
    """What the command line and the mapping file say; the names are the keys of the file."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_per: str = "line"
    date_format: str | None = None
    timezone: str = "UTC"
    start: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    location: str = "LOC-REPLAY-001"
    service_type: str = "dine_in"
    decimal_comma: bool = False
    delimiter: str | None = None
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        _one_of("price_per", self.price_per, ("line", "unit"))
        _one_of("service_type", self.service_type, ("dine_in", "takeout", "delivery"))
        for role, names in self.columns.items():
            _one_of("a column's role", role, tuple(RECOGNISED))
            if not names or (len(names) > 1 and role != "order_id"):
                raise BadInput(f"{role} is one column: only order_id may be made of several.")
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise BadInput(f"delimiter must be one character, not {self.delimiter!r}.")
        try:
            ZoneInfo(self.timezone)
            "".encode(self.encoding)
        except (ValueError, LookupError, OSError):
            raise BadInput(f"timezone {self.timezone!r} or encoding {self.encoding!r} is unknown.") from None


@dataclass(frozen=True)
class Layout:
    """Where each thing stands in a row of this file."""

    choices: Choices
    order_id: tuple[int, ...]
    columns: Mapping[str, int]
    extra: Mapping[int, str]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.choices.timezone)

    def describe(self, header: list[str]) -> list[tuple[str, str]]:
        """(role, header) as it was understood, for the person who started it."""
        rows = [("order_id", " + ".join(header[index] for index in self.order_id))]
        rows += [(role, header[index]) for role, index in self.columns.items()]
        return rows + [("kept as it is", name) for name in self.extra.values()]


def load(path: Path) -> dict[str, Any]:
    """The values of a mapping file, ready for Choices. Raises BadInput naming a key that it does not know."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"The mapping file {path} cannot be read: {error}") from None
    known = {entry.name for entry in fields(Choices)}
    for key, value in content.items():
        _one_of(f"a key of {path}", key, tuple(sorted(known)))
        wanted = {"columns": dict, "decimal_comma": bool, "start": datetime}.get(key, str)
        if not isinstance(value, wanted):
            raise BadInput(f"{key} in {path} must be a {wanted.__name__}, not {value!r}.")
    columns = content.pop("columns", {})
    return content | {
        "columns": {role: (name,) if isinstance(name, str) else tuple(name) for role, name in columns.items()}
    }


def resolve(header: list[str], choices: Choices) -> Layout:
    """Find every column. Raises BadInput when one that was named, the order id or the item is not there."""
    normal = [_normal(name) for name in header]
    indexes_by_role = {
        role: tuple(_named(header, name) for name in names) for role, names in choices.columns.items()
    }
    for role, names in RECOGNISED.items():
        indexes_in_use = {index for indexes in indexes_by_role.values() for index in indexes}
        candidates = [normal.index(name) for name in names.split() if name in normal]
        free = [index for index in candidates if index not in indexes_in_use]
        if role not in indexes_by_role and free:
            indexes_by_role[role] = (free[0],)
    for role in ("order_id", "item"):
        if role not in indexes_by_role:
            raise BadInput(
                f"No column is recognised as {role} among {', '.join(header)}: say --column {role}=HEADER "
                "(and --delimiter, if these are not the columns)."
            )
    _choose_price(indexes_by_role, choices)
    if "date" not in indexes_by_role:
        indexes_by_role.pop("time", None)  # a time alone is no moment: kept as it is
    used = {index for indexes in indexes_by_role.values() for index in indexes}
    order_id = indexes_by_role.pop("order_id")
    columns = {role: indexes[0] for role, indexes in indexes_by_role.items()}
    extra = {index: name for index, name in enumerate(_distinct(header)) if index not in used}
    return Layout(choices, order_id, columns, extra)


def _choose_price(indexes_by_role: dict[str, tuple[int, ...]], choices: Choices) -> None:
    """A header like `item_price` does not say whether it is of one or of the line: --price-per does."""
    price = indexes_by_role.pop("price", None)
    role = f"{choices.price_per}_price"
    clear = "unit_price" in indexes_by_role or "line_price" in indexes_by_role
    if price is not None and (not clear or "price" in choices.columns):
        indexes_by_role.setdefault(role, price)


def _named(header: list[str], name: str) -> int:
    stripped = [title.strip() for title in header]
    if name.strip() in stripped:
        return stripped.index(name.strip())
    raise BadInput(f"There is no column {name!r}: the file has {', '.join(stripped)}.")


def _distinct(header: list[str]) -> list[str]:
    """Names under which extra columns are kept: never empty, never the same twice."""
    names: list[str] = []
    for number, title in enumerate(header, start=1):
        name = title.strip()
        names.append(name if name and name not in names else f"{name} (column {number})".strip())
    return names


def _normal(title: str) -> str:
    return "".join(character for character in title.casefold() if character.isalnum())


def _one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadInput(f"{what} must be one of {', '.join(allowed)}, not {value!r}.")
