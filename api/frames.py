"""The bytes of an event on the wire: its JSON, and the SSE frame around it."""

import json
from uuid import UUID

from api.log import Draft

RETRY = b"retry: 1000\n\n"
_DATA = b"\ndata: "


def quote(text: str) -> str:
    """A JSON string, in UTF-8 rather than escapes."""
    return json.dumps(text, ensure_ascii=False)


def encode(stream_id: str, offset: int, draft: Draft) -> bytes:
    """The SSE frame of an event at its offset. https://html.spec.whatwg.org/multipage/server-sent-events.html

    The order of the fields means nothing to a client; ours begin with the id, raw ones with the event.
    """
    name, place = f"event: {draft.event_type}\n".encode(), f"id: {stream_id}-{offset}\n".encode()
    if draft.event_id is None:
        lines = draft.payload.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        return name + place + b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"
    return b"%s%sdata: %s\n\n" % (place, name, _event(offset, draft, draft.event_id))


def _event(offset: int, draft: Draft, event_id: UUID) -> bytes:
    before = (
        f'{{"offset":{offset},"event_id":"{event_id}","event_type":{quote(draft.event_type)},'
        f'"ts":"{draft.ts}","partition_key":{quote(draft.partition_key)},"payload":'
    )
    return b"%s%s}" % (before.encode(), draft.payload)


def gap(requested: str, oldest: int, missing: int | None, stream_id: str) -> bytes:
    """The frame that says that events are gone. It has no id, so that a client keeps the position it had."""
    data = {"requested": requested, "oldest": oldest, "missing": missing, "stream_id": stream_id}
    return (
        b"event: stream_gap\ndata: %s\n\n"
        % json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    )


def position(frame: bytes) -> str:
    """The `id:` of a frame of ours."""
    start = 0 if frame.startswith(b"id: ") else frame.index(b"\nid: ") + 1
    return frame[start + 4 : frame.index(b"\n", start)].decode()


def element(frame: bytes) -> bytes:
    """The `data:` of a frame of ours as an element of a JSON array.

    A raw one that is no JSON (the simulator's malformed events) becomes a string, so that the array stays readable.
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


def _no_constant(name: str) -> None:
    raise ValueError(name)
