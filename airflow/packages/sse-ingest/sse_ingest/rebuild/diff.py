"""How the live tables differ from the rebuilt ones, row by row, and how they are made equal."""

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
    """One row. Of one that is `different`, only the columns that are; money as exact text."""

    kind: Kind
    key: Row
    live: Row | None
    rebuilt: Row | None


@dataclass(frozen=True)
class TableReport:
    """A table: rows it should have, and how many are missing, extra (made by no event) or different."""

    rows: int
    missing: int
    extra: int
    different: int
    examples: list[Difference] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.missing + self.extra + self.different


def compare(connection: psycopg.Connection[Any], table: Table, limit: int) -> TableReport:
    """Every row of both, in one pass. The keys found stay behind as suspects."""
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
    """Make the live table equal to its shadow, looking only at suspects and at rows changed since then."""
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
