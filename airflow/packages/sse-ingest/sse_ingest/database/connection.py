"""Connections to the warehouse, and which of its errors are worth another try."""

from collections.abc import Iterator
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
    # A writer that was stopped in the midst of a batch must not keep those of other streams waiting for ever.
    "options": "-c search_path=analytics,raw_data,pg_temp -c timezone=UTC -c statement_timeout=0"
    " -c idle_in_transaction_session_timeout=30s"
    # The server's side of the above: it would keep the lock of a machine that is gone for two hours.
    " -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000",
}

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


def connect(database_url: str, purpose: str) -> psycopg.Connection[Any]:
    """An autocommit connection named after its purpose. Raises as `translated` does."""
    with translated():
        return psycopg.connect(
            database_url, autocommit=True, application_name=f"{APPLICATION} {purpose}", **_OPTIONS
        )


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
            f"The warehouse refuses us: {_said(error)} Run `python -m sql migrate`, or check "
            "the login and its grants."
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
