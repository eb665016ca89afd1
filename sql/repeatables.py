"""Views, functions and grants: one file an object, applied again whenever the file changes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection
from psycopg.errors import (
    DependentObjectsStillExist,
    InvalidFunctionDefinition,
    InvalidTableDefinition,
)

from sql.errors import ForeignDependentsError

FOLDER = Path(__file__).parent / "repeatable"
GRANTS = "grants"

# A batch takes its claims before any row. Who stops those first waits for no batch while a batch waits for it.
STOP_CLAIMS = "LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE"
TRIGGER = "CREATE OR REPLACE TRIGGER"

KIND = """
SELECT 'VIEW', format('%%I.%%I', n.nspname, c.relname), c.relacl::text[]
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(name)s AND c.relkind = 'v'
UNION ALL
SELECT 'FUNCTION', p.oid::regprocedure::text, p.proacl::text[]
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s AND p.proname = %(name)s
"""
GRANTS_HELD = """
SELECT format('GRANT %%s ON %%s TO %%s', a.privilege_type, %(target)s::text, a.grantee::regrole)
FROM aclexplode(%(acl)s::aclitem[]) AS a
WHERE a.grantee <> 0 AND a.grantee <> a.grantor
"""


@dataclass(frozen=True)
class Repeatable:
    """One file: `analytics/daily_sales` is the view or function analytics.daily_sales."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def identity(self) -> dict[str, str]:
        schema, _, name = self.name.partition("/")
        return {"schema": schema, "name": name}


def on_disk() -> list[Repeatable]:
    """Every object's file by name, and the grants last."""
    files = sorted(FOLDER.glob("*/*.sql"), key=lambda file: file.relative_to(FOLDER).as_posix())
    files.append(FOLDER / f"{GRANTS}.sql")
    return [Repeatable(f.relative_to(FOLDER).with_suffix("").as_posix(), f.read_text("utf-8")) for f in files]


def pending(connection: Connection, wanted: list[Repeatable]) -> list[Repeatable]:
    """Those that are not applied as they stand."""
    rows = connection.execute("SELECT name, checksum FROM raw_data.repeatables").fetchall()
    applied: dict[str, str] = dict(rows)
    return [one for one in wanted if applied.get(one.name) != one.checksum]


def apply(connection: Connection, wanted: list[Repeatable]) -> list[str]:
    """Bring the database to `wanted` in one transaction; the names of what was applied or dropped."""
    with connection.transaction():
        # A function may call one whose file comes later.
        connection.execute("SET LOCAL check_function_bodies = off")
        dropped = _drop_vanished(connection, wanted)
        changed = pending(connection, wanted)
        for one in changed:
            if one.name != GRANTS:
                _create(connection, one)
        if changed or dropped:
            # Always: an object that is new, or was dropped and made again, has no grants yet.
            connection.execute(wanted[-1].text)
        for one in changed:
            connection.execute(
                "INSERT INTO raw_data.repeatables (name, checksum) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()",
                [one.name, one.checksum],
            )
    return dropped + [one.name for one in changed]


def _create(connection: Connection, one: Repeatable) -> None:
    """CREATE OR REPLACE; where PostgreSQL refuses that (a column or result went away), drop and create."""
    if TRIGGER in one.text:
        connection.execute(STOP_CLAIMS)
    try:
        with connection.transaction():
            connection.execute(one.text)
    except (InvalidTableDefinition, InvalidFunctionDefinition):
        pass
    else:
        # Other arguments make a second function of the same name instead of replacing the first.
        if len(connection.execute(KIND, one.identity).fetchall()) == 1:
            return
    grants = _drop(connection, one)
    connection.execute(one.text)
    if len(connection.execute(KIND, one.identity).fetchall()) == 1:
        for grant in grants:
            connection.execute(grant)


def _drop(connection: Connection, one: Repeatable) -> list[bytes]:
    """Drop without CASCADE; the grants that it had, as statements."""
    grants: list[bytes] = []
    for kind, target, acl in connection.execute(KIND, one.identity).fetchall():
        named = {"target": target if kind == "VIEW" else f"FUNCTION {target}", "acl": acl}
        grants += [row[0].encode() for row in connection.execute(GRANTS_HELD, named)]
        try:
            connection.execute(f"DROP {kind} {target}".encode())
        except DependentObjectsStillExist as error:
            raise ForeignDependentsError(
                f"{target} has to be dropped and made again, but {error.diag.message_detail}."
                " Keep its definition, drop it, run `python -m sql migrate`, and make it again."
            ) from error
    return grants


def _drop_vanished(connection: Connection, wanted: list[Repeatable]) -> list[str]:
    """Drop what an earlier version made and this one has no file for."""
    known = {one.name for one in wanted}
    names = [row[0] for row in connection.execute("SELECT name FROM raw_data.repeatables ORDER BY name")]
    vanished = [name for name in names if name not in known]
    for name in vanished:
        _drop(connection, Repeatable(name, ""))
        connection.execute("DELETE FROM raw_data.repeatables WHERE name = %s", [name])
    return vanished
