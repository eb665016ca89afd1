"""Bytes → records with their line numbers.

Lines are read and decoded one by one, so that a line that is not text, or a quote that is never closed, costs
that line and no other. A quoted field may span lines, as RFC 4180 allows.
"""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from local.replay.errors import BadInput

LONGEST_RECORD_LINES = 100
DELIMITERS = ",\t;|"
UTF16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the number of its first line (the header's is 1), its cells, and the bytes read so far."""

    line: int
    cells: list[str]
    position: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, and why."""

    line: int
    reason: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is written."""

    delimiter: str
    encoding: str


def fingerprint(path: Path) -> str:
    """The SHA-256 of the file's content, from which every id is derived."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_history(
    file: BinaryIO, suffix: str, delimiter: str | None, encoding: str
) -> tuple[list[str], Dialect, Iterator[Record | BadRow]]:
    """The header, the dialect, and the rows after it. Raises BadInput when there is no header to be had."""
    lines = _Lines(file, encoding)
    first = lines.first_with_text()
    if first is None:
        raise BadInput("The file is empty: a header line and at least one order line are needed.")
    dialect = Dialect(delimiter or sniff_delimiter(suffix, first), encoding)
    header = _split([first], dialect.delimiter)
    if header is None:
        raise BadInput(f"The header (line {lines.number}) has a quote that is never closed.")
    return header, dialect, _records(lines, dialect.delimiter, len(header))


def sniff_delimiter(suffix: str, header: str) -> str:
    """The candidate most frequent in the header; a tie goes to what the file's name promises."""
    promised = "\t" if suffix.lower() in (".tsv", ".tab") else ","
    return max(DELIMITERS, key=lambda candidate: (header.count(candidate), candidate == promised))


class _Lines:
    """The file's lines with numbers, decoded; and a window to look ahead in."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._ahead: list[bytes] = []
        self.number = 0
        self.position = 0

    def first_with_text(self) -> str | None:
        while (line := self.take()) is not None:
            if isinstance(line, BadRow):
                raise BadInput(
                    f"The header is not text in {self._encoding}: name the encoding with --encoding."
                )
            if line.strip():
                return line
        return None

    def take(self) -> "str | BadRow | None":
        """The next line; a BadRow if it cannot be decoded; None at the end of the file."""
        raw = self._ahead.pop(0) if self._ahead else self._file.readline()
        if not raw:
            return None
        self.number += 1
        self.position += len(raw)
        if self.number == 1:
            if raw.startswith(UTF16_OR_32):
                raise BadInput("The file is in UTF-16 or UTF-32: save it as UTF-8 first.")
            raw = raw.removeprefix(codecs.BOM_UTF8)
        return self._decode(raw)

    def following(self) -> Iterator[str]:
        """The lines to come, without taking them; ends at one that cannot be decoded."""
        index = 0
        while True:
            if index == len(self._ahead):
                raw = self._file.readline()
                if not raw:
                    return
                self._ahead.append(raw)
            line = self._decode(self._ahead[index])
            if isinstance(line, BadRow):
                return
            yield line
            index += 1

    def _decode(self, raw: bytes) -> str | BadRow:
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            return BadRow(
                self.number,
                f"not text in {self._encoding} (byte {error.start + 1} of the line)",
                self.position,
            )


def _records(lines: _Lines, delimiter: str, width: int) -> Iterator[Record | BadRow]:
    while (line := lines.take()) is not None:
        if isinstance(line, BadRow):
            yield line
        elif line.strip():
            yield _record(lines, line, delimiter, width)


def _record(lines: _Lines, line: str, delimiter: str, width: int) -> Record | BadRow:
    first = lines.number
    cells = _split([line], delimiter)
    if cells is None:
        cells = _split_over_lines(lines, line, delimiter, width)
    if cells is None:
        return BadRow(first, "a quote in it is not closed, or is followed by more text", lines.position)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) != width:
        return BadRow(first, f"{len(cells)} columns where the header has {width}", lines.position)
    return Record(first, cells, lines.position)


def _split_over_lines(lines: _Lines, line: str, delimiter: str, width: int) -> list[str] | None:
    """Close the quote in a later line if that makes a whole row; else the quote is a slip in this line."""
    joined = [line]
    for further in islice(lines.following(), LONGEST_RECORD_LINES - 1):
        joined.append(further)
        if '"' not in further:
            continue
        cells = _split(joined, delimiter)
        if cells is not None:
            if len(cells) != width:
                return None
            for _ in joined[1:]:
                lines.take()
            return cells
    return None


def _split(lines: list[str], delimiter: str) -> list[str] | None:
    """The cells of one record; None if the lines are not exactly one well-quoted record."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
