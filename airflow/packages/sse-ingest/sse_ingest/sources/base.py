"""The sources of frames. Two of them read the same events: the stream, and polling as its fallback."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from sse_ingest.sources.http import Limits
from sse_ingest.sources.poll import PollSource
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.sources.stream import StreamSource

__all__ = ["Address", "Limits", "PollSource", "Source", "StreamSource"]


@dataclass(frozen=True, kw_only=True)
class Address:
    """What the settings of a run say about its source."""

    url: str
    path: str | None = None
    token: str | None = field(default=None, repr=False)
    poll: bool = False
    """End when caught up, instead of waiting for more."""
    since: str | None = None
    """Where to begin when there is no position yet, for a source that understands it."""


class Source(Protocol):
    """What the ingest loop needs from a source."""

    def batches(self, after: str, stop: Callable[[], bool]) -> Iterator[list[Frame]]:
        """Lists of frames after that position, as they arrive; an empty list when nothing arrived for a while.

        Ends when `stop()` is true or the source has no more events. A broken connection is opened again
        from the last frame yielded. Raises TerminalError when a person has to change something.
        """
        ...

    @property
    def pending(self) -> bool:
        """Whether more frames can be read without waiting."""
        ...

    @property
    def down_seconds(self) -> float:
        """How long the source has been unreachable; 0 while it is connected."""
        ...

    def head(self) -> int | None:
        """The newest offset of the source; None when the source does not report it. Never raises."""
        ...

    def close(self) -> None:
        """Close connections and end threads. May be called twice, and from another thread."""
        ...
