"""An SSE response that has a place among a limited number, and whose sends cost next to nothing."""

from collections.abc import AsyncIterable
from dataclasses import dataclass

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message, Receive, Scope, Send

from api.http.problems import Problem, respond

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_DRAIN_SECONDS = 2


@dataclass(slots=True)
class Subscribers:
    """The open streams, and how many there may be."""

    most: int
    now: int = 0


class StreamResponse(EventSourceResponse):
    """Streams while it has a place. The place is taken and given back here, so that none is lost with its reader.

    sse-starlette times every single send, which is a third of what a send costs when a thousand readers are woken.
    Here the connection notices a reader that takes nothing (api.http.connection_limits). Should sse-starlette rename
    the method overridden here, the sends only become dearer.
    """

    def __init__(self, content: AsyncIterable[bytes], heartbeat: float, subscribers: Subscribers) -> None:
        super().__init__(
            content,
            headers=_HEADERS,
            sep="\n",
            ping=heartbeat,
            ping_message_factory=lambda: ServerSentEvent(comment="ping", sep="\n"),
            # The log's drain ends the content; these two only see to it that no stream outlives it.
            shutdown_event=anyio.Event(),
            shutdown_grace_period=_DRAIN_SECONDS,
        )
        self._subscribers = subscribers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the reader goes, is cut, or the service stops."""
        places = self._subscribers
        if places.now >= places.most:
            detail = (
                f"{places.most} streams are open: try again, poll GET /events, or raise EVENT_MAX_SUBSCRIBERS"
            )
            refusal = respond(Problem(503, "too-many-subscribers", detail, {"Retry-After": "5"}))
            await refusal(scope, receive, send)
            return
        places.now += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            places.now -= 1

    async def _send_with_timeout(self, send: Send, message: Message) -> None:
        await send(message)
