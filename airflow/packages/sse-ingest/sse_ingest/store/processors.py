"""Custom processors: a user's function for an event type runs inside the batch's transaction.

    def fn(cursor, event, payload): ...

Each call has its own savepoint. When a processor fails, its changes are rolled back, its event becomes a dead letter,
and the rest of the batch continues. An event that was taken before is not processed again. Use unqualified table names:
the search_path is the schema of the typed tables, then that of the raw ones. Processors are called in a thread of the
run, with the context variables of its caller.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import Composable

from sse_ingest.database.connection import DATA_FAULTS
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import ConfigurationError, IngestError
from sse_ingest.events import Event, Rejected
from sse_ingest.named_objects import load_object
from sse_ingest.settings import Processor
from sse_ingest.store.dead_letters import reject

_TRANSACTION_CONTROL = re.compile(
    r"(?:^|;)\s*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b",
    re.IGNORECASE,
)


class TransactionControl(IngestError):
    """A processor may not begin, commit or roll back: its changes are part of the batch's transaction."""


class GuardedCursor(psycopg.Cursor[Any]):
    """A cursor that refuses statements of transaction control: the store controls the transaction."""

    def check(self, text: str) -> None:
        """Raise an error if a processor may not run this statement."""
        if _TRANSACTION_CONTROL.search(text):
            raise TransactionControl(TransactionControl.__doc__)

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> "GuardedCursor":
        self.check(self._text(query))
        super().execute(query, *args, **kwargs)
        return self

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
        self.check(self._text(query))
        super().executemany(query, *args, **kwargs)

    @contextmanager
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Iterator[psycopg.Copy]:
        self.check(self._text(statement))
        with super().copy(statement, *args, **kwargs) as copy:
            yield copy

    def _text(self, query: Any) -> str:
        if isinstance(query, Composable):
            return query.as_string(self)
        return query.decode() if isinstance(query, bytes) else query if isinstance(query, str) else ""


def run_processors(
    connection: psycopg.Connection[Any],
    processors: Mapping[str, Processor],
    events: Sequence[Event],
    known: Collection[UUID],
) -> tuple[list[Event], list[Rejected], set[UUID]]:
    """Run each event's processor. Returns the events to keep, the dead letters, and the ids that were processed."""
    to_store: list[Event] = []
    failed: list[Rejected] = []
    processed: set[UUID] = set()
    for event in events:
        processor = processors.get(event.event_type)
        if processor is not None and event.event_id not in known and event.event_id not in processed:
            failure = _run(connection, processor, event)
            if failure is not None:
                failed.append(failure)
                continue
            processed.add(event.event_id)
        to_store.append(event)
    return to_store, failed, processed


def _run(connection: psycopg.Connection[Any], processor: Processor, event: Event) -> Rejected | None:
    try:
        payload = json.loads(event.payload, parse_float=Decimal)
        with connection.transaction(), GuardedCursor(connection) as cursor:
            processor(cursor, event, payload)
    except DATA_FAULTS as error:
        return _failure(event, error)
    except psycopg.OperationalError:
        raise  # caused by the environment, not by the event: the batch is tried again
    except Exception as error:  # noqa: BLE001 - any error of a user's function concerns only its event
        return _failure(event, error)
    return None


def _failure(event: Event, error: Exception) -> Rejected:
    return reject(event, Reason.PROCESSOR_FAILED, f"{type(error).__name__}: {error}")


def load_processors(name: str) -> Mapping[str, Processor]:
    """The mapping of event types to functions at `module:attribute`. Raises ConfigurationError."""
    mapping = load_object("--processors", name)
    if not isinstance(mapping, Mapping) or not mapping or not all(map(callable, mapping.values())):
        raise ConfigurationError(f"--processors {name} must be a mapping of event types to functions.")
    return mapping
