"""The totals of an order history, read with csv only. It shares no code with ./stack replay or the warehouse.

    python3 tests/support/history_totals.py days FILE     day, orders
    python3 tests/support/history_totals.py items FILE    item, lines, quantity

The file has a header. An order belongs to the day of its first line, as it is written there; a line without a quantity
is one; spaces around an item's name are none of it. `--order`, `--item`, `--date` and `--quantity` name the columns.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass
class Totals:
    """Sums of one file."""

    orders: set[str] = field(default_factory=set)
    days: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    quantity: dict[str, Decimal] = field(default_factory=dict)


def totals(
    path: Path,
    order: str = "Transaction",
    item: str = "Item",
    date: str = "Date",
    quantity: str = "quantity",
) -> Totals:
    """Read the file once."""
    sums = Totals()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","):
            if row[order] not in sums.orders:
                sums.orders.add(row[order])
                sums.days[row.get(date, "")] += 1
            name = row[item].strip()
            sums.lines[name] += 1
            sums.quantity[name] = sums.quantity.get(name, Decimal(0)) + Decimal(row.get(quantity, "1"))
    return sums


def rows(sums: Totals, what: str) -> Iterator[tuple[object, ...]]:
    """Sorted by their bytes, as PostgreSQL sorts with COLLATE "C"."""
    if what == "days":
        yield from sorted(sums.days.items())
    else:
        for name in sorted(sums.lines, key=str.encode):
            yield name, sums.lines[name], sums.quantity[name]


def main() -> None:
    parser = argparse.ArgumentParser(description="What an order history adds up to.")
    parser.add_argument("what", choices=["days", "items"])
    parser.add_argument("file", type=Path)
    for column in ("order", "item", "date", "quantity"):
        parser.add_argument(f"--{column}", metavar="HEADER", default=argparse.SUPPRESS)
    options = vars(parser.parse_args())
    what, file = options.pop("what"), options.pop("file")
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows(totals(file, **options), what))


if __name__ == "__main__":
    main()
