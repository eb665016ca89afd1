"""A warehouse without the objects or the grants that an operator needs: its task fails, and is not retried."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException
from psycopg import errors

_MISSING = (
    errors.UndefinedFunction,
    errors.UndefinedTable,
    errors.InvalidSchemaName,
    errors.InsufficientPrivilege,
)


@contextmanager
def fail_if_missing(name: str, conn_id: str) -> Iterator[None]:
    """Fail the task if `name` is not in the warehouse, or if the login of the connection may not use it.

    Raises AirflowFailException. Other errors of the database are raised unchanged: the task is retried.
    """
    try:
        yield
    except _MISSING as error:
        raise AirflowFailException(
            f"{name} is missing, or '{conn_id}' may not use it: run `python -m sql migrate`. "
            f"PostgreSQL says: {error}"
        ) from error
