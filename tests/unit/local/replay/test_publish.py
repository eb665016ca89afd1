"""Publishing: batches, patience, and the line that spoils a batch; the transport fails on demand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from local.replay.errors import PublishingStopped
from local.replay.history import Event, Line
from local.replay.publish import Message, Publisher, batches
from local.replay.reading import BadRow

Handler = Callable[[httpx.Request], httpx.Response]


def publisher(handler: Handler, wait_seconds: float = 60) -> tuple[Publisher, list[float]]:
    pauses: list[float] = []
    client = httpx.Client(base_url="http://events.test", transport=httpx.MockTransport(handler))
    return Publisher(client, wait_seconds, pauses.append), pauses


def accepted(request: httpx.Request) -> httpx.Response:
    return httpx.Response(202, json={"accepted": len(request.content.splitlines()), "duplicates": 0})


def messages(count: int) -> list[Message]:
    return [Message(number, json.dumps({"n": number}).encode()) for number in range(2, 2 + count)]


def line(number: int, size: int = 10) -> Line:
    event = Event(uuid4(), "order_item_added", datetime(2020, 1, 1, tzinfo=UTC), "L", {"x": "x" * size})
    return Line(number, (event,), number * 100)


def test_batches_hold_a_thousand_events_and_no_more_bytes_than_allowed() -> None:
    groups = list(batches(line(number) for number in range(2500)))
    assert [len(batch) for batch, _, _ in groups] == [1000, 1000, 500]
    groups = list(batches([line(1, 600), line(2, 600), line(3, 600)], max_bytes=1500))
    assert [len(batch) for batch, _, _ in groups] == [1, 1, 1]


def test_bad_rows_come_along_even_when_nothing_else_does() -> None:
    bad = BadRow(2, "no", 7)
    assert list(batches([bad])) == [([], 7, [bad])]


def test_a_service_that_comes_back_gets_the_batch() -> None:
    answers = iter([503, "away", 502, 202])

    def handler(request: httpx.Request) -> httpx.Response:
        match next(answers):
            case "away":
                raise httpx.ConnectError("refused")
            case 202:
                return accepted(request)
            case status:
                return httpx.Response(int(str(status)))

    sender, pauses = publisher(handler)
    assert sender.publish(messages(3)).accepted == 3
    assert len(pauses) == 3


def test_a_service_that_stays_away_ends_in_one_sentence() -> None:
    sender, _ = publisher(lambda _: httpx.Response(503), wait_seconds=0)
    with pytest.raises(PublishingStopped, match="run the same command again"):
        sender.publish(messages(1))


def test_only_the_line_that_spoils_a_batch_is_left_out() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if b'{"n": 5}' in request.content:
            return httpx.Response(422, json={"detail": "bad", "errors": [{"field": "n"}]})
        return accepted(request)

    sender, _ = publisher(handler)
    outcome = sender.publish(messages(9))
    assert outcome.accepted == 8
    assert [row.line for row in outcome.refused] == [5]
    assert "refused by the service: bad" in outcome.refused[0].reason


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "EVENT_PUBLISH_TOKEN"),
        (403, "EVENT_PUBLISH_TOKEN"),
        (409, "other options"),
        (404, "--url"),
        (200, "--url"),
    ],
)
def test_what_no_retry_can_mend_stops_at_once(status: int, says: str) -> None:
    sender, pauses = publisher(lambda _: httpx.Response(status, text="x"))
    with pytest.raises(PublishingStopped, match=says):
        sender.publish(messages(2))
    assert pauses == []
