"""Compares the live tables with the rebuilt ones, row by row, and makes them equal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import psycopg

from sse_ingest.rebuild.shadow_tables import Table

Kind: TypeAlias = Literal["missing", "extra", "different"]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One row that differs. For the kind `different`, `live` and `rebuilt` hold only the columns that differ. Numbers
    with decimals are texts, so that they are exact.
    """

    kind: Kind
    key: Row
    live: Row | None
    rebuilt: Row | None


@dataclass(frozen=True)
class TableReport:
    """The result for one table: how many rows it should have, and how many are missing, extra (no event makes them) or
    different.
    """

    rows: int
    missing: int
    extra: int
    different: int
    examples: list[Difference] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.missing + self.extra + self.different


def compare(connection: psycopg.Connection[Any], table: Table, limit: int) -> TableReport:
    """Compare every row of the live table and its shadow. The keys that differ are stored as suspects.

    `limit` is the number of examples.
    """
    connection.execute(table.statement("know_shadow"))
    connection.execute(table.statement("find_differences"))
    connection.execute(table.statement("know_suspects"))
    rows, missing, extra, different = (
        *_row(connection, table, "count_rows"),
        *_row(connection, table, "count_differences"),
    )
    shown = connection.execute(table.statement("show_differences"), {"limit": limit}).fetchall()
    return TableReport(rows, missing, extra, different, [_difference(table, *row) for row in shown])


def repair(connection: psycopg.Connection[Any], table: Table, since: str) -> dict[Kind, int]:
    """Make the live table equal to its shadow. Only suspects and rows changed after `since` are compared.

    Returns the number of corrected rows by kind.
    """
    connection.execute(table.statement("suspect_changed"), {"since": since})
    connection.execute(table.statement("know_suspects"))
    return {
        "extra": connection.execute(table.statement("delete_extra")).rowcount,
        "different": connection.execute(table.statement("update_different")).rowcount,
        "missing": connection.execute(table.statement("insert_missing")).rowcount,
    }


def _row(connection: psycopg.Connection[Any], table: Table, name: str) -> tuple[int, ...]:
    row: tuple[int, ...] | None = connection.execute(table.statement(name)).fetchone()
    assert row is not None
    return row


def _difference(table: Table, live_json: str | None, rebuilt_json: str | None) -> Difference:
    live, rebuilt = _parsed(live_json), _parsed(rebuilt_json)
    key = _of(live or rebuilt or {}, table.key)
    if live is None or rebuilt is None:
        return Difference("missing" if live is None else "extra", key, live, rebuilt)
    differing = [name for name in live if live[name] != rebuilt[name]]
    return Difference("different", key, _of(live, differing), _of(rebuilt, differing))


def _parsed(text: str | None) -> Row | None:
    return None if text is None else json.loads(text, parse_float=str)


def _of(row: Row, names: Sequence[str]) -> Row:
    return {name: row[name] for name in names}
