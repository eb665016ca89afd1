"""Airflow connections as the addresses that the core and the checks take."""

from typing import cast
from urllib.parse import quote, urlencode

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException
from psycopg import pq

_SET_ELSEWHERE = {"host", "port", "user", "password", "dbname"}


def database_url(conn_id: str) -> str:
    """The libpq URL of a Postgres connection, every part escaped; libpq's own options in `extra` are kept."""
    connection = _get(conn_id, "postgres://USER:PASSWORD@HOST:5432/restaurant_analytics")
    if connection.conn_type != "postgres":
        raise AirflowFailException(f"{_the(conn_id)} has the type {connection.conn_type!r}: make it Postgres")
    if not connection.host or not connection.schema:
        raise AirflowFailException(f"{_the(conn_id)} needs a host, and the database in the field Schema")
    user = quote(connection.login or "", safe="")
    if connection.password:
        user += ":" + quote(connection.password, safe="")
    place = quote(connection.host, safe="") + (f":{connection.port}" if connection.port else "")
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - _SET_ELSEWHERE
    options = {name: str(value) for name, value in connection.extra_dejson.items() if name in known}
    query = f"?{urlencode(options, quote_via=quote)}" if options else ""
    return f"postgresql://{user}@{place}/{quote(connection.schema, safe='')}{query}"


def source_address(conn_id: str) -> tuple[str, str | None]:
    """Base URL and bearer token of an HTTP connection; the token is its password, https goes into Schema."""
    connection = _get(conn_id, "http://:TOKEN@HOST:8000")
    scheme, _, rest = (connection.host or "").rpartition("://")
    place, slash, path = rest.strip("/").partition("/")
    if not place:
        raise AirflowFailException(f"{_the(conn_id)} needs a host: 127.0.0.1, https://events.example.com")
    scheme = (scheme or connection.schema or "http").lower()
    if scheme not in ("http", "https"):
        raise AirflowFailException(f"{_the(conn_id)} has the schema {scheme!r}: make it http or https")
    if place.count(":") > 1 and not place.startswith("["):
        place = f"[{place}]"
    port = f":{connection.port}" if connection.port else ""
    return f"{scheme}://{place}{port}{slash}{path}", connection.password or None


def _get(conn_id: str, example: str) -> Connection:
    try:
        return cast(Connection, Connection.get(conn_id))
    except AirflowNotFoundException as error:
        # Left to be retried: Airflow says the same when its API server could not be reached.
        raise AirflowNotFoundException(
            f"{_the(conn_id)} is not defined: add it under Admin > Connections, or set "
            f"AIRFLOW_CONN_{conn_id.upper()}={example}"
        ) from error


def _the(conn_id: str) -> str:
    return f"The Airflow connection '{conn_id}'"
