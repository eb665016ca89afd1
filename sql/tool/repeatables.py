"""Views, functions and grants: one file per object, applied again whenever the file changes."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg import Connection
from psycopg.errors import (
    DependentObjectsStillExist,
    InvalidFunctionDefinition,
    InvalidTableDefinition,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedTable,
)

from sql.tool.errors import ForeignDependentsError
from sse_ingest.migrations.raw_functions import raw_functions

FOLDER = Path(__file__).parents[1] / "repeatable"
TYPED_ROWS = "analytics/typed_rows"
GRANTS = "grants"

# A batch writes its event ids before any other row. With this lock, a batch that has begun ends first, and the next one
# waits: no batch can hold a table that a trigger is created on and wait for another such table (a deadlock).
PAUSE_WRITERS = "LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE"
TRIGGER = "CREATE OR REPLACE TRIGGER"

KIND = """
SELECT 'VIEW', format('%%I.%%I', n.nspname, c.relname), c.oid, c.relacl::text[]
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(name)s AND c.relkind = 'v'
UNION ALL
SELECT 'FUNCTION', p.oid::regprocedure::text, p.oid, p.proacl::text[]
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s AND p.proname = %(name)s
"""
READERS = """
SELECT DISTINCT n.nspname || '/' || c.relname
FROM pg_depend AS d
JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
JOIN pg_class AS c ON c.oid = r.ev_class
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE d.refobjid = %s AND c.oid <> d.refobjid
"""
GRANTS_HELD = """
SELECT format('GRANT %%s ON %%%%s TO %%s', a.privilege_type, a.grantee::regrole)
FROM aclexplode(%(acl)s::aclitem[]) AS a
WHERE a.grantee <> 0 AND a.grantee <> a.grantor
"""
ROWS_OF_TYPES = "SELECT t::text FROM analytics.event_types AS t ORDER BY t.event_type"


@dataclass(frozen=True)
class Repeatable:
    """One file: `analytics/daily_sales` is the view or function analytics.daily_sales."""

    name: str
    text: str
    rows: str = ""
    """The rows that its script reads."""

    @property
    def checksum(self) -> str:
        return hashlib.sha256(f"{self.text}{self.rows}".encode()).hexdigest()

    @property
    def identity(self) -> dict[str, str]:
        schema, _, name = self.name.partition("/")
        return {"schema": schema, "name": name}


def on_disk() -> list[Repeatable]:
    """Every object by name, those of the core too, and the grants last.

    Between the schema's folder and the file, folders group by subject and are no part of the name: a file may move
    from one to another without its object being dropped and created again.
    """
    files = {f"{f.relative_to(FOLDER).parts[0]}/{f.stem}": f for f in FOLDER.glob("*/**/*.sql")}
    objects = {name: file.read_text("utf-8") for name, file in files.items()}
    core = raw_functions("raw_data", "analytics")
    objects.update({f"raw_data/{name}": text for name, text in core.items()})
    grants = (FOLDER / f"{GRANTS}.sql").read_text("utf-8")
    return [Repeatable(name, text) for name, text in [*sorted(objects.items()), (GRANTS, grants)]]


def pending(connection: Connection, wanted: list[Repeatable]) -> list[Repeatable]:
    """Those whose file, or the rows that it reads, differ from what was last applied."""
    rows = connection.execute("SELECT name, checksum FROM raw_data.repeatables").fetchall()
    applied: dict[str, str] = dict(rows)
    types = _event_types(connection)
    full = [replace(one, rows=types) if one.name == TYPED_ROWS else one for one in wanted]
    return [one for one in full if applied.get(one.name) != one.checksum]


def _event_types(connection: Connection) -> str:
    """The rows of analytics.event_types; empty where an older schema has no such table."""
    if connection.execute("SELECT to_regclass('analytics.event_types')").fetchone() == (None,):
        return ""
    return "\n".join(row[0] for row in connection.execute(ROWS_OF_TYPES))


def apply(connection: Connection, wanted: list[Repeatable]) -> list[str]:
    """Bring the database to `wanted` in one transaction; the names of what was dropped or applied."""
    with connection.transaction():
        # A function may call one whose file comes later.
        connection.execute("SET LOCAL check_function_bodies = off")
        changed = pending(connection, wanted)
        work = _Work(connection, wanted)
        work.create([one for one in changed if one.name != GRANTS])
        dropped = work.drop_vanished()
        if changed or dropped:
            # All of them: an object that was created just now has no grants yet.
            connection.execute(wanted[-1].text)
        for one in changed:
            connection.execute(
                "INSERT INTO raw_data.repeatables (name, checksum) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()",
                [one.name, one.checksum],
            )
    return dropped + [one.name for one in changed]


class _Work:
    """One application: the objects that are still to be created, and the grants on those that were dropped for it."""

    def __init__(self, connection: Connection, wanted: list[Repeatable]) -> None:
        self._connection = connection
        self._wanted = {one.name: one for one in wanted}
        rows = connection.execute("SELECT name FROM raw_data.repeatables ORDER BY name")
        self._vanished = [name for (name,) in rows if name not in self._wanted]
        self._left: dict[str, Repeatable] = {}
        self._grants: dict[str, list[str]] = {}

    def create(self, changed: list[Repeatable]) -> None:
        """In the order of their names; a view that reads an object with a later name is created after it."""
        self._left.update((one.name, one) for one in changed)
        while self._left:
            before, missing = set(self._left), None
            for one in sorted(self._left.values(), key=lambda one: one.name):
                try:
                    with self._connection.transaction():
                        self._create(one)
                except (UndefinedTable, UndefinedFunction, UndefinedColumn) as error:
                    missing = error
                else:
                    del self._left[one.name]
            if missing and before <= set(self._left):
                raise missing

    def _create(self, one: Repeatable) -> None:
        """CREATE OR REPLACE; where PostgreSQL refuses that (a column or result went away), drop and create."""
        if TRIGGER in one.text:
            self._connection.execute(PAUSE_WRITERS)
        try:
            with self._connection.transaction():
                self._connection.execute(one.text)
        except (InvalidTableDefinition, InvalidFunctionDefinition):
            self._drop(one)
            self._connection.execute(one.text)
        else:
            # Other arguments make a second function of the same name instead of replacing the first.
            if len(self._connection.execute(KIND, one.identity).fetchall()) > 1:
                self._drop(one)
                self._connection.execute(one.text)
        there = self._connection.execute(KIND, one.identity).fetchall()
        if len(there) == 1:
            kind, target, *_ = there[0]
            for grant in self._grants.get(one.name, []):
                # A function may have other arguments than the one that held the grant.
                self._connection.execute((grant % _grantable(kind, target)).encode())

    def _drop(self, one: Repeatable) -> None:
        """Drop without CASCADE, and first our own views that read it; `create` makes those that are wanted again."""
        for kind, target, oid, acl in self._connection.execute(KIND, one.identity).fetchall():
            for (name,) in self._connection.execute(READERS, [oid]).fetchall():
                if name in self._wanted:
                    self._drop(self._wanted[name])
                    self._left[name] = self._wanted[name]
                elif name in self._vanished:
                    self._drop(Repeatable(name, ""))
            grants = [row[0] for row in self._connection.execute(GRANTS_HELD, {"acl": acl})]
            self._grants.setdefault(one.name, []).extend(grants)
            try:
                self._connection.execute(f"DROP {kind} {target}".encode())
            except DependentObjectsStillExist as error:
                raise ForeignDependentsError(
                    f"{target} has to be dropped, but {error.diag.message_detail}. Save the definition of what depends"
                    " on it, drop that, run `python -m sql migrate`, and create it again where it still applies."
                ) from error

    def drop_vanished(self) -> list[str]:
        """Drop what an earlier version created and this one has no file for; the names.

        After `create`: by then views and triggers use what replaces it, and nothing has to be dropped with it.
        """
        for name in self._vanished:
            self._drop(Repeatable(name, ""))
            self._connection.execute("DELETE FROM raw_data.repeatables WHERE name = %s", [name])
        return self._vanished


def _grantable(kind: str, target: str) -> str:
    return target if kind == "VIEW" else f"FUNCTION {target}"
