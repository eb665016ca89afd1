"""Reading goes on from what was delivered, however late its caller comes to decode it."""

import threading
import time
from functools import partial

from sse_ingest.sources.reader import Reader
from sse_ingest.sources.sse_decoder import Frame


def numbered(reader: Reader, number: int) -> list[Frame]:
    """Decoded late, as by a caller that is busy; where to go on is known only then."""
    time.sleep(0.1)
    reader.position = f"log-{number}"
    return [Frame("noted", b"{}", reader.position)]


def test_a_connection_begins_after_all_that_the_last_one_delivered() -> None:
    positions: list[str] = []

    def attempt(reader: Reader) -> bool:
        positions.append(reader.position)
        for number in (1, 2, 3):
            reader.deliver(partial(numbered, reader, 3 * len(positions) - 3 + number), 100)
        reader.backoff.base = 0.01
        return len(positions) == 3

    reader = Reader(attempt, "log-0", 1_000)
    ids = [frame.last_event_id for frames in reader.lists(lambda: False, 0.05) for frame in frames]
    reader.close()

    assert positions == ["log-0", "log-3", "log-6"]
    assert ids == [f"log-{number}" for number in range(1, 10)]


def test_bytes_without_a_whole_frame_are_reported_at_once() -> None:
    """They were pending, so that the caller may have waited for more."""

    may_end, ended = threading.Event(), threading.Event()

    def attempt(reader: Reader) -> bool:
        reader.deliver(list, 7)
        may_end.wait(30)
        ended.set()
        return True

    reader = Reader(attempt, "", 1_000)
    first = next(reader.lists(lambda: False, 90))
    before_the_end = not ended.is_set()
    may_end.set()
    reader.close()

    assert first == []
    assert before_the_end
