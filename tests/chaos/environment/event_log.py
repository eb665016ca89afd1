"""The file of the event service's log, changed while the service is down."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from api.log.interface import Draft, LogError
from api.log.sqlite.writer import Store
from tests.chaos.environment.restaurant import Event, Restaurant
from tests.chaos.expected_state.event_history import EventHistory

_NOW = "2026-03-14T12:00:00Z"


class EventLog:
    """Each change reads the file into the history first, so that no event is forgotten."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self._restaurant = Restaurant(seed)
        self._random = Random(seed)

    def add_unpublishable(self, history: EventHistory) -> None:
        """Append what POST /events refuses: invalid bytes and content, repeats, an event id with other content."""
        invalid = self._restaurant.invalid()
        history.invalid_ids.add(invalid["event_id"])
        good = self._restaurant.batch()[0]
        other_content = {**good, "payload": {**good["payload"], "changed": True}}
        drafts = [_draft(event) for event in (invalid, good, good, other_content)]
        drafts += [
            Draft("order_created", "LOC-ON-001", _NOW, self._restaurant.invalid_bytes()) for _ in range(2)
        ]
        self._random.shuffle(drafts)
        store = _open(self.path)
        try:
            store.append([drafts])
        finally:
            store.close()
        history.read(self.path)

    def delete(self, history: EventHistory) -> None:
        """Lose the log; the service begins a new one when it starts."""
        history.read(self.path)
        for file in self.path.parent.glob(f"{self.path.name}*"):
            file.unlink()

    def truncate(self, history: EventHistory, keep: int) -> None:
        """Delete all but the newest events, as retention does."""
        history.read(self.path)
        store = _open(self.path)
        try:
            store.expire(datetime(2000, 1, 1, tzinfo=UTC), keep, 10**9)
        finally:
            store.close()


@retry(retry=retry_if_exception_type(LogError), stop=stop_after_delay(5), wait=wait_fixed(0.02), reraise=True)
def _open(path: Path) -> Store:
    """Wait while another process holds the lock of the file."""
    return Store(path)


def _draft(event: Event) -> Draft:
    return Draft(
        event["event_type"],
        event["partition_key"],
        event["ts"],
        msgspec.json.encode(event["payload"]),
        UUID(event["event_id"]),
        unchecked=True,
    )
