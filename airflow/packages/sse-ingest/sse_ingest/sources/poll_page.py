"""A page of GET /events, and the frames that the stream would have sent for it."""

import json
import re

import msgspec

from sse_ingest.sources.sse_decoder import Frame

_EVENTS = re.compile(r'\s*\{\s*"events"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,?\s*")


class Page(msgspec.Struct):
    """The elements byte for byte, the next position, and, if the service reports them, the elements' positions."""

    events: list[msgspec.Raw]
    next_since: str
    stream_id: str
    ids: list[str] = []

    def frames(self, after: str, max_frame_bytes: int) -> list[Frame]:
        """One frame per element, in order; `after` is the position before the first."""
        positions = self.ids if len(self.ids) == len(self.events) else [None] * len(self.events)
        frames: list[Frame] = []
        for raw, position in zip(self.events, positions, strict=True):
            frame = _frame(bytes(raw), self.stream_id, position, after)
            if len(frame.data) > max_frame_bytes:
                frame = msgspec.structs.replace(frame, data=frame.data[:max_frame_bytes], truncated=True)
            frames.append(frame)
            after = frame.last_event_id
        return frames


class _Place(msgspec.Struct):
    offset: int = 0
    event_type: str = "message"


_PAGE = msgspec.json.Decoder(Page)
_PLACE = msgspec.json.Decoder(_Place)
_TEXT = msgspec.json.Decoder(str)


def read_page(body: bytes) -> Page:
    """Read a page. Raises ValueError or RecursionError when the body is no page."""
    try:
        page = _PAGE.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        page = _read_leniently(body)
    for position in (page.stream_id, page.next_since, *page.ids):
        if not (position.isascii() and position.isprintable()):
            raise ValueError(f"it holds an invalid position: {position[:50]!r}")
    return page


def _read_leniently(body: bytes) -> Page:
    """Read a page that has a bad element. The contract finds out what is wrong with it; the others are kept.

    Latin-1 maps each byte to one character, so the decoder's positions are byte positions.
    """
    text = body.decode("latin-1")
    decoder = json.JSONDecoder(strict=False)
    members = decoder.decode(text)
    start = _EVENTS.match(text)
    if start is None:
        raise ValueError("its first member is not the array of events")
    elements: list[msgspec.Raw] = []
    position = start.end()
    while text[position] != "]":
        end = decoder.raw_decode(text, position)[1]
        elements.append(msgspec.Raw(body[position:end]))
        between = _BETWEEN.match(text, end)
        position = between.end() if between else end
    rest = msgspec.convert({**members, "events": []}, Page)
    return Page(elements, rest.next_since, rest.stream_id, rest.ids)


def _frame(element: bytes, stream_id: str, position: str | None, after: str) -> Frame:
    """The frame of an element. Without a position it gets no id of its own, and the stream's position stays."""
    if element.startswith(b'"'):  # the service sends data that are no JSON as a text
        return _placed("message", _unwrapped(element), position, after)
    try:
        place = _PLACE.decode(element)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _placed("message", element, position, after)
    if position is None and place.offset > 0:
        position = f"{stream_id}-{place.offset}"
    return _placed(place.event_type, element, position, after)


def _placed(event: str, data: bytes, position: str | None, after: str) -> Frame:
    return Frame(event, data, after, own_id=False) if position is None else Frame(event, data, position)


def _unwrapped(element: bytes) -> bytes:
    try:
        return _TEXT.decode(element).encode()
    except (msgspec.DecodeError, UnicodeError):
        return element
