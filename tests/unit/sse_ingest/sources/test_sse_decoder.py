"""The decoder, by the examples and rules of
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import time

import pytest

from sse_ingest.sources.sse_decoder import Decoder, Frame


def decode(stream: bytes, **options: int) -> list[Frame]:
    decoder = Decoder(**options)  # type: ignore[arg-type]
    return decoder.decode(stream) + decoder.flush()


def data_of(stream: bytes) -> list[bytes]:
    return [frame.data for frame in decode(stream)]


class TestExamplesOfTheSpecification:
    def test_messages_are_separated_by_blank_lines(self) -> None:
        stream = (
            b"data: This is the first message.\n\n"
            b"data: This is the second message, it\ndata: has two lines.\n\n"
            b"data: This is the third message.\n\n"
        )
        assert data_of(stream) == [
            b"This is the first message.",
            b"This is the second message, it\nhas two lines.",
            b"This is the third message.",
        ]

    def test_event_types(self) -> None:
        stream = b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n"
        assert [(frame.event, frame.data) for frame in decode(stream)] == [
            ("add", b"73857293"),
            ("remove", b"2153"),
            ("add", b"113411"),
        ]

    def test_stock_ticker(self) -> None:
        assert data_of(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [b"YHOO\n+2\n10"]

    def test_four_blocks_of_comment_ids_and_an_unterminated_one(self) -> None:
        stream = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\ndata: x"
        assert decode(stream) == [
            Frame("message", b"first event", "1", own_id=True),
            Frame("message", b"second event", "", own_id=True),
            Frame("message", b" third event", "", own_id=False),
        ]

    def test_empty_data_is_an_event_and_the_last_block_is_dropped(self) -> None:
        assert data_of(b"data\n\ndata\ndata\n\ndata:") == [b"", b"\n"]

    def test_a_space_after_the_colon_is_ignored(self) -> None:
        assert data_of(b"data:test\n\ndata: test\n\n") == [b"test", b"test"]


class TestLines:
    @pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
    def test_any_line_end(self, end: bytes) -> None:
        stream = end.join([b"id: 1", b"event: a", b"data: b", b"", b"data: c", b"", b""])
        assert decode(stream) == [Frame("a", b"b", "1"), Frame("message", b"c", "1", own_id=False)]

    def test_mixed_line_ends(self) -> None:
        assert data_of(b"data: a\r\n\rdata: b\r\r\ndata: c\n\r\n") == [b"a", b"b", b"c"]

    def test_a_cr_dispatches_without_waiting_for_what_follows(self) -> None:
        decoder = Decoder()
        assert decoder.decode(b"data: a\r\r") == [Frame("message", b"a", "", own_id=False)]
        assert decoder.decode(b"\ndata: b\r\n\r") == [Frame("message", b"b", "", own_id=False)]
        assert decoder.decode(b"\n") == []

    def test_one_leading_bom_is_ignored(self) -> None:
        assert data_of(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]
        assert data_of(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n") == []
        assert data_of(b"\n\xef\xbb\xbfdata: a\n\n") == []

    def test_a_bom_in_pieces(self) -> None:
        decoder = Decoder()
        chunks = [b"\xef", b"", b"\xbb", b"\xbfda", b"ta: a\n\n"]
        assert [frame.data for chunk in chunks for frame in decoder.decode(chunk)] == [b"a"]

    def test_what_only_begins_like_a_bom_is_kept(self) -> None:
        assert data_of(b"\xef\xbbdata: a\n\ndata: b\n\n") == [b"b"]


class TestFields:
    def test_names_are_case_sensitive_and_unknown_ones_ignored(self) -> None:
        assert data_of(b"DATA: a\ndata : b\n data: c\nfoo\ndata: d\n\n") == [b"d"]

    def test_an_id_with_nul_is_ignored(self) -> None:
        frames = decode(b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n")
        assert frames == [Frame("message", b"a", "1"), Frame("message", b"b", "1", own_id=False)]

    def test_an_id_with_nul_is_ignored_in_a_plain_block_too(self) -> None:
        assert decode(b"id: 1\0\nevent: e\ndata: b\n\n") == [Frame("e", b"b", "", own_id=False)]

    def test_a_block_of_an_id_alone_moves_the_position_and_is_no_event(self) -> None:
        decoder = Decoder()
        assert decoder.decode(b"id: 7\n\n") == []
        assert decoder.last_event_id == "7"
        assert decoder.decode(b"data: a\n\n") == [Frame("message", b"a", "7", own_id=False)]

    def test_an_id_in_an_unfinished_block_does_not_move_the_position(self) -> None:
        decoder = Decoder()
        decoder.decode(b"id: 1\ndata: a\n\nid: 2\ndata: b\n")
        assert decoder.last_event_id == "1"

    def test_the_event_type_does_not_outlive_its_block(self) -> None:
        frames = decode(b"event: a\n\ndata: b\n\nevent: c\nevent:\ndata: d\n\n")
        assert [frame.event for frame in frames] == ["message", "message"]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (b"retry: 1000", 1000),
            (b"retry:0", 0),
            (b"retry: 007", 7),
            (b"retry:", None),
            (b"retry", None),
            (b"retry: 1s", None),
            (b"retry: -1", None),
            (b"retry:  5", None),
            (b"retry: 1.5", None),
            ("retry: ٣".encode(), None),
            (b"retry: " + b"9" * 5000, 10**10),
        ],
    )
    def test_retry_takes_ascii_digits_only(self, line: bytes, expected: int | None) -> None:
        decoder = Decoder()
        decoder.decode(line + b"\n")
        assert decoder.retry_ms == expected

    def test_invalid_utf8_stays_as_received_in_data(self) -> None:
        assert decode(b"id: \xff\nevent: \xfe\ndata: \xfd\n\n") == [Frame("\ufffd", b"\xfd", "\ufffd")]


class TestSeed:
    def test_blocks_without_id_keep_the_position_of_the_connection_before(self) -> None:
        decoder = Decoder("s-5")
        assert decoder.decode(b"event: stream_gap\ndata: {}\n\n") == [
            Frame("stream_gap", b"{}", "s-5", own_id=False)
        ]
        assert decoder.last_event_id == "s-5"


class TestLimit:
    def test_up_to_the_limit_a_frame_is_whole(self) -> None:
        assert decode(b"data: " + b"x" * 94 + b"\n\n", max_frame_bytes=100)[0].truncated is False
        frame = decode(b"data: " + b"x" * 40 + b"\ndata: " + b"y" * 59 + b"\n\n", max_frame_bytes=100)[0]
        assert (frame.truncated, len(frame.data)) == (False, 100)

    @pytest.mark.parametrize("size", [1, 7, 1000])
    def test_a_longer_line_comes_out_cut(self, size: int) -> None:
        stream = b"id: 1\ndata: " + b"x" * 500 + b"\nevent: e\n\nid: 2\nevent: f\ndata: y\n\n"
        decoder = Decoder(max_frame_bytes=100)
        frames = [
            frame
            for start in range(0, len(stream), size)
            for frame in decoder.decode(stream[start : start + size])
        ]
        assert frames == [Frame("e", b"x" * 94, "1", truncated=True), Frame("f", b"y", "2")]

    def test_many_lines_count_together(self) -> None:
        frame = decode(b"data: 1234567890\n" * 50 + b"\n", max_frame_bytes=100)[0]
        assert frame.truncated
        assert len(frame.data) == 100

    def test_a_long_comment_is_no_fault(self) -> None:
        frames = decode(b": " + b"x" * 500 + b"\ndata: a\n\n", max_frame_bytes=100)
        assert frames == [Frame("message", b"a", "", own_id=False)]

    def test_an_id_that_is_too_long_is_ignored(self) -> None:
        frames = decode(b"id: " + b"x" * 500 + b"\ndata: a\n\n", max_frame_bytes=100)
        assert frames == [Frame("message", b"a", "", own_id=False, truncated=True)]


class TestEffort:
    """Twice the bytes take about twice the time, whatever the chunks: four times is far from quadratic."""

    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    @pytest.mark.parametrize("chunk_size", [1, 4096])
    def test_one_huge_line(self, end: bytes, chunk_size: int) -> None:
        def seconds(size: int) -> float:
            stream = b"data: " + b"x" * size + end + end
            decoder = Decoder()
            started = time.process_time()
            count = 0
            for start in range(0, len(stream), chunk_size):
                count += len(decoder.decode(stream[start : start + chunk_size]))
            assert count == 1
            return time.process_time() - started

        size = 40_000 if chunk_size == 1 else 8_000_000
        seconds(size)
        assert min(seconds(8 * size) for _ in range(3)) < 40 * min(seconds(size) for _ in range(3)) + 0.05
