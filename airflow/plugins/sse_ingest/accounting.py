"""Every offset is accounted for: offsets that a stream skips or uses twice are noticed, not passed over."""

from collections.abc import Sequence

from sse_ingest.contract import Event, Gap, Reason, Rejected
from sse_ingest.dead_letters import reject
from sse_ingest.store import Item


class Accountant:
    """Follows the offsets of one reading of a stream, from the checkpoint on.

    Our event service numbers without holes; `strict` says that a hole is a gap to be recorded.
    """

    def __init__(self, stream_id: str | None, offset: int, *, strict: bool) -> None:
        self._stream_id = stream_id
        self._offset = offset
        self._strict = strict

    def account(self, items: Sequence[Event | Rejected | Gap]) -> list[Item]:
        """The items of a batch, with a Gap before each hole; an offset repeated within it is dropped or rejected."""
        accounted: list[Item] = []
        seen: dict[tuple[str, int], Event] = {}
        for item in items:
            if isinstance(item, Gap):
                self._stream_id = None
                accounted.append(item)
                continue
            if item.stream_id is None or item.offset is None:
                accounted.append(item)
                continue
            if isinstance(item, Event):
                earlier = seen.setdefault((item.stream_id, item.offset), item)
                if earlier is not item:
                    if earlier.content_hash != item.content_hash or earlier.event_id != item.event_id:
                        detail = f"offset {item.offset} was used twice, first for event {earlier.event_id}"
                        accounted.append(reject(item, Reason.BAD_POSITION, detail))
                    continue
            if self._strict:
                accounted.extend(self._hole_before(item.stream_id, item.offset))
            accounted.append(item)
            self._stream_id, self._offset = item.stream_id, item.offset
        return accounted

    def _hole_before(self, stream_id: str, offset: int) -> list[Gap]:
        if self._stream_id != stream_id or offset <= self._offset + 1:
            return []
        requested = f"{stream_id}-{self._offset}"
        return [
            Gap(stream_id=stream_id, requested=requested, oldest=offset, missing=offset - self._offset - 1)
        ]
