"""The items of one transaction: sorted by kind and formatted, while the previous batch is committed."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeAlias

from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.settings import Settings
from sse_ingest.store.copy_rows import RawRows

Item: TypeAlias = Event | Rejected | Gap
_MOST_BYTES = 8 * 1024 * 1024  # of the bytes as received: a few events can be as large as thousands


def _size(item: Item) -> int:
    return 0 if isinstance(item, Gap) else len(item.received)


class Batch:
    """Grows in the order of the stream. The items of the constructor are added without a limit of number or size."""

    def __init__(self, settings: Settings, items: Sequence[Item] = ()) -> None:
        self._settings = settings
        self.items: list[Item] = []
        self.events: list[Event] = []
        self.rejected: list[Rejected] = []
        self.gaps: list[Gap] = []
        self._bytes = 0
        self.raw_rows = RawRows(settings.writer)
        typed = settings.contract.typed
        self.typed_rows = typed.rows() if typed else None
        self._append(items)

    @property
    def full(self) -> bool:
        """Whether it has reached the limit of items, or of bytes, of one transaction."""
        return len(self.items) >= self._settings.max_batch or self._bytes >= _MOST_BYTES

    def __len__(self) -> int:
        return len(self.items)

    def take(self, items: Sequence[Item]) -> int:
        """Add as many of the items as there is room for, in their order; returns how many."""
        part = items[: self._settings.max_batch - len(self.items)]
        sizes = list(accumulate(map(_size, part), initial=self._bytes))
        count = min(bisect_left(sizes, _MOST_BYTES), len(part))
        self._bytes = sizes[count]
        self._append(part[:count])
        return count

    def _append(self, items: Sequence[Item]) -> None:
        events = [item for item in items if isinstance(item, Event)]
        self.items += items
        self.events += events
        self.raw_rows.extend(events)
        if self.typed_rows is not None:
            self.typed_rows.extend(events)
        if len(events) < len(items):
            self.rejected += [item for item in items if isinstance(item, Rejected)]
            self.gaps += [item for item in items if isinstance(item, Gap)]

    def only(self, fresh: Sequence[Event]) -> "Batch":
        """A batch of some of its events, in their order, without its dead letters and gaps."""
        rest = iter(fresh)
        next_fresh = next(rest, None)
        keep = []
        for event in self.events:
            keep.append(event is next_fresh)
            if event is next_fresh:
                next_fresh = next(rest, None)
        batch = Batch(self._settings)
        batch.items, batch.events = list(fresh), list(fresh)
        batch.raw_rows = self.raw_rows.only(keep)
        if batch.typed_rows is not None:
            batch.typed_rows.extend(fresh)
        return batch

    @property
    def first_position(self) -> str:
        """The id of its first frame; empty when it has only gaps."""
        return next((item.last_event_id for item in self.items if not isinstance(item, Gap)), "")

    @property
    def last_position(self) -> str:
        """The id of its last frame; empty when it has only gaps."""
        return next((item.last_event_id for item in reversed(self.items) if not isinstance(item, Gap)), "")
