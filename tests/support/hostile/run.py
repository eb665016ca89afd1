"""Hostile frames through decoder, contract, accounting and store, and the exact result that they must have."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Cursor

from restaurant_warehouse.contract import CONTRACT, restaurant_parser
from sse_ingest.contract.protocol import Parser
from sse_ingest.contract.raw import RAW, RawParser
from sse_ingest.database.connection import connect
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.store.offset_gaps import GapDetector
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS
from tests.support.hostile.draft import Case


def poisoned(cursor: Cursor[Any], event: Event, payload: dict[str, Any]) -> None:
    """A custom processor that fails for some events."""
    match payload["how"]:
        case "raise":
            raise ValueError("no such guest")
        case "query":
            cursor.execute("SELECT 1 / 0")
        case "surrogate":
            raise ValueError("half a pair \ud800 and a NUL \0")


class Reading:
    """Reads a stream into a warehouse batch by batch, as the ingest loop does."""

    def __init__(self, store: Store, *, raw: bool) -> None:
        self._store = store
        self._contract: Parser = RawParser("foreign") if raw else restaurant_parser()
        self._detector = GapDetector(None, 0, strict=not raw)

    def commit(self, frames: Sequence[Frame]) -> list[Event | Rejected | Gap]:
        outcomes = [self._contract.parse(frame) for frame in frames]
        self._store.commit(self._detector.detect(outcomes))
        return outcomes


@contextmanager
def reading(warehouse: Any, *, raw: bool = False) -> Iterator[Reading]:
    settings = Settings(
        contract=RAW if raw else CONTRACT,
        source_url="http://127.0.0.1:1",
        database_url=warehouse.url("airflow_user"),
        writer="test",
        processors={"poisoned": poisoned},
    )
    with (
        connect(settings.database_url, "writer", SCHEMAS) as connection,
        Lease(settings, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        yield Reading(Store(connection, settings, position.fence), raw=raw)


class Account:
    """What the warehouse holds: accepted events by place, dead letters by place or by their bytes."""

    def __init__(self, query: Callable[..., Any]) -> None:
        rows = query("SELECT stream_id, event_offset FROM raw_data.events_raw").fetchall()
        self.raw = Counter((row[0], row[1]) for row in rows)
        rows = query("SELECT stream_id, event_offset FROM raw_data.duplicates").fetchall()
        self.duplicates = Counter((row[0], row[1]) for row in rows)
        self.dead_letters: dict[Any, tuple[str, str, bytes, int]] = {}
        self.dead_letters_total = 0
        columns = "stream_id, event_offset, reason_code, detail, received, attempts"
        for row in query(f"SELECT {columns} FROM raw_data.dead_letters"):
            stream_id, offset, reason, detail, received, attempts = row
            key = (stream_id, offset) if offset is not None else bytes(received)
            self.dead_letters[key] = (reason, detail, bytes(received), attempts)
            self.dead_letters_total += 1

    def mistakes(self, cases: Sequence[tuple[str, Case]]) -> Iterator[str]:
        """Describes every case with the wrong result, and rows that belong to no case."""
        expected: Counter[str] = Counter()
        for name, case in cases:
            expected[
                case.fate if case.fate in ("accepted", "duplicate", "redelivered", "gap") else "dead letter"
            ] += 1
            mistake = self._mistake(case)
            if mistake:
                yield f"{name} at {case.place}: {mistake}\n{case.data[:300]!r}"
        stored = (self.raw.total(), self.duplicates.total(), self.dead_letters_total)
        wanted = (expected["accepted"], expected["duplicate"], expected["dead letter"])
        if stored != wanted:
            yield f"raw rows, duplicates, dead letters: {stored}, not {wanted}"

    def _mistake(self, case: Case) -> str:
        dead_letter = self.dead_letters.get(case.data if case.place is None else case.place)
        if case.fate == "gap":
            return ""
        if not isinstance(case.fate, Reason):
            counts = self.duplicates if case.fate == "duplicate" else self.raw
            return (
                ""
                if counts[case.place or ("", 0)] == 1 and dead_letter is None
                else f"not {case.fate}: {dead_letter}"
            )
        if dead_letter is None:
            return f"no dead letter, {self.raw[case.place or ('', 0)]} row(s) in raw"
        reason, detail, received, _attempts = dead_letter
        if reason != case.fate:
            return f"{reason} ({detail}), not {case.fate}"
        if case.field not in detail or case.value not in detail:
            return f"the detail does not name {case.field!r} and {case.value!r}: {detail}"
        cut = case.fate == Reason.TOO_LARGE and case.data.startswith(received)
        return "" if received == case.data or cut else f"received {received[:300]!r}"
