"""Turns Airflow connections into the addresses that the core and the checks need."""

from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote, urlencode

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException
from psycopg import pq

from sse_ingest.sources.registry import SOURCES

_SOURCE_EXAMPLE = "sse://:TOKEN@HOST:8000"
_SET_ELSEWHERE = {"host", "port", "user", "password", "dbname"}


def database_url(conn_id: str) -> str:
    """The libpq URL of a Postgres connection, with every part escaped. libpq options in `extra` are kept.

    Raises AirflowFailException or AirflowNotFoundException.
    """
    connection = _get(conn_id, "postgres://USER:PASSWORD@HOST:5432/DATABASE")
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


@dataclass(frozen=True)
class StreamAddress:
    """The address of a stream, and the other parts of its connection."""

    url: str
    """The base URL of the service, without user and password."""
    token: str | None = field(default=None, repr=False)
    endpoint: str | None = None
    """The path of the stream; None: the default path of the source."""
    state_url: str | None = None
    """A page that shows the state of the stream, for the task's link. `{stream}` is replaced by the stream's name."""
    dashboard_url: str | None = None
    """A page that shows what is made of the stream, for the task's other link; `{stream}` as above."""


def stream_address(conn_id: str) -> StreamAddress:
    """The address in a connection of the type Server-Sent Events or HTTP. The scheme https is given in Schema or Host.

    The bearer token is the connection's password. Extra may hold `endpoint`, `state_url` and `dashboard_url`. Raises
    AirflowFailException or AirflowNotFoundException.
    """
    return _address(_get(conn_id, _SOURCE_EXAMPLE))


async def async_stream_address(conn_id: str) -> StreamAddress:
    """The same for the triggerer, whose event loop must not be blocked by a call to Airflow's API."""
    try:
        return _address(cast(Connection, await Connection.async_get(conn_id)))
    except AirflowNotFoundException as error:
        raise _not_defined(conn_id, _SOURCE_EXAMPLE) from error


def _address(connection: Connection) -> StreamAddress:
    the = _the(connection.conn_id)
    scheme, _, rest = (connection.host or "").rpartition("://")
    place, slash, path = rest.strip("/").partition("/")
    if not place:
        raise AirflowFailException(f"{the} needs a host: 127.0.0.1, https://events.example.com")
    scheme = (scheme or connection.schema or "http").lower()
    if scheme not in SOURCES:
        raise AirflowFailException(f"{the} has the schema {scheme!r}: make it {' or '.join(SOURCES)}")
    if place.count(":") > 1 and not place.startswith("["):
        place = f"[{place}]"
    port = f":{connection.port}" if connection.port else ""
    return StreamAddress(
        f"{scheme}://{place}{port}{slash}{path}",
        connection.password or None,
        endpoint=_text(connection, "endpoint"),
        state_url=_text(connection, "state_url"),
        dashboard_url=_text(connection, "dashboard_url"),
    )


def _text(connection: Connection, name: str) -> str | None:
    """A text in the connection's extra; None if it is absent or empty, as a form field without a value."""
    value = connection.extra_dejson.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _get(conn_id: str, example: str) -> Connection:
    try:
        return cast(Connection, Connection.get(conn_id))
    except AirflowNotFoundException as error:
        raise _not_defined(conn_id, example) from error


def _not_defined(conn_id: str, example: str) -> AirflowNotFoundException:
    # The task may be retried: Airflow raises the same error when its API server cannot be reached.
    return AirflowNotFoundException(
        f"{_the(conn_id)} is not defined: add it under Admin > Connections, or set "
        f"AIRFLOW_CONN_{conn_id.upper()}={example}"
    )


def _the(conn_id: str) -> str:
    return f"The Airflow connection '{conn_id}'"
