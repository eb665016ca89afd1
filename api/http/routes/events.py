"""GET /events: the log for polling. POST /events: publishing."""

import asyncio
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from api.contract.body import Piece, split
from api.contract.errors import BodyError, InvalidBatch
from api.http.auth import MayPublish, MayRead
from api.http.dependencies import Service, ServiceDep
from api.http.position import Gap, behind, resolve
from api.http.problems import Problem, unavailable
from api.http.routes.parameters import SINCE, OnlyDep, Since, errors
from api.log import sse_frames
from api.log.interface import Draft, EventIdConflict, EventLog, LogUnavailable

router = APIRouter()

_MOST_BYTES = 8 * 1024 * 1024  # of events in one answer
_THREAD_BYTES = 64 * 1024  # a larger body is checked beside the event loop
_REF = {"$ref": "#/components/schemas/Event"}
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"anyOf": [_REF, {"type": "array", "items": _REF}]}},
        "application/x-ndjson": {"schema": {"type": "string", "description": "one event a line"}},
    },
}


@router.get(
    "/events",
    tags=["read"],
    dependencies=[MayRead],
    response_class=Response,
    responses={
        200: {
            "description": "`events` as in the `data:` of the stream; `ids`, their positions; `next_since`, from where "
            "to continue; `head`, the newest offset; `stream_id`",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **errors(
            e400="a parameter is wrong",
            e401="a token is needed",
            e403="the token is wrong",
            e410="events after the position are no longer held; `next_since` is where to continue",
        ),
    },
)
async def read(
    service: ServiceDep,
    only: OnlyDep,
    since: Annotated[Since, Query(description=SINCE + " Without it: `earliest`.")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="at most so many events")] = 1_000,
) -> Response:
    """One page of the log. An empty page means that there is nothing new."""
    log = service.log
    start = await resolve(log, since or "earliest", "since")
    if start.gap is not None:
        raise _gone(log, start.gap)
    batch = await log.read(start.after, limit, only, _MOST_BYTES)
    if batch.gap is not None:
        raise _gone(log, behind(log, start.after, batch.gap, since))
    ids = ",".join(f'"{sse_frames.position(frame)}"' for frame in batch.frames)
    stream_id = log.stream_id
    tail = f'],"ids":[{ids}],"next_since":"{stream_id}-{batch.after}","head":{log.head},"stream_id":"{stream_id}"}}'
    body = b'{"events":[' + b",".join(map(sse_frames.element, batch.frames)) + tail.encode()
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _gone(log: EventLog, gap: Gap) -> Problem:
    return Problem(
        410,
        "position-gone",
        f"events after {gap.requested} are no longer held: continue with since={log.stream_id}-{gap.oldest - 1}",
        requested=gap.requested,
        oldest=gap.oldest,
        missing=gap.missing,
        stream_id=log.stream_id,
        next_since=f"{log.stream_id}-{gap.oldest - 1}",
    )


@router.post(
    "/events",
    tags=["publish"],
    status_code=202,
    dependencies=[MayPublish],
    openapi_extra={"requestBody": _BODY},
    response_class=Response,
    responses={
        202: {
            "description": "all events are durable; `offsets`, one an event in its order; `duplicates`, how many of "
            "them were in the log before",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **errors(
            e400="the body cannot be divided into events",
            e401="a token is needed",
            e403="the token is wrong",
            e408="the body came too slowly",
            e409="an event_id is in the log with another content",
            e413="the body is too large",
            e422="events break the contract; `errors` names each with its index, line and field",
            e503="the log cannot be written; nothing was stored",
            e507="the disk of the log is full; nothing was stored",
        ),
    },
)
async def publish(service: ServiceDep, request: Request) -> Response:
    """Store a batch of events, all or nothing; answer when it is durable. A repeat gets its first offsets."""
    try:
        pieces, drafts = await _drafts(service, request)
        try:
            receipts = await service.log.append(drafts)
        except EventIdConflict as conflict:
            raise _conflict(conflict, pieces) from conflict
        except LogUnavailable as error:
            raise unavailable(error) from error
    except Problem as problem:
        service.metrics.refused.labels(problem.kind).inc()
        raise
    duplicates = sum(receipt.duplicate for receipt in receipts)
    service.metrics.accepted.labels("publish").inc(len(receipts) - duplicates)
    service.metrics.duplicates.inc(duplicates)
    answer = {
        "accepted": len(receipts) - duplicates,
        "duplicates": duplicates,
        "offsets": [receipt.offset for receipt in receipts],
        "stream_id": service.log.stream_id,
    }
    return JSONResponse(answer, 202)


async def _drafts(service: Service, request: Request) -> tuple[list[Piece], list[Draft]]:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "encoded-body", "Content-Encoding: send the body as it is, not compressed")
    seconds = service.settings.body_timeout_seconds
    try:
        async with asyncio.timeout(seconds):
            body = await _body(request, service.settings.max_body_bytes)
    except TimeoutError as error:
        detail = (
            f"the body was not complete within {seconds:g} s: send less, or raise EVENT_BODY_TIMEOUT_SECONDS"
        )
        raise Problem(408, "body-too-slow", detail, {"Connection": "close"}) from error
    kind = request.headers.get("content-type", "").lower()
    ndjson = "ndjson" in kind or "jsonl" in kind or "json-seq" in kind

    def parse() -> tuple[list[Piece], list[Draft]]:
        pieces = split(body, ndjson=ndjson)
        return pieces, service.parser.batch(pieces)

    try:
        return await anyio.to_thread.run_sync(parse) if len(body) > _THREAD_BYTES else parse()
    except BodyError as error:
        raise Problem(400, "bad-body", str(error)) from error
    except InvalidBatch as invalid:
        raise _invalid(invalid) from invalid


async def _body(request: Request, limit: int) -> bytes:
    detail = f"the body is larger than {limit} bytes: send it in parts, or raise EVENT_MAX_BODY_BYTES"
    too_large = Problem(413, "body-too-large", detail, {"Connection": "close"}, limit=limit)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large
    except ClientDisconnect as error:
        raise Problem(
            400, "body-incomplete", "the connection ended before the body did: nothing was stored"
        ) from error
    return bytes(body)


def _invalid(invalid: InvalidBatch) -> Problem:
    return Problem(
        422,
        "invalid-events",
        f"{invalid}; nothing was stored: correct what `errors` names and send the whole batch again",
        errors=invalid.errors,
        errors_total=invalid.total,
    )


def _conflict(conflict: EventIdConflict, pieces: list[Piece]) -> Problem:
    line = pieces[conflict.index].line
    where = {"index": conflict.index} | ({} if line is None else {"line": line})
    detail = f"{conflict}; nothing was stored: an event_id identifies one content, for ever"
    error = {**where, "field": "event_id", "detail": str(conflict)}
    return Problem(409, "event-id-conflict", detail, errors=[error], event_id=str(conflict.event_id))
