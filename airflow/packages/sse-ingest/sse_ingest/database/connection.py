"""Connections to the warehouse, and which of its errors are transient."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from sse_ingest.errors import ConfigurationError, DatabaseUnavailable

APPLICATION = "sse_ingest"

# A dead peer is noticed within seconds, so that its locks are released soon.
_OPTIONS: dict[str, Any] = {
    "client_encoding": "UTF8",  # rows are formatted in it
    "connect_timeout": 5,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
_SESSION = (
    # A writer that is stopped inside a batch must not make the writers of other streams wait forever.
    "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=30s"
    # The same on the server's side. Otherwise the server keeps the locks of a lost machine for two hours.
    " -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000"
)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")

# The errors that the content of an event can cause. All other errors are caused by the environment or by this code.
DATA_FAULTS = (
    errors.DataError,
    errors.IntegrityError,
    errors.ProgramLimitExceeded,  # psycopg derives these two from OperationalError
    errors.StatementTooComplex,
    errors.RaiseException,  # a trigger of the user refuses a row
    errors.WithCheckOptionViolation,
)

_FATAL = (errors.InvalidAuthorizationSpecification, errors.InvalidPassword, errors.ProgrammingError)


def connect(database_url: str, purpose: str, schemas: Sequence[str]) -> psycopg.Connection[Any]:
    """An autocommit connection named after its purpose. Raises the same errors as `translated`.

    `schemas` is the search_path: our statements use unqualified names.
    """
    for schema in schemas:
        check_schema(schema)
    with translated():
        return psycopg.connect(
            database_url,
            autocommit=True,
            application_name=f"{APPLICATION} {purpose}",
            options=f"{_SESSION} -c search_path={','.join(schemas)},pg_temp",
            **_OPTIONS,
        )


def check_schema(name: str) -> str:
    """Return the name if PostgreSQL accepts it as a schema without quotes. Raises ConfigurationError otherwise."""
    if not _SCHEMA.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a schema: use small letters, digits and underscores, 63 at most."
        )
    return name


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours. An error that a person must correct becomes a ConfigurationError. Any other
    error of the environment (connection, restart, disk, memory, locks, serialization) becomes a DatabaseUnavailable.
    DATA_FAULTS are raised unchanged.
    """
    try:
        yield
    except DATA_FAULTS:
        raise
    except _FATAL as error:
        raise ConfigurationError(
            f"The warehouse refuses the statement: {_first_line(error)} Run the migrations of the warehouse "
            "(`python -m sse_ingest init-db` where it has no others), or check the login and its grants."
        ) from error
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error) or "no password supplied" in str(error):
            raise ConfigurationError(
                f"The warehouse refuses the login: {_first_line(error)} Check the password."
            ) from error
        raise DatabaseUnavailable(
            f"The warehouse cannot be reached or cannot work: {_first_line(error)}"
        ) from error
    except psycopg.Error as error:
        raise DatabaseUnavailable(f"The connection to the warehouse broke: {_first_line(error)}") from error


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
