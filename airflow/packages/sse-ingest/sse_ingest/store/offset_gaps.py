"""Every offset is accounted for: what a stream skips or uses twice is recorded."""

from collections.abc import Sequence

from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.store.batch import Item
from sse_ingest.store.dead_letters import reject


class GapDetector:
    """Follows the offsets of one reading of a stream, from the checkpoint on.

    Our event service numbers without holes; `strict` says that a hole is a gap to be recorded.
    """

    def __init__(self, stream_id: str | None, offset: int, *, strict: bool) -> None:
        self._stream_id = stream_id
        self._offset = offset
        self._strict = strict

    def detect(self, items: Sequence[Item]) -> list[Item]:
        """The items of a batch, with a Gap before each hole; an offset repeated within it is dropped or rejected."""
        accounted: list[Item] = []
        places = _Places(accounted)
        regular = True
        for item in items:
            if (
                regular
                and isinstance(item, Event)
                and item.offset == self._offset + 1
                and item.stream_id == self._stream_id
            ):
                self._offset = item.offset  # the next one, as nearly all are
                accounted.append(item)
            elif isinstance(item, Gap):
                self._stream_id = None
                accounted.append(item)
            else:
                regular = False  # from now on an offset may come again
                accounted += self._irregular(item, places)
        return accounted

    def _irregular(self, item: Event | Rejected, places: "_Places") -> list[Item]:
        """What becomes of an item that does not just follow the last one."""
        if item.stream_id is None or item.offset is None:
            return [item]
        if isinstance(item, Event) and (earlier := places.event_at(item.stream_id, item.offset)) is not None:
            if earlier.content_hash == item.content_hash and earlier.event_id == item.event_id:
                return []
            detail = f"offset {item.offset} was used twice, first for event {earlier.event_id}"
            return [reject(item, Reason.BAD_POSITION, detail)]
        holes = self._hole_before(item.stream_id, item.offset) if self._strict else []
        self._stream_id, self._offset = item.stream_id, item.offset
        return [*holes, item]

    def _hole_before(self, stream_id: str, offset: int) -> list[Item]:
        if self._stream_id != stream_id or offset <= self._offset + 1:
            return []
        requested = f"{stream_id}-{self._offset}"
        missing = offset - self._offset - 1
        return [Gap(stream_id=stream_id, requested=requested, oldest=offset, missing=missing, hole=True)]


class _Places:
    """Finds an event of the batch by its place. Looks at none before it is asked."""

    def __init__(self, accounted: Sequence[Item]) -> None:
        self._accounted = accounted
        self._looked_at = 0
        self._found: dict[tuple[str, int], Event] = {}

    def event_at(self, stream_id: str, offset: int) -> Event | None:
        for item in self._accounted[self._looked_at :]:
            if isinstance(item, Event):
                self._found[item.stream_id, item.offset] = item
        self._looked_at = len(self._accounted)
        return self._found.get((stream_id, offset))
