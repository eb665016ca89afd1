"""GET /stream from a real server."""

import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import httpx
import pytest

from tests.support.contention import Contention
from tests.support.service import EventService
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
Numbered = Callable[..., list[dict[str, Any]]]
Follow = Callable[..., Any]
MakeService = Callable[..., EventService]


def test_two_readers_each_see_every_event_in_order(
    service: EventService, numbered: Numbered, follow: Follow
) -> None:
    with follow(service) as one, follow(service) as two, ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(lambda it: [b.number for b in islice(it, 300)], it) for it in (one, two)]
        for first in range(1, 301, 30):
            service.publish(numbered(first, first + 29))
        assert [future.result(60) for future in futures] == [list(range(1, 301))] * 2


def test_a_frame_is_as_the_contract_says(service: EventService, numbered: Numbered, follow: Follow) -> None:
    (event,) = numbered(1, 1)
    answer = service.publish([event])
    offset, stream_id = answer["offsets"][0], answer["stream_id"]
    with follow(service, f"?since={offset - 1}") as stream:
        fields = next(stream).fields
    assert (fields["id"], fields["event"]) == (f"{stream_id}-{offset}", "noted")
    assert list(json.loads(fields["data"]).items()) == [("offset", offset), *event.items()]


def test_a_reader_resumes_exactly_and_the_header_wins(
    service: EventService, numbered: Numbered, follow: Follow
) -> None:
    service.publish(numbered(1, 20))
    with follow(service, "?since=earliest") as stream:
        position = list(islice(stream, 7))[-1].fields["id"]
        following = next(stream).fields["id"]
    with follow(service, "?since=latest", **{"Last-Event-ID": position}) as stream:
        assert next(stream).fields["id"] == following
    with follow(service, f"?since={position}") as stream:
        assert next(stream).fields["id"] == following


def test_without_a_position_it_begins_now(service: EventService, numbered: Numbered, follow: Follow) -> None:
    service.publish(numbered(1, 5))
    with follow(service) as stream:
        service.publish(numbered(6, 6))
        assert next(stream).number == 6


def test_catching_up_goes_over_into_live_without_a_seam(
    service: EventService, numbered: Numbered, follow: Follow
) -> None:
    start = service.publish(numbered(1, 3_000))["offsets"][0] - 1
    with follow(service, f"?since={start}") as stream, ThreadPoolExecutor(1) as pool:
        numbers = pool.submit(lambda: [block.number for block in islice(stream, 4_000)])
        for first in range(3_001, 4_001, 100):
            service.publish(numbered(first, first + 99))
        assert numbers.result(60) == list(range(1, 4_001))


def test_filters(service: EventService, numbered: Numbered, follow: Follow) -> None:
    start = service.publish(numbered(1, 1))["offsets"][0]
    with follow(service, f"?since={start}&types=one,two&location=L1,L2") as stream:
        for kind, place, n in (("one", "L3", 1), ("one", "L1", 2), ("three", "L1", 3), ("two", "L2", 4)):
            service.publish(numbered(n, n, kind, place))
        assert [block.number for block in islice(stream, 2)] == [2, 4]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?since=yesterday", "since"),
        ("?since=-1", "since"),
        ("?types=,", "types"),
        ("?location=", "location"),
    ],
)
def test_a_bad_parameter_is_named(service: EventService, query: str, parameter: str) -> None:
    answer = httpx.get(f"{service.url}/stream{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter


def test_a_bad_header_is_named(service: EventService) -> None:
    answer = httpx.get(f"{service.url}/stream?since=1", headers={"Last-Event-ID": "?"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "Last-Event-ID")


def test_the_headers_keep_proxies_from_holding_it_back(service: EventService) -> None:
    with httpx.stream("GET", f"{service.url}/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("position", ["otherlog1234-3", "999999999"])
def test_a_position_of_another_log_is_reported_and_everything_follows(
    service: EventService, numbered: Numbered, follow: Follow, position: str
) -> None:
    stream_id = service.publish(numbered(1, 3))["stream_id"]
    with follow(service, **{"Last-Event-ID": position}) as stream:
        gap, first = islice(stream, 2)
    assert (gap.fields["event"], "id" in gap.fields) == ("stream_gap", False)
    expected = {"requested": position, "oldest": 1, "missing": None, "stream_id": stream_id}
    assert json.loads(gap.fields["data"]) == expected
    assert first.fields["id"] == f"{stream_id}-1"


def test_a_deleted_position_is_reported_with_the_number_missing(
    make_service: MakeService, numbered: Numbered, follow: Follow
) -> None:
    service = make_service(EVENT_RETENTION_COUNT="10")
    stream_id = service.publish(numbered(1, 50))["stream_id"]
    eventually(lambda: bool(service.health()["oldest_offset"] >= 41), "retention deletes 40 events")
    with follow(service, f"?since={stream_id}-5") as stream:
        gap, first = islice(stream, 2)
    expected = {"requested": f"{stream_id}-5", "oldest": 41, "missing": 35, "stream_id": stream_id}
    assert json.loads(gap.fields["data"]) == expected
    assert first.number == 41
    gone = httpx.get(f"{service.url}/events?since=5")
    assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
    assert (gone.json()["requested"], gone.json()["oldest"], gone.json()["missing"]) == ("5", 41, 35)
    assert gone.json()["next_since"] == f"{stream_id}-40"


def test_a_quiet_stream_is_kept_warm(make_service: MakeService, follow: Follow) -> None:
    with follow(make_service(EVENT_HEARTBEAT_SECONDS="0.2")) as stream:
        assert [block.fields for block in islice(stream, 2)] == [{"": "ping"}] * 2


def test_a_reader_that_does_not_read_is_cut_and_others_go_on(
    make_service: MakeService, numbered: Numbered, follow: Follow
) -> None:
    # No ping, which is no event, and time enough for the good reader on a busy machine.
    service = make_service(EVENT_SEND_TIMEOUT_SECONDS="5", EVENT_HEARTBEAT_SECONDS="600")
    with socket.create_connection(("127.0.0.1", service.port)) as slow, follow(service) as stream:
        slow.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually(lambda: bool(service.health()["subscribers"] == 2), "both read")
        with ThreadPoolExecutor(1) as pool:
            numbers = pool.submit(lambda: [block.number for block in islice(stream, 240)])
            for first in range(1, 241, 8):
                service.publish(numbered(first, first + 7, size=100_000))
            assert numbers.result(60) == list(range(1, 241))
        eventually(lambda: bool(service.health()["subscribers"] == 1), "one is cut")
        assert "readers_cut_total 1.0" in httpx.get(f"{service.url}/metrics").text


def test_a_stop_ends_the_streams_and_the_reader_goes_on_with_the_next_service(
    make_service: MakeService, numbered: Numbered, follow: Follow
) -> None:
    service = make_service()
    service.publish(numbered(1, 5))
    with follow(service, "?since=earliest") as stream:
        position = list(islice(stream, 5))[-1].fields["id"]
        busy, began = Contention(), time.monotonic()
        service.stop()
        assert time.monotonic() - began < 4 + busy.seconds
        assert list(stream) == []  # a complete answer: the last chunk came, httpx would raise otherwise
    service.start()
    service.publish(numbered(6, 6))
    with follow(service, **{"Last-Event-ID": position}) as stream:
        assert next(stream).number == 6
