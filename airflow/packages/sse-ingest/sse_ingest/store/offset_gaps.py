"""Detects offsets that a stream skips or uses twice, so that every offset is accounted for."""

from collections.abc import Sequence

from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.store.batch import Item
from sse_ingest.store.dead_letters import reject


class GapDetector:
    """Follows the offsets of a stream during one run, from the checkpoint on.

    Our event service numbers events without holes. `strict`: a hole is recorded as a gap.
    """

    def __init__(self, stream_id: str | None, offset: int, *, strict: bool) -> None:
        self._stream_id = stream_id
        self._offset = offset
        self._strict = strict

    def detect(self, items: Sequence[Item]) -> list[Item]:
        """The items, with a Gap before the item that follows a hole. A repeated offset is dropped or rejected."""
        checked: list[Item] = []
        places = _Places(checked)
        regular = True
        for item in items:
            if (
                regular
                and isinstance(item, Event)
                and item.offset == self._offset + 1
                and item.stream_id == self._stream_id
            ):
                self._offset = item.offset  # the usual case: the next offset
                checked.append(item)
            elif isinstance(item, Gap):
                self._stream_id = None
                checked.append(item)
            else:
                regular = False  # from now on an offset may occur again
                checked += self._irregular(item, places)
        return checked

    def _irregular(self, item: Event | Rejected, places: "_Places") -> list[Item]:
        """The items for one that does not directly follow the previous one."""
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
    """Finds an event of the batch by its place. It indexes the events only when it is needed."""

    def __init__(self, checked: Sequence[Item]) -> None:
        self._checked = checked
        self._indexed = 0
        self._by_place: dict[tuple[str, int], Event] = {}

    def event_at(self, stream_id: str, offset: int) -> Event | None:
        for item in self._checked[self._indexed :]:
            if isinstance(item, Event):
                self._by_place[item.stream_id, item.offset] = item
        self._indexed = len(self._checked)
        return self._by_place.get((stream_id, offset))
