"""A CSV file of restaurants. All its mistakes are reported together, by line, column and value.

    location_code,name,city,time_zone,close_out,currency
    LOC-ON-001,King Street,Toronto,America/Toronto,04:00,CAD

`location_code` and `time_zone` are required. Values of columns that the file does not have stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sql.tool.errors import BadLocationsError

COLUMNS = ("location_code", "name", "city", "time_zone", "close_out", "currency")
REQUIRED = ("location_code", "time_zone")
MIDNIGHT = "00:00"
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?")
_WANTED = {
    "location_code": "give the code that its events carry, e.g. LOC-ON-001",
    "time_zone": "give its time zone, e.g. America/Toronto",
}

Values = dict[str, str | None]  # by column


@dataclass(frozen=True, slots=True)
class Entry:
    """One restaurant of a file, and its line."""

    line: int
    values: Values

    @property
    def code(self) -> str:
        return self.values["location_code"] or ""


def read(name: str, content: bytes) -> list[Entry]:
    """The restaurants of a file. Raises BadLocationsError when any part of it is invalid."""
    rows = _rows(name, _text(name, content))
    first = next(rows, None)
    if first is None:
        raise BadLocationsError(f"{name} is empty: its first line names the columns, {','.join(COLUMNS)}.")
    line, header = first
    columns = [cell.strip() for cell in header]
    problems = _of_header(line, columns)
    if problems:
        raise BadLocationsError.of(name, problems)
    entries: list[Entry] = []
    for line, cells in rows:
        if len(cells) == len(columns):
            entry = Entry(
                line, {column: _cell(column, cell) for column, cell in zip(columns, cells, strict=True)}
            )
            problems += _of_entry(entry)
            entries.append(entry)
        else:
            problems.append(f"line {line}: {len(cells)} cells where the header has {len(columns)}: "
                            "put a cell that contains a comma into double quotes")  # fmt: skip
    problems += _repeated(entries)
    if problems:
        raise BadLocationsError.of(name, problems)
    return entries


def time_of_day(text: str) -> str | None:
    """The time in the form of this file, without zero seconds; None when the text is no time of day."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, seconds = match.groups(default=":00")
    return f"{int(hour):02}:{minute}{seconds.removesuffix(':00')}"


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadLocationsError(
            f"{name}, line {line}: the byte 0x{error.object[error.start]:02x} is not UTF-8: "
            "save the file as CSV in UTF-8."
        ) from error


def _rows(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its first line, without blank lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    first_line = 1
    try:
        for cells in reader:
            if cells:
                yield first_line, cells
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise BadLocationsError(
            f"{name}, line {first_line}: not CSV ({error}): check whether each opening double quote has a closing one."
        ) from error


def _of_header(line: int, columns: list[str]) -> list[str]:
    known = f"the columns are {', '.join(COLUMNS)}, separated by commas"
    unknown = [column for column in dict.fromkeys(columns) if column not in COLUMNS]
    twice = [column for column in COLUMNS if columns.count(column) > 1]
    missing = [column for column in REQUIRED if column not in columns]
    return [
        *(f"line {line}: there is no column {column!r}: {known}" for column in unknown),
        *(f"line {line}: the column {column} is there twice: remove one of them" for column in twice),
        *(f"line {line}: the column {column} is missing: {_WANTED[column]}" for column in missing),
    ]


def _cell(column: str, cell: str) -> str | None:
    """Strip the space around a cell, except around a code: there it is an error, which `_of_entry` reports."""
    if column == "location_code":
        return cell
    if column == "close_out":
        return MIDNIGHT if not cell.strip() else time_of_day(cell.strip()) or cell
    return cell.strip() or None


def _of_entry(entry: Entry) -> list[str]:
    messages = []
    for column, value in entry.values.items():
        remedy = ""
        if column in REQUIRED and not (value or "").strip():
            remedy = f"is empty: {_WANTED[column]}"
        elif "\0" in (value or ""):
            remedy = "contains a NUL byte: remove it"
        elif column == "location_code" and value != entry.code.strip():
            remedy = "has space around it: remove that"
        elif column == "close_out" and time_of_day(value or "") is None:
            remedy = "is not a time of day: write it like 04:00, and midnight 00:00"
        if remedy:
            messages.append(f"line {entry.line}, {column}: {value or ''!r} {remedy}")
    return messages


def _repeated(entries: list[Entry]) -> list[str]:
    first: dict[str, int] = {}
    messages = []
    for entry in entries:
        line = first.setdefault(entry.code, entry.line)
        if line != entry.line and entry.code.strip():
            messages.append(
                f"line {entry.line}, location_code: {entry.code!r} is also in line {line}: keep one of them"
            )
    return messages
