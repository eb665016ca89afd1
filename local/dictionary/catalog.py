"""The catalog of a warehouse: the result of catalog.sql, typed."""

from pathlib import Path

import msgspec
import psycopg

_QUERY = Path(__file__).with_suffix(".sql")


class Schema(msgspec.Struct, frozen=True):
    """A schema and its comment."""

    name: str
    comment: str


class Column(msgspec.Struct, frozen=True):
    """A column of a table or view. PostgreSQL does not know which columns of a view can be null."""

    name: str
    type: str
    nullable: bool
    default: str | None
    comment: str


class Constraint(msgspec.Struct, frozen=True):
    """A key or a check. NOT NULL is an attribute of the column."""

    name: str
    definition: str


class Grant(msgspec.Struct, frozen=True):
    """A privilege of a role that does not own the object; on single columns where they are named."""

    role: str
    privilege: str
    columns: str


class Trigger(msgspec.Struct, frozen=True, rename={"happenings": "on"}):
    """A function that a table calls, and the statements that cause it, e.g. INSERT UPDATE."""

    function: str
    happenings: str


class Relation(msgspec.Struct, frozen=True):
    """A table or view, by its qualified name."""

    name: str
    kind: str
    comment: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...]
    grants: tuple[Grant, ...]
    triggers: tuple[Trigger, ...]
    reads: tuple[str, ...]
    partitioned_by: str | None
    default_partition: str | None


class Function(msgspec.Struct, frozen=True):
    """A function, by its qualified name. `reads` is what PostgreSQL records, which it does for few of them."""

    name: str
    arguments: str
    result: str
    language: str
    as_owner: bool
    comment: str
    grants: tuple[Grant, ...]
    reads: tuple[str, ...]
    body: str


class Catalog(msgspec.Struct, frozen=True):
    """The schemas of the warehouse and all that is in them, in an order that never changes."""

    schemas: tuple[Schema, ...]
    relations: tuple[Relation, ...]
    functions: tuple[Function, ...]


def read(url: str) -> Catalog:
    """The catalog of the warehouse at `url`, seen by its owner."""
    with psycopg.connect(url) as connection:
        connection.execute("SET search_path = ''")
        connection.execute("SET timezone = 'UTC'")
        row = connection.execute(_QUERY.read_bytes()).fetchone()
    assert row is not None
    return msgspec.convert(row[0], Catalog)
