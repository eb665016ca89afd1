"""Polling, against servers that break off and refuse."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sse_ingest.errors import ConfigurationError, TerminalError, Unauthorized
from sse_ingest.sources.poll import PollSource
from tests.support.servers.scripted_server import END, QUICK, Connection, Script, Server, status, take

pytestmark = pytest.mark.integration


def page(*numbers: int, next_since: str | None = None, **more: Any) -> Script:
    events = [{"offset": number, "event_type": "e", "payload": {}} for number in numbers]
    last = next_since or f"s-{max(numbers)}"
    return status(200, {"events": events, "next_since": last, "head": 9, "stream_id": "s", **more})


class TestPoll:
    def test_pages_until_one_is_empty(self, serve: Callable[..., Server]) -> None:
        server = serve(page(1, 2), page(3), page(next_since="s-3"))
        frames = take(PollSource(server.url, limits=QUICK, limit=2, token="t"))
        assert [(frame.event, frame.last_event_id) for frame in frames] == [
            ("e", "s-1"),
            ("e", "s-2"),
            ("e", "s-3"),
        ]
        assert frames[0].data == b'{"offset": 1, "event_type": "e", "payload": {}}'
        targets = [connection.target for connection in server.connections]
        assert targets == [f"/events?since={since}&limit=2" for since in ("earliest", "s-2", "s-3")]
        assert server.connections[0].headers["authorization"] == "Bearer t"

    def test_follows_when_asked_to(self, serve: Callable[..., Server]) -> None:
        server = serve(page(1), page(next_since="s-1"), page(2), END)
        frames = take(PollSource(server.url, limits=QUICK, follow=True, interval_seconds=0.05))
        assert [frame.last_event_id for frame in frames] == ["s-1", "s-2"]

    def test_a_lost_position_becomes_a_gap(self, serve: Callable[..., Server]) -> None:
        gone = {"requested": "s-1", "oldest": 5, "missing": 3, "stream_id": "s"}
        server = serve(status(410, gone), page(5), page(next_since="s-5"))
        gap, event = take(PollSource(server.url, limits=QUICK), "s-1")
        assert (gap.event, json.loads(gap.data), gap.last_event_id, gap.own_id) == (
            "stream_gap",
            gone,
            "s-1",
            False,
        )
        assert event.last_event_id == "s-5"
        assert server.connections[1].target.startswith("/events?since=earliest&")

    def test_a_cut_page_is_asked_for_again(self, serve: Callable[..., Server]) -> None:
        def cut(connection: Connection) -> None:
            connection.send(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
            )

        server = serve(page(1), cut, status(502), page(2), page(next_since="s-2"))
        frames = take(PollSource(server.url, limits=QUICK), seconds=20)
        assert [frame.last_event_id for frame in frames] == ["s-1", "s-2"]

    def test_an_element_that_cannot_be_read_keeps_its_place(self, serve: Callable[..., Server]) -> None:
        bad = {"offset": 2, "event_type": "e", "payload": {"a": "\ud800"}}
        events = [{"offset": 1, "event_type": "e"}, bad, "not {json"]
        body = {"events": events, "ids": ["s-1", "s-2", "s-3"], "next_since": "s-3", "stream_id": "s"}
        frames = take(PollSource(serve(status(200, body), page(next_since="s-3")).url, limits=QUICK))
        assert [frame.last_event_id for frame in frames] == ["s-1", "s-2", "s-3"]
        assert rb"\ud800" in frames[1].data
        assert frames[2].data == b"not {json"

    @pytest.mark.parametrize(("code", "error"), [(401, Unauthorized), (404, ConfigurationError)])
    def test_terminal_answers(
        self, serve: Callable[..., Server], code: int, error: type[TerminalError]
    ) -> None:
        with pytest.raises(error):
            take(PollSource(serve(status(code)).url, limits=QUICK))
