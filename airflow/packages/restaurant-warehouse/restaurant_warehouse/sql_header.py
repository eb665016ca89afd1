"""Reads the header of a SQL file that is one SELECT: comments with keys and values.

    -- owner: finance
    -- description: A sentence, which may go on
    --   in lines that are indented further.
    SELECT …

The rules of sql/quality and the cards of sql/dashboards have such a header, with different keys.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

_COMMENT = re.compile(r"--(?: (?P<key>[a-z]+): (?P<value>.+)|   +(?P<more>.+))")


class HeaderError(Exception):
    """The header of a file is invalid. The message says which file and line, and what to change."""


@dataclass
class Header:
    """The values of a header, by key, and the SQL below it."""

    file: str
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """The line number of each key."""
    sql: str = ""

    def wrong(self, key: str, what: str) -> HeaderError:
        """The error for a wrong value of a key. `what` describes a right value."""
        return HeaderError(f"{self.file}, line {self.lines[key]}: {key} is {what}, not '{self.values[key]}'.")

    def one_of(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """The value of a key, which must be one of `allowed`. Raises HeaderError."""
        value = default if default is not None and key not in self.values else self.values[key]
        if value not in allowed:
            raise self.wrong(key, f"one of {', '.join(allowed)}")
        return value

    def need(self, keys: Collection[str], what: str = "a header") -> None:
        """Raise HeaderError unless all of these keys are there."""
        if missing := sorted(set(keys) - self.values.keys()):
            lines = ", ".join(f"'-- {key}: …'" for key in missing)
            raise HeaderError(f"{self.file}: {what} needs {', '.join(missing)}: write {lines} above the SQL.")


def read(file: str, text: str, *, required: Collection[str], optional: Collection[str] = ()) -> Header:
    """Read the header of a file with this text. It must have the required keys and may have the optional ones.

    Raises HeaderError.
    """
    header = Header(file)
    lines = text.splitlines()
    last = ""
    for number, line in enumerate(lines, 1):
        if not line.startswith("--"):
            header.sql = "\n".join(lines[number - 1 :]).strip()
            break
        last = _take(header, number, line.rstrip(), last)
    known = {*required, *optional}
    for key, number in header.lines.items():
        if key not in known:
            raise HeaderError(
                f"{file}, line {number}: '{key}' is unknown: write one of {', '.join(sorted(known))}."
            )
    if not header.sql:
        raise HeaderError(
            f"{file}, line {len(lines)}: there is no SQL below the header: write one SELECT there."
        )
    header.need(required)
    return header


def _take(header: Header, number: int, line: str, last: str) -> str:
    """Read one line. Returns the key that the next line may continue."""
    match = _COMMENT.fullmatch(line)
    if match is None or (match["more"] and not last):
        raise HeaderError(
            f"{header.file}, line {number}: write '{line}' as '-- key: value', or indent it by three spaces to go on "
            "with the line above."
        )
    if match["more"]:
        header.values[last] += " " + match["more"]
        return last
    key: str = match["key"]
    if key in header.values:
        raise HeaderError(
            f"{header.file}, line {number}: '{key}' is in line {header.lines[key]} already: keep one of them."
        )
    header.values[key], header.lines[key] = match["value"], number
    return key
