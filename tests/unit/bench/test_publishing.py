"""The service accepts the prepared requests of the bench; an answer is read completely."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from api.contract.body import split
from api.contract.parser import Parser
from tests.bench.processes.publishing import Publisher, publish, requests
from tests.bench.workload import order_events

HEAD = b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\nContent-Length: 16\r\n\r\n"
ACCEPTED = b'{"duplicates":0}'


@contextmanager
def answering(*answers: Sequence[bytes]) -> Iterator[int]:
    """A server on this port that gives one connection its answers, in pieces, and then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                for pieces in answers:
                    peer.recv(65_536)
                    for piece in pieces:
                        peer.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


def test_the_service_reads_the_drafts_that_were_written() -> None:
    drafts = order_events.drafts(250)
    parser = Parser(datetime(2000, 1, 1, tzinfo=UTC), timedelta(days=36_500))
    batches = []
    for request in requests(drafts, 100):
        head, body = request.split(b"\r\n\r\n", 1)
        assert f"Content-Length: {len(body)}".encode() in head
        batches.append(parser.batch(split(body, ndjson=True)))
    assert [len(batch) for batch in batches] == [100, 100, 50]
    assert [draft for batch in batches for draft in batch] == drafts


def test_an_answer_may_come_in_pieces() -> None:
    with answering([HEAD + ACCEPTED], [HEAD[:20], HEAD[20:], ACCEPTED[:5], ACCEPTED[5:]]) as port:
        assert publish(port, [b"one", b"two"], pause=0.02) >= 0.02


@pytest.mark.parametrize(
    "answer",
    [
        HEAD.replace(b"202", b"422") + ACCEPTED,
        HEAD + ACCEPTED.replace(b"0", b"1"),
        HEAD[:30],
    ],
    ids=["refused", "a repeat", "cut off"],
)
def test_what_was_not_accepted_is_an_error(answer: bytes) -> None:
    with answering([answer]) as port, Publisher(port) as publisher, pytest.raises(RuntimeError):
        publisher.post(b"one")
