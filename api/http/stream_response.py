"""An SSE response: the number of streams is limited, and a send is cheap."""

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
    """The number of open streams, and its limit."""

    most: int
    now: int = 0


class StreamResponse(EventSourceResponse):
    """Counts itself as one subscriber while it streams.

    sse-starlette starts a timer for every send, and with a thousand readers this is a third of the cost. Here the
    connection itself ends a reader that does not read (api.http.connection_limits). If sse-starlette renames the
    overridden method, sends become slower and stay right.
    """

    def __init__(self, content: AsyncIterable[bytes], heartbeat: float, subscribers: Subscribers) -> None:
        super().__init__(
            content,
            headers=_HEADERS,
            sep="\n",
            ping=heartbeat,
            ping_message_factory=lambda: ServerSentEvent(comment="ping", sep="\n"),
            # The log's drain ends the content. These two end a stream that outlives it.
            shutdown_event=anyio.Event(),
            shutdown_grace_period=_DRAIN_SECONDS,
        )
        self._subscribers = subscribers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the reader leaves, is cut, or the service stops."""
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
