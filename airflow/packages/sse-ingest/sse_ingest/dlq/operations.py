"""What people do to dead letters: look, retry, edit, discard. Each change is one transaction with its audit row.

It runs beside live ingestion, without its lease: the checkpoint passed the letter's offset long ago, and its place
in the account was taken when it was buried. So nothing moves here but the letter and the event.
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
    """What became of one letter. Not `done`: it is still open, for the reason given."""

    letter_id: int
    done: bool
    said: str


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
        """The letters that meet all of these, without their bytes. `resolved=None` means both kinds."""
        asked = {"stream": stream, "reason": reason, "since": since, "resolved": resolved, "most": most}
        with translated():
            return [DeadLetter(*row) for row in self._connection.execute(_SQL["find"], asked)]

    def letter(self, letter_id: int) -> DeadLetter:
        """One letter, whole. Raises DeadLetterRefused when there is none of that number."""
        with translated():
            row = self._connection.execute(_SQL["letter"], {"id": letter_id}).fetchone()
        if row is None:
            raise DeadLetterRefused(f"There is no dead letter {letter_id}: see `dlq list --state all`.")
        return DeadLetter(*row)

    def retry(self, letter_id: int) -> Outcome:
        """Read its bytes again; what the contract and the database take now stands once, in its old place."""
        letter = self.letter(letter_id)
        return self._readmit(letter, parse(letter, self._contract(letter)), "retried", {})

    def edit(self, letter_id: int, received: bytes) -> Outcome:
        """Take other bytes in its place. If they are refused as well, nothing changes."""
        letter = self.letter(letter_id)
        change = {
            "before": {"received": readable(letter.received)},
            "after": {"received": readable(received)},
        }
        return self._readmit(letter, parse(letter, self._contract(letter), received), "edited", change)

    def discard(self, letter_id: int, why: str) -> Outcome:
        """Give the event up. The letter and its bytes stay."""
        if not why.strip():
            raise DeadLetterRefused("Say why: the audit trail is for those who ask later.")
        letter = self.letter(letter_id)
        with translated(), self._connection.transaction():
            self._hold(self._connection, letter)
            self._resolve(self._connection, letter, "discarded", {"why": why})
        return Outcome(letter.dead_letter_id, True, "discarded")

    def _readmit(
        self, letter: DeadLetter, item: Event | Rejected, resolution: str, change: dict[str, Any]
    ) -> Outcome:
        with self._transaction(letter, item) as (connection, store):
            self._hold(connection, letter)
            refusal = item if isinstance(item, Rejected) else self._admit(connection, store, letter, item)
            if refusal is None:
                self._resolve(connection, letter, resolution, change)
            elif resolution == "retried":
                self._count_attempt(connection, letter, refusal)
        if refusal is None:
            return Outcome(letter.dead_letter_id, True, f"{resolution}: taken at {letter.place}")
        return Outcome(
            letter.dead_letter_id, False, f"still refused: {refusal.reason_code}: {refusal.detail}"
        )

    @contextmanager
    def _transaction(
        self, letter: DeadLetter, item: Event | Rejected
    ) -> Iterator[tuple[psycopg.Connection[Any], Store | None]]:
        """Claims are stopped before the letter is locked: a live batch locks the two in that order as well."""
        if isinstance(item, Rejected):
            with translated(), self._connection.transaction():
                yield self._connection, None
            return
        self._check_processor(letter, item)
        store = self._store(letter)
        with translated():
            store.ensure_partitions([item.ts])
        with store.between_batches() as connection:
            yield connection, store

    def _admit(
        self, connection: psycopg.Connection[Any], store: Store | None, letter: DeadLetter, event: Event
    ) -> Rejected | None:
        assert store is not None
        if letter.reason_code == Reason.BAD_POSITION:
            place = {"stream_id": event.stream_id, "event_offset": event.offset, "event_id": event.event_id}
            other = connection.execute(_SQL["taken_place"], place).fetchone()
            if other:
                detail = (
                    f"offset {event.offset} holds event {other[0]}: publish this one again, then discard it"
                )
                return reject(event, Reason.BAD_POSITION, detail)
        return store.admit(event)

    def _check_processor(self, letter: DeadLetter, event: Event) -> None:
        if letter.reason_code == Reason.PROCESSOR_FAILED and event.event_type not in self._processors:
            raise DeadLetterRefused(
                f"Letter {letter.dead_letter_id} failed in the processor of {event.event_type!r}: without it, its rows "
                "would be missing for ever. Give the processors with --processors module:MAPPING."
            )

    def _connect(self) -> psycopg.Connection[Any]:
        return connect(self._warehouse.url, "dead letters", self._warehouse.schemas)

    def _contract(self, letter: DeadLetter) -> Contract:
        return RAW if letter.raw else self._warehouse.contract

    def _store(self, letter: DeadLetter) -> Store:
        key = (letter.stream, letter.raw)
        if key not in self._stores:
            connection = self._open.enter_context(self._connect())
            settings = Settings(
                source_url="http://nothing.is.read.invalid",
                database_url=self._warehouse.url,
                stream=letter.stream,
                contract=self._contract(letter),
                schema=self._warehouse.schema,
                processors=self._processors,
            )
            self._stores[key] = Store(connection, settings)
        return self._stores[key]

    def _hold(self, connection: psycopg.Connection[Any], letter: DeadLetter) -> None:
        row = connection.execute(_SQL["hold"], {"id": letter.dead_letter_id}).fetchone()
        if row is None or row[0] is not None:
            done = f"was {row[1]} at {row[0]:%Y-%m-%d %H:%M:%S} UTC" if row else "is gone"
            raise DeadLetterRefused(f"Letter {letter.dead_letter_id} {done}: there is nothing left to do.")

    def _resolve(
        self, connection: psycopg.Connection[Any], letter: DeadLetter, resolution: str, change: dict[str, Any]
    ) -> None:
        connection.execute(_SQL["resolve"], {"id": letter.dead_letter_id, "resolution": resolution})
        self._audit(connection, letter, f"dead_letter_{resolution}", change, {"resolution": resolution})

    def _count_attempt(
        self, connection: psycopg.Connection[Any], letter: DeadLetter, refusal: Rejected
    ) -> None:
        after = {"reason_code": str(refusal.reason_code), "detail": storable(refusal.detail)}
        connection.execute(_SQL["count_attempt"], {"id": letter.dead_letter_id, **after})
        self._audit(connection, letter, "dead_letter_retry_failed", {}, after)

    def _audit(
        self,
        connection: psycopg.Connection[Any],
        letter: DeadLetter,
        action: str,
        change: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        before = {
            "reason_code": letter.reason_code,
            "detail": letter.detail,
            "attempts": letter.attempts,
            "event_id": str(letter.event_id) if letter.event_id else None,
        }
        details = {
            "stream": letter.stream,
            "place": letter.place,
            **change,
            "before": before | change.get("before", {}),
            "after": after | change.get("after", {}),
        }
        named = {
            "action": action,
            "object": f"dead_letter {letter.dead_letter_id}",
            "details": Jsonb(details),
        }
        connection.execute(_SQL["audit"], named)
