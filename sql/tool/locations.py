"""The restaurants' clocks: a file is loaded where it differs from what is entered, whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, UndefinedTable
from psycopg.types.json import Jsonb

from sql.tool.errors import BadLocationsError, NotMigratedError, NotTheOwnerError, ObjectsInUseError
from sql.tool.location_file import COLUMNS, MIDNIGHT, Entry, Told, time_of_day
from sql.tool.migrate import connect

LOCK_TIMEOUT = "10s"
_UNTOLD: Told = {"name": None, "city": None, "close_out": MIDNIGHT}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the restaurants of a file."""

    entered: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return f"{self.entered} entered, {self.changed} changed, {self.unchanged} unchanged"


def load(owner_url: str, entries: Sequence[Entry], source: str, *, only_new: bool = False) -> Loaded:
    """Enter what is new and change what differs; with `only_new`, what is entered already is left as it is.

    A row that would stay the same is not touched: its sales would be summed anew for nothing.
    """
    try:
        with connect(owner_url) as connection:
            return load_with(connection, entries, source, only_new=only_new)
    except LockNotAvailable as error:
        raise ObjectsInUseError(f"{error.diag.message_primary}. {ObjectsInUseError.__doc__}") from error
    except UndefinedTable as error:
        raise NotMigratedError(NotMigratedError.__doc__) from error
    except InsufficientPrivilege as error:
        raise NotTheOwnerError(f"{error.diag.message_primary}. {NotTheOwnerError.__doc__}") from error


def load_with(connection: Connection, entries: Sequence[Entry], source: str, *, only_new: bool) -> Loaded:
    """The same in a transaction of the caller's, or in one of its own."""
    with connection.transaction():
        connection.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        # Nobody else enters meanwhile, so that what is compared is what is written over.
        connection.execute("LOCK TABLE analytics.locations IN SHARE ROW EXCLUSIVE MODE")
        known = _known(connection)
        _refuse_unknown_zones(connection, known, entries, source)
        entered = [_UNTOLD | entry.told for entry in entries if entry.code not in known]
        changed = {
            entry.code: known[entry.code] | entry.told
            for entry in entries
            if not only_new and entry.code in known and known[entry.code] != known[entry.code] | entry.told
        }
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO analytics.locations (location_code, name, city, time_zone, close_out)"
                " VALUES (%(location_code)s, %(name)s, %(city)s, %(time_zone)s, %(close_out)s::time)",
                entered,
            )
            cursor.executemany(
                "UPDATE analytics.locations SET name = %(name)s, city = %(city)s, time_zone = %(time_zone)s,"
                " close_out = %(close_out)s::time WHERE location_code = %(location_code)s",
                list(changed.values()),
            )
        if entered or changed:
            before = {code: known[code] for code in changed}
            _audit(connection, source, {"entered": entered, "before": before, "after": changed})
    return Loaded(len(entered), len(changed), len(entries) - len(entered) - len(changed))


def as_csv(owner_url: str) -> str:
    """What is entered, as a file that can be loaded again."""
    with connect(owner_url) as connection, connection.cursor() as cursor:
        try:
            with cursor.copy(
                "COPY (SELECT location_code, name, city, time_zone,"
                " regexp_replace(close_out::text, ':00$', '') AS close_out"
                " FROM analytics.locations ORDER BY location_code)"
                " TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')"
            ) as copy:
                return b"".join(bytes(part) for part in copy).decode()
        except UndefinedTable as error:
            raise NotMigratedError(NotMigratedError.__doc__) from error


def _known(connection: Connection) -> dict[str, Told]:
    """As a file would tell them, so that no more than that is compared."""
    rows = connection.execute(
        "SELECT location_code, name, city, time_zone, close_out::text FROM analytics.locations"
    )
    found = {}
    for code, name, city, time_zone, close_out in rows:
        told = (code, (name or "").strip() or None, (city or "").strip() or None, time_zone,
                time_of_day(close_out) or close_out)  # fmt: skip
        found[code] = dict(zip(COLUMNS, told, strict=True))
    return found


def _refuse_unknown_zones(
    connection: Connection, known: Mapping[str, Told], entries: Sequence[Entry], source: str
) -> None:
    """Stricter than the table's own trigger: `-05:00` is a zone for PostgreSQL too, and lies east of Greenwich."""
    new = [e for e in entries if e.told["time_zone"] != known.get(e.code, {}).get("time_zone")]
    asked = {str(entry.told["time_zone"]).lower() for entry in new}
    there = connection.execute(
        "SELECT lower(name) FROM pg_timezone_names WHERE lower(name) = ANY(%s)", [list(asked)]
    )
    unknown = asked - {name for (name,) in there}
    problems = [
        f"line {entry.line}, time_zone: {entry.told['time_zone']!r} is no time zone that PostgreSQL lists: "
        "take a name from pg_timezone_names, e.g. America/Toronto"
        for entry in new
        if str(entry.told["time_zone"]).lower() in unknown
    ]
    if problems:
        raise BadLocationsError.of(source, problems)


def _audit(connection: Connection, source: str, details: Mapping[str, object]) -> None:
    connection.execute(
        "INSERT INTO analytics.audit_log (action, object, details) VALUES ('locations_loaded', %s, %s)",
        ["analytics.locations", Jsonb({"from": source, **details})],
    )
