"""Stopping is prompt, whatever the reading thread is blocked in."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from sse_ingest.sources.http import Limits
from sse_ingest.sources.poll import PollSource
from sse_ingest.sources.stream import StreamSource
from tests.support.contention import Contention
from tests.support.servers.scripted_server import QUICK, Connection, Server, answering

pytestmark = pytest.mark.integration


class TestStop:
    """Prompt, whatever the reading thread is blocked in."""

    def stopped(self, source: StreamSource | PollSource, ready: Callable[[], bool] = lambda: True) -> float:
        """Seconds from the stop to the end, less those in which the machine was busy; it ticks before."""
        began, ticks, stopped = time.monotonic(), 0, 0.0
        busy = Contention()

        def stop() -> bool:
            nonlocal busy, stopped
            if not stopped and ticks >= 2 and time.monotonic() - began >= 0.2 and ready():
                busy, stopped = Contention(), time.monotonic()
            return bool(stopped)

        with closing(source):
            for _ in source.batches("", stop):
                ticks += 1
        source.close()
        return time.monotonic() - stopped - busy.seconds

    def test_while_nothing_arrives(self, serve: Callable[..., Server]) -> None:
        server = serve(answering(then=Connection.hang))
        assert self.stopped(StreamSource(server.url, limits=Limits(tick_seconds=0.05))) < 0.3

    def test_while_the_answer_is_awaited(self, serve: Callable[..., Server]) -> None:
        server = serve(Connection.hang)
        assert self.stopped(StreamSource(server.url, limits=Limits(tick_seconds=0.05))) < 0.3
        assert self.stopped(PollSource(server.url, limits=Limits(tick_seconds=0.05))) < 0.3

    def test_while_the_source_is_down(self, free_port: int) -> None:
        source = StreamSource(f"http://127.0.0.1:{free_port}", limits=QUICK)
        assert self.stopped(source, lambda: source.down_seconds >= 0.4) < 0.3
        assert source.head() is None

    def test_in_a_tls_handshake(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}"
            assert self.stopped(StreamSource(url, limits=Limits(tick_seconds=0.05))) < 0.3

    def test_while_connecting(self) -> None:
        """A full backlog leaves the connect unanswered."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(3)]
            try:
                for sock in waiting:
                    sock.setblocking(False)
                    sock.connect_ex(address)
                source = StreamSource(f"http://127.0.0.1:{address[1]}", limits=QUICK)
                assert self.stopped(source) < 0.3
            finally:
                for sock in waiting:
                    sock.close()

    def test_close_from_another_thread_ends_the_iteration(self, serve: Callable[..., Server]) -> None:
        source = StreamSource(serve(answering(then=Connection.hang)).url, limits=Limits(tick_seconds=0.05))
        threading.Timer(0.2, source.close).start()
        busy, started = Contention(), time.monotonic()
        assert [frames for frames in source.batches("", lambda: False) if frames] == []
        assert time.monotonic() - started < 0.6 + busy.seconds
