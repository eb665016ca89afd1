"""Restaurants, their time zones and currencies: load a file into analytics.locations, as a whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, UndefinedTable
from psycopg.types.json import Jsonb

from sql.tool.errors import BadLocationsError, NotMigratedError, NotTheOwnerError, ObjectsInUseError
from sql.tool.location_file import COLUMNS, MIDNIGHT, Entry, Values, time_of_day
from sql.tool.migrate import connect

LOCK_TIMEOUT = "10s"
_DEFAULTS: Values = {"name": None, "city": None, "close_out": MIDNIGHT, "currency": None}


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many restaurants of a file were new, changed or the same."""

    entered: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return f"{self.entered} entered, {self.changed} changed, {self.unchanged} unchanged"


def load(owner_url: str, entries: Sequence[Entry], source: str, *, only_new: bool = False) -> Loaded:
    """Insert new restaurants and update changed ones; with `only_new`, existing ones stay as they are.

    Rows that would stay the same are not updated, because an update makes the rollups sum their sales again.
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
    """The same in the caller's transaction, or in a new one."""
    with connection.transaction():
        connection.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        # No other session changes the table meanwhile, so the rows that are compared are those that are updated.
        connection.execute("LOCK TABLE analytics.locations IN SHARE ROW EXCLUSIVE MODE")
        known = _known(connection)
        _refuse_unknown(connection, known, entries, source)
        entered = [_DEFAULTS | entry.values for entry in entries if entry.code not in known]
        changed = {
            entry.code: known[entry.code] | entry.values
            for entry in entries
            if not only_new and entry.code in known and known[entry.code] != known[entry.code] | entry.values
        }
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO analytics.locations (location_code, name, city, time_zone, close_out, currency)"
                " VALUES (%(location_code)s, %(name)s, %(city)s, %(time_zone)s, %(close_out)s::time, %(currency)s)",
                entered,
            )
            cursor.executemany(
                "UPDATE analytics.locations SET name = %(name)s, city = %(city)s, time_zone = %(time_zone)s,"
                " close_out = %(close_out)s::time, currency = %(currency)s WHERE location_code = %(location_code)s",
                list(changed.values()),
            )
        if entered or changed:
            before = {code: known[code] for code in changed}
            _audit(connection, source, {"entered": entered, "before": before, "after": changed})
    return Loaded(len(entered), len(changed), len(entries) - len(entered) - len(changed))


def as_csv(owner_url: str) -> str:
    """All restaurants, as a file that can be loaded again."""
    with connect(owner_url) as connection, connection.cursor() as cursor:
        try:
            with cursor.copy(
                "COPY (SELECT location_code, name, city, time_zone,"
                " regexp_replace(close_out::text, ':00$', '') AS close_out, currency"
                " FROM analytics.locations ORDER BY location_code)"
                " TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')"
            ) as copy:
                return b"".join(bytes(part) for part in copy).decode()
        except UndefinedTable as error:
            raise NotMigratedError(NotMigratedError.__doc__) from error


def _known(connection: Connection) -> dict[str, Values]:
    """The stored restaurants in the form of a file, to compare them with one."""
    rows = connection.execute(
        "SELECT location_code, name, city, time_zone, close_out::text, currency FROM analytics.locations"
    )
    restaurants = {}
    for code, name, city, time_zone, close_out, currency in rows:
        values = (code, (name or "").strip() or None, (city or "").strip() or None, time_zone,
                  time_of_day(close_out) or close_out, currency)  # fmt: skip
        restaurants[code] = dict(zip(COLUMNS, values, strict=True))
    return restaurants


def _refuse_unknown(
    connection: Connection, known: Mapping[str, Values], entries: Sequence[Entry], source: str
) -> None:
    """Refuse time zones and currencies that are unknown. For zones this is stricter than the trigger of the table:
    PostgreSQL accepts `-05:00` as a zone, and means five hours east.
    """
    problems = [
        f"line {entry.line}, time_zone: {entry.values['time_zone']!r} is not a time zone of PostgreSQL: "
        "take a name from pg_timezone_names, e.g. America/Toronto"
        for entry in _with_unknown(
            connection, known, entries, "time_zone",
            "SELECT z FROM unnest(%s::text[]) AS z WHERE lower(z) IN (SELECT lower(name) FROM pg_timezone_names)",
        )
    ]  # fmt: skip
    problems += [
        f"line {entry.line}, currency: {entry.values['currency']!r} is not a currency of ISO 4217: "
        "take a code from analytics.currencies, e.g. CAD"
        for entry in _with_unknown(
            connection, known, entries, "currency",
            "SELECT c FROM unnest(%s::text[]) AS c WHERE c IN (SELECT currency FROM analytics.currencies)",
        )
    ]  # fmt: skip
    if problems:
        raise BadLocationsError.of(source, problems)


def _with_unknown(
    connection: Connection,
    known: Mapping[str, Values],
    entries: Sequence[Entry],
    column: str,
    query: LiteralString,
) -> list[Entry]:
    """The entries with a new value in this column that is not among those that the query finds."""
    new = [e for e in entries if e.values.get(column) not in (None, known.get(e.code, {}).get(column))]
    known_values = {
        value for (value,) in connection.execute(query, [[entry.values[column] for entry in new]])
    }
    return [entry for entry in new if entry.values[column] not in known_values]


def _audit(connection: Connection, source: str, details: Mapping[str, object]) -> None:
    connection.execute(
        "INSERT INTO analytics.audit_log (action, object, details) VALUES ('locations_loaded', %s, %s)",
        ["analytics.locations", Jsonb({"from": source, **details})],
    )
