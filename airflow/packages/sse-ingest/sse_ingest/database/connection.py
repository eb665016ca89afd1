"""Connections to the warehouse, and which of its errors are worth another try."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from sse_ingest.errors import ConfigurationError, DatabaseUnavailable

APPLICATION = "sse_ingest"

# A dead peer is noticed within seconds, so that a lock it holds on our behalf does not outlive it.
_OPTIONS: dict[str, Any] = {
    "client_encoding": "UTF8",  # rows are formatted in it
    "connect_timeout": 5,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
_SESSION = (
    # A writer that was stopped inside a batch must not keep those of other streams waiting for ever.
    "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=30s"
    # The server's side of the above: it would keep the lock of a machine that is gone for two hours.
    " -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000"
)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")

# What the content of an event can cause. Everything else that PostgreSQL reports is about the environment or about us.
DATA_FAULTS = (
    errors.DataError,
    errors.IntegrityError,
    errors.ProgramLimitExceeded,  # the driver counts these two among the operational ones
    errors.StatementTooComplex,
    errors.RaiseException,  # a trigger of the user's that refuses a row
    errors.WithCheckOptionViolation,
)

_FATAL = (errors.InvalidAuthorizationSpecification, errors.InvalidPassword, errors.ProgrammingError)


def connect(database_url: str, purpose: str, schemas: Sequence[str]) -> psycopg.Connection[Any]:
    """An autocommit connection named after its purpose. Raises as `translated` does.

    `schemas` are where unqualified names are looked for, the first one first: our statements have no others.
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
    """The name of a schema, as PostgreSQL writes it without quotes. Raises ConfigurationError."""
    if not _SCHEMA.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a schema: use small letters, digits and underscores, 63 at most."
        )
    return name


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours: what a person must mend is terminal, everything else of the environment
    (connection, restart, disk, memory, locks, serialization) is transient. Errors of data pass through as they are.
    """
    try:
        yield
    except DATA_FAULTS:
        raise
    except _FATAL as error:
        raise ConfigurationError(
            f"The warehouse refuses us: {_said(error)} Run the migrations of the warehouse "
            "(`python -m sse_ingest init-db` where it has no others), or check the login and its grants."
        ) from error
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error) or "no password supplied" in str(error):
            raise ConfigurationError(
                f"The warehouse refuses the login: {_said(error)} Check the password."
            ) from error
        raise DatabaseUnavailable(
            f"The warehouse cannot be reached or cannot work: {_said(error)}"
        ) from error
    except psycopg.Error as error:
        raise DatabaseUnavailable(f"The connection to the warehouse broke: {_said(error)}") from error


def _said(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
