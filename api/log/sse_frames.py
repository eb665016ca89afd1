"""The bytes of an event on the wire: its JSON, and the SSE frame around it."""

import json
from decimal import Decimal
from functools import partial
from uuid import UUID

import msgspec

from api.log.interface import Draft

RETRY = b"retry: 1000\n\n"
_DATA = b"\ndata: "


class _Event(msgspec.Struct, gc=False):
    """The fields of an event's `data:`, in this order."""

    offset: int
    event_id: UUID
    event_type: str
    ts: str
    partition_key: str
    version: int | msgspec.UnsetType
    payload: msgspec.Raw


_encode = msgspec.json.Encoder().encode
_exactly = partial(json.loads, parse_float=Decimal)


def quote(text: str) -> str:
    """A JSON string, in UTF-8 rather than escapes."""
    return json.dumps(text, ensure_ascii=False)


def encode(stream_id: str, offset: int, draft: Draft) -> bytes:
    """The SSE frame of an event at its offset. https://html.spec.whatwg.org/multipage/server-sent-events.html

    The order of the fields means nothing to a client. Here it marks the kind: the frame of a checked event begins with
    its id, the frame of a raw one with its event type.
    """
    kind, payload = draft.event_type, draft.payload
    if draft.event_id is None:
        lines = payload.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        data = b"".join(b"data: " + line + b"\n" for line in lines)
        return f"event: {kind}\nid: {stream_id}-{offset}\n".encode() + data + b"\n"
    raw = msgspec.Raw(payload)
    version = msgspec.UNSET if draft.version is None else draft.version
    event = _Event(offset, draft.event_id, kind, draft.ts, draft.partition_key, version, raw)
    return b"%sdata: %s\n\n" % (f"id: {stream_id}-{offset}\nevent: {kind}\n".encode(), _encode(event))


def gap(requested: str, oldest: int, missing: int | None, stream_id: str) -> bytes:
    """The frame that reports deleted events. It has no id, so that a client keeps its position."""
    data = {"requested": requested, "oldest": oldest, "missing": missing, "stream_id": stream_id}
    return (
        b"event: stream_gap\ndata: %s\n\n"
        % json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    )


def position(frame: bytes) -> str:
    """The `id:` of a frame that `encode` made."""
    start = 0 if frame.startswith(b"id: ") else frame.index(b"\nid: ") + 1
    return frame[start + 4 : frame.index(b"\n", start)].decode()


def element(frame: bytes) -> bytes:
    """The `data:` of a frame that `encode` made, as an element of a JSON array.

    A raw event that is no JSON (the simulator's malformed events) becomes a string, so that the array stays valid.
    """
    data = frame[frame.index(_DATA) + len(_DATA) : -2]
    if frame.startswith(b"id: "):
        return data
    data = data.replace(_DATA, b"\n")
    try:
        json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return json.dumps(data.decode("utf-8", "replace")).encode()
    return data


def same_content(frame: bytes, draft: Draft) -> bool:
    """Whether a repeat is the event of the frame in another spelling (order of keys, escapes, 12.5 for 12.50)."""
    known = _exactly(element(frame))
    envelope = (known["event_type"], known["ts"], known["partition_key"], known.get("version"))
    return bool(
        envelope == (draft.event_type, draft.ts, draft.partition_key, draft.version)
        and known["payload"] == _exactly(draft.payload)
    )


def _no_constant(name: str) -> None:
    raise ValueError(name)
