"""Frames, and the way back to the JSON in them."""

import json
from collections.abc import Callable

import pytest

from api.log import sse_frames
from api.log.interface import Draft


def test_an_element_is_the_data_of_its_frame(make_draft: Callable[..., Draft]) -> None:
    frame = sse_frames.encode("somelog1", 7, make_draft(1, kind='a "quoted" name'))
    assert sse_frames.position(frame) == "somelog1-7"
    assert sse_frames.element(frame) == frame.split(b"data: ")[1].rstrip(b"\n")
    assert json.loads(sse_frames.element(frame))["event_type"] == 'a "quoted" name'


@pytest.mark.parametrize(
    ("raw", "data", "element"),
    [
        (b'{"a":1}', b'data: {"a":1}\n', {"a": 1}),
        (b'{"a":\r\n1}', b'data: {"a":\ndata: 1}\n', {"a": 1}),
        (b'{"a":', b'data: {"a":\n', '{"a":'),
        (b'{"a":NaN}', b'data: {"a":NaN}\n', '{"a":NaN}'),
        (b"\xff\rx", b"data: \xff\ndata: x\n", "\N{REPLACEMENT CHARACTER}\nx"),
        (b"", b"data: \n", ""),
    ],
)
def test_raw_bytes_travel_as_they_are_and_never_break_a_page(
    raw: bytes, data: bytes, element: object
) -> None:
    frame = sse_frames.encode("somelog1", 7, Draft("noted", "L", "2026-01-31T18:30:00Z", raw))
    assert frame == b"event: noted\nid: somelog1-7\n" + data + b"\n"
    assert sse_frames.position(frame) == "somelog1-7"
    assert json.loads(sse_frames.element(frame)) == element


def test_a_gap_has_no_id() -> None:
    frame = sse_frames.gap("old-5", 9, None, "somelog1")
    assert frame == (
        b'event: stream_gap\ndata: {"requested":"old-5","oldest":9,"missing":null,"stream_id":"somelog1"}\n\n'
    )
