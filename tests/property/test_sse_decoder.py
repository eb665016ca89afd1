"""Any chunking gives the same frames, and they are those of the specification's own algorithm."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sse_ingest.sources.sse_decoder import Decoder, Frame
from tests.support.examples import examples


@dataclass
class Transcription:
    """https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, line by line.

    Only the decoding as UTF-8 is put off to the values: it commutes with the cutting into lines and fields,
    since those are ASCII. Data stay bytes.
    """

    last_event_id_string: str = ""
    last_event_id_buffer: str = ""
    event_type_buffer: str = ""
    data_buffer: bytes = b""
    reconnection_time: int | None = None
    own_id: bool = False
    dispatched: list[Frame] = field(default_factory=list)

    def interpret(self, stream: bytes) -> "Transcription":
        if stream.startswith(b"\xef\xbb\xbf"):
            stream = stream[3:]
        lines, rest = [], stream
        while True:
            ends = [at for at in (rest.find(b"\n"), rest.find(b"\r")) if at >= 0]
            if not ends:
                break  # the end of the file: pending data must be discarded
            end = min(ends)
            lines.append(rest[:end])
            rest = rest[end + 2 :] if rest[end : end + 2] == b"\r\n" else rest[end + 1 :]
        for line in lines:
            self.line(line)
        return self

    def line(self, line: bytes) -> None:
        if line == b"":
            self.dispatch()
        elif line.startswith(b":"):
            pass
        elif b":" in line:
            at = line.index(b":")
            value = line[at + 1 :]
            self.process(line[:at], value[1:] if value.startswith(b" ") else value)
        else:
            self.process(line, b"")

    def process(self, name: bytes, value: bytes) -> None:
        if name == b"event":
            self.event_type_buffer = value.decode("utf-8", "replace")
        elif name == b"data":
            self.data_buffer += value + b"\n"
        elif name == b"id":
            if b"\0" not in value:
                self.last_event_id_buffer = value.decode("utf-8", "replace")
                self.own_id = True
        elif name == b"retry" and value and all(byte in b"0123456789" for byte in value):
            self.reconnection_time = min(int(value), 10**10)  # ours: nobody waits longer than that

    def dispatch(self) -> None:
        self.last_event_id_string = self.last_event_id_buffer
        if self.data_buffer:
            self.dispatched.append(
                Frame(
                    self.event_type_buffer or "message",
                    self.data_buffer.removesuffix(b"\n"),
                    self.last_event_id_string,
                    self.own_id,
                )
            )
        self.data_buffer, self.event_type_buffer, self.own_id = b"", "", False


ends = st.sampled_from([b"\n", b"\r", b"\r\n"])
# Only ASCII digits are a time, however many.
RETRIES = [b"007", b"+5", b"-1", b"5 ", b"1_0", b"1e3", "٣".encode(), b"9" * 11, b"0" * 30 + b"7"]
names = st.sampled_from(
    [b"data", b"event", b"id", b"retry", b"", b"Data", b"data ", b"x", b"\xef\xbb\xbfdata"]
)
values = st.one_of(
    st.binary(max_size=8).map(lambda value: value.replace(b"\n", b"").replace(b"\r", b"")),
    st.sampled_from(
        [
            b"",
            b" ",
            b"  x",
            b"5",
            b"12",
            b"a\0b",
            b":",
            b"\xff\xfe",
            b"\xc3",
            "é😀".encode(),
            b"id: 1",
            *RETRIES,
        ]
    ),
)
lines = st.one_of(
    st.just(b""),
    st.just(b""),
    st.tuples(names, st.sampled_from([b":", b": ", b""]), values).map(b"".join),
    st.tuples(st.just(b"data: "), values).map(b"".join),
)
loose = st.lists(st.tuples(lines, ends).map(b"".join), max_size=20).map(b"".join)
plain = st.lists(
    st.tuples(values, values, values).map(lambda v: b"id: %s\nevent: %s\ndata: %s\n\n" % v), max_size=4
).map(b"".join)
soup = st.lists(st.sampled_from([b"\n", b"\r", b":", b" ", b"data", b"id", b"x", b"\0"]), max_size=40).map(
    b"".join
)
streams = st.tuples(
    st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"]),
    st.lists(st.one_of(loose, plain, soup), max_size=4).map(b"".join),
    st.sampled_from([b"", b"data: tail", b"data: tail\n", b"\r"]),
).map(b"".join)


def chunks_of(stream: bytes, cuts: list[int]) -> list[bytes]:
    at = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[a:b] for a, b in pairwise(at)]


@given(streams, st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=examples(1500), deadline=None)
def test_any_chunking_equals_the_transcription(stream: bytes, cuts: list[int]) -> None:
    expected = Transcription().interpret(stream)
    for chunks in ([stream], chunks_of(stream, cuts), [stream[at : at + 1] for at in range(len(stream))]):
        decoder = Decoder()
        frames = [frame for chunk in chunks for frame in decoder.decode(chunk)]
        assert frames + decoder.flush() == expected.dispatched
        assert decoder.last_event_id == expected.last_event_id_string
        assert decoder.retry_ms == expected.reconnection_time


@given(streams, st.lists(st.integers(0, 10_000), max_size=12), st.integers(16, 40))
@settings(max_examples=examples(500), deadline=None)
def test_with_a_limit_any_chunking_is_still_the_same(stream: bytes, cuts: list[int], limit: int) -> None:
    whole = Decoder(max_frame_bytes=limit)
    pieces = Decoder(max_frame_bytes=limit)
    frames = whole.decode(stream)
    assert [frame for chunk in chunks_of(stream, cuts) for frame in pieces.decode(chunk)] == frames
    assert all(len(frame.data) <= limit for frame in frames)
    unlimited = Transcription().interpret(stream).dispatched
    for frame, full in zip(frames, unlimited, strict=True):
        assert (frame.event, frame.data) == (full.event, full.data) or frame.truncated
