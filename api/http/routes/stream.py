"""GET /stream: the log as Server-Sent Events."""

import logging
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from api.http.auth import MayRead
from api.http.dependencies import Service, ServiceDep
from api.http.position import Gap, Start, behind, resolve
from api.http.routes.parameters import SINCE, OnlyDep, Since, errors
from api.http.stream_response import StreamResponse
from api.log import sse_frames
from api.log.interface import EventFilter, LogUnavailable

logger = logging.getLogger(__name__)
router = APIRouter(tags=["read"])

_EVENTS_A_WRITE = 1_000  # the bytes of a write are bounded as well, by CHUNK_BYTES


async def _frames(service: Service, start: Start, only: EventFilter) -> AsyncGenerator[bytes, None]:
    """One loop for old and for live events: read what is there, then wait for more."""
    try:
        yield sse_frames.RETRY
        if start.gap is not None:
            yield _report_gap(service, start.gap)
        after, log = start.after, service.log
        while await log.changed(after):
            batch = await log.read(after, _EVENTS_A_WRITE, only)
            after = batch.after
            if batch.frames:
                yield batch.joined
            elif batch.gap is not None:
                yield _report_gap(service, behind(log, after, batch.gap))
                after = batch.gap - 1
    except LogUnavailable:
        logger.exception("a stream ends; its reader can resume")


def _report_gap(service: Service, gap: Gap) -> bytes:
    service.metrics.gaps.inc()
    return sse_frames.gap(gap.requested, gap.oldest, gap.missing, service.log.stream_id)


@router.get(
    "/stream",
    dependencies=[MayRead],
    response_class=Response,
    responses={
        200: {
            "description": "frames of `id: <stream_id>-<offset>`, `event: <event_type>` and `data:`, the event on one "
            "line; a `stream_gap` event (requested, oldest, missing) where events are no longer held",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **errors(
            e400="a parameter is wrong",
            e401="a token is needed",
            e403="the token is wrong",
            e503="too many streams are open",
        ),
    },
)
async def stream(
    service: ServiceDep,
    only: OnlyDep,
    since: Annotated[Since, Query(description=SINCE + " Without it: from now on (`latest`).")] = None,
    last_event_id: Annotated[
        Since,
        Header(description="the last id received; wins over `since`, since browsers repeat the address"),
    ] = None,
) -> Response:
    """Follow the log from a position, without end. Reconnect with Last-Event-ID to continue exactly."""
    if last_event_id:
        start = await resolve(service.log, last_event_id, "Last-Event-ID")
    else:
        start = await resolve(service.log, since or "latest", "since")
    content = _frames(service, start, only)
    return StreamResponse(content, service.settings.heartbeat_seconds, service.subscribers)
