"""What people do with dead letters: find, retry, edit, discard. Each change is one transaction with its audit row.

It runs beside live ingestion, without the lease. The checkpoint is already past the dead letter's offset, and
committed_ranges holds that offset already. So only the dead letter and the event change here.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from sse_ingest.contract.protocol import Contract
from sse_ingest.contract.raw import RAW
from sse_ingest.database.connection import connect, translated
from sse_ingest.database.named_queries import load
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.dlq.dead_letter import DeadLetter, parse, readable
from sse_ingest.errors import DeadLetterRefused
from sse_ingest.events import Event, Rejected
from sse_ingest.settings import Processor, Settings, Warehouse
from sse_ingest.store.dead_letters import reject, storable
from sse_ingest.store.store import Store

_SQL = load("operations.sql", __package__)


class Outcome(NamedTuple):
    """The result of one command for one dead letter. Not `succeeded`: it is still open, and `message` says why."""

    dead_letter_id: int
    succeeded: bool
    message: str


class DeadLetters:
    """The dead letters of one warehouse. A context manager; the login must be the owner's."""

    def __init__(self, warehouse: Warehouse, processors: Mapping[str, Processor] | None = None) -> None:
        self._warehouse = warehouse
        self._processors = dict(processors or {})
        self._stores: dict[tuple[str, bool], Store] = {}
        self._open = ExitStack()
        self._connection = self._open.enter_context(self._connect())

    def __enter__(self) -> "DeadLetters":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._open.close()

    def find(
        self,
        *,
        stream: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        resolved: bool | None = False,
        most: int | None = None,
    ) -> list[DeadLetter]:
        """The dead letters that meet all conditions, without their bytes. `resolved=None`: open and resolved ones."""
        conditions = {"stream": stream, "reason": reason, "since": since, "resolved": resolved, "most": most}
        with translated():
            return [DeadLetter(*row) for row in self._connection.execute(_SQL["find"], conditions)]

    def get(self, dead_letter_id: int) -> DeadLetter:
        """One dead letter with its bytes. Raises DeadLetterRefused when there is none with this number."""
        with translated():
            row = self._connection.execute(_SQL["get"], {"id": dead_letter_id}).fetchone()
        if row is None:
            raise DeadLetterRefused(f"There is no dead letter {dead_letter_id}: see `dlq list --state all`.")
        return DeadLetter(*row)

    def retry(self, dead_letter_id: int) -> Outcome:
        """Read its bytes again. If the contract and the database accept them now, the event is taken at its place."""
        dead_letter = self.get(dead_letter_id)
        return self._readmit(dead_letter, parse(dead_letter, self._contract(dead_letter)), "retried", {})

    def edit(self, dead_letter_id: int, received: bytes) -> Outcome:
        """Take the event from corrected bytes, at the same place. If they are refused too, nothing changes."""
        dead_letter = self.get(dead_letter_id)
        change = {
            "before": {"received": readable(dead_letter.received)},
            "after": {"received": readable(received)},
        }
        return self._readmit(
            dead_letter, parse(dead_letter, self._contract(dead_letter), received), "edited", change
        )

    def discard(self, dead_letter_id: int, why: str) -> Outcome:
        """Resolve the dead letter without taking its event. The dead letter and its bytes stay."""
        if not why.strip():
            raise DeadLetterRefused("Say why the event is discarded: the audit log keeps the reason.")
        dead_letter = self.get(dead_letter_id)
        with translated(), self._connection.transaction():
            self._lock(self._connection, dead_letter)
            self._resolve(self._connection, dead_letter, "discarded", {"why": why})
        return Outcome(dead_letter.dead_letter_id, True, "discarded")

    def _readmit(
        self, dead_letter: DeadLetter, item: Event | Rejected, resolution: str, change: dict[str, Any]
    ) -> Outcome:
        with self._transaction(dead_letter, item) as (connection, store):
            self._lock(connection, dead_letter)
            refusal = (
                item if isinstance(item, Rejected) else self._admit(connection, store, dead_letter, item)
            )
            if refusal is None:
                self._resolve(connection, dead_letter, resolution, change)
            elif resolution == "retried":
                self._count_attempt(connection, dead_letter, refusal)
        if refusal is None:
            return Outcome(dead_letter.dead_letter_id, True, f"{resolution}: taken at {dead_letter.place}")
        return Outcome(
            dead_letter.dead_letter_id, False, f"still refused: {refusal.reason_code}: {refusal.detail}"
        )

    @contextmanager
    def _transaction(
        self, dead_letter: DeadLetter, item: Event | Rejected
    ) -> Iterator[tuple[psycopg.Connection[Any], Store | None]]:
        """Stops deduplication before it locks the dead letter: a live batch takes the two locks in the same order."""
        if isinstance(item, Rejected):
            with translated(), self._connection.transaction():
                yield self._connection, None
            return
        self._check_processor(dead_letter, item)
        store = self._store(dead_letter)
        with translated():
            store.ensure_partitions([item.ts])
        with store.between_batches() as connection:
            yield connection, store

    def _admit(
        self, connection: psycopg.Connection[Any], store: Store | None, dead_letter: DeadLetter, event: Event
    ) -> Rejected | None:
        assert store is not None
        if dead_letter.reason_code == Reason.BAD_POSITION:
            place = {"stream_id": event.stream_id, "event_offset": event.offset, "event_id": event.event_id}
            other = connection.execute(_SQL["taken_place"], place).fetchone()
            if other:
                detail = (
                    f"offset {event.offset} holds event {other[0]}: publish this one again, then discard it"
                )
                return reject(event, Reason.BAD_POSITION, detail)
        return store.admit(event)

    def _check_processor(self, dead_letter: DeadLetter, event: Event) -> None:
        if dead_letter.reason_code == Reason.PROCESSOR_FAILED and event.event_type not in self._processors:
            raise DeadLetterRefused(
                f"Dead letter {dead_letter.dead_letter_id} failed in the processor of {event.event_type!r}: without "
                "it, its rows would stay missing. Give the processors with --processors module:MAPPING."
            )

    def _connect(self) -> psycopg.Connection[Any]:
        return connect(self._warehouse.url, "dead letters", self._warehouse.schemas)

    def _contract(self, dead_letter: DeadLetter) -> Contract:
        return RAW if dead_letter.raw else self._warehouse.contract

    def _store(self, dead_letter: DeadLetter) -> Store:
        key = (dead_letter.stream, dead_letter.raw)
        if key not in self._stores:
            connection = self._open.enter_context(self._connect())
            settings = Settings(
                source_url="http://nothing.is.read.invalid",
                database_url=self._warehouse.url,
                stream=dead_letter.stream,
                contract=self._contract(dead_letter),
                schema=self._warehouse.schema,
                processors=self._processors,
            )
            self._stores[key] = Store(connection, settings)
        return self._stores[key]

    def _lock(self, connection: psycopg.Connection[Any], dead_letter: DeadLetter) -> None:
        row = connection.execute(_SQL["lock"], {"id": dead_letter.dead_letter_id}).fetchone()
        if row is None or row[0] is not None:
            state = f"was {row[1]} at {row[0]:%Y-%m-%d %H:%M:%S} UTC" if row else "was deleted"
            raise DeadLetterRefused(
                f"Dead letter {dead_letter.dead_letter_id} {state}: nothing has to be done."
            )

    def _resolve(
        self,
        connection: psycopg.Connection[Any],
        dead_letter: DeadLetter,
        resolution: str,
        change: dict[str, Any],
    ) -> None:
        connection.execute(_SQL["resolve"], {"id": dead_letter.dead_letter_id, "resolution": resolution})
        self._audit(connection, dead_letter, f"dead_letter_{resolution}", change, {"resolution": resolution})

    def _count_attempt(
        self, connection: psycopg.Connection[Any], dead_letter: DeadLetter, refusal: Rejected
    ) -> None:
        after = {"reason_code": str(refusal.reason_code), "detail": storable(refusal.detail)}
        connection.execute(_SQL["count_attempt"], {"id": dead_letter.dead_letter_id, **after})
        self._audit(connection, dead_letter, "dead_letter_retry_failed", {}, after)

    def _audit(
        self,
        connection: psycopg.Connection[Any],
        dead_letter: DeadLetter,
        action: str,
        change: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        before = {
            "reason_code": dead_letter.reason_code,
            "detail": dead_letter.detail,
            "attempts": dead_letter.attempts,
            "event_id": str(dead_letter.event_id) if dead_letter.event_id else None,
        }
        details = {
            "stream": dead_letter.stream,
            "place": dead_letter.place,
            **change,
            "before": before | change.get("before", {}),
            "after": after | change.get("after", {}),
        }
        values = {
            "action": action,
            "object": f"dead_letter {dead_letter.dead_letter_id}",
            "details": Jsonb(details),
        }
        connection.execute(_SQL["audit"], values)
