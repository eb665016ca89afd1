"""The items of one transaction: sorted by what becomes of them, and formatted, while the last batch is committed."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from sse_ingest.outcome import Event, Gap, Rejected
from sse_ingest.rows import Rows
from sse_ingest.settings import Settings

Item: TypeAlias = Event | Rejected | Gap
_MOST_BYTES = 8 * 1024 * 1024  # as received: a few events can be as large as thousands


class Batch:
    """Grows item by item, in the order of the stream."""

    def __init__(self, settings: Settings, items: Iterable[Item] = ()) -> None:
        self._settings = settings
        self.items: list[Item] = []
        self.events: list[Event] = []
        self.rejected: list[Rejected] = []
        self.gaps: list[Gap] = []
        self._bytes = 0
        self.rows = Rows(settings.writer, typed=not settings.raw)
        for item in items:
            self.add(item)

    @property
    def full(self) -> bool:
        """Whether it has as many items, or bytes, as one transaction is to have."""
        return len(self.items) >= self._settings.max_batch or self._bytes >= _MOST_BYTES

    def __len__(self) -> int:
        return len(self.items)

    def add(self, item: Item) -> None:
        """Take one more item in."""
        self.items.append(item)
        if isinstance(item, Event):
            self.events.append(item)
            self.rows.add(item)
            self._bytes += len(item.received)
        elif isinstance(item, Rejected):
            self.rejected.append(item)
            self._bytes += len(item.received)
        else:
            self.gaps.append(item)

    def only(self, fresh: Sequence[Event]) -> "Batch":
        """These of its events, and nothing else of it."""
        made = Batch(self._settings)
        made.items, made.events = list(fresh), list(fresh)
        made.rows = self.rows.of(self.events, fresh)
        return made

    @property
    def first_position(self) -> str:
        """The id of its first frame; empty when it has gaps only."""
        return next((item.last_event_id for item in self.items if not isinstance(item, Gap)), "")

    @property
    def last_position(self) -> str:
        """The id of its last frame; empty when it has gaps only."""
        return next((item.last_event_id for item in reversed(self.items) if not isinstance(item, Gap)), "")
