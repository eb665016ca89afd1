"""POST and GET /events against a real server."""

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.service import TOKEN, EventService

pytestmark = pytest.mark.integration
Numbered = Callable[..., list[dict[str, Any]]]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def post(service: EventService, body: str | bytes, **headers: str) -> httpx.Response:
    return httpx.post(f"{service.url}/events", content=body, headers=BEARER | headers, timeout=30)


def page(service: EventService, **query: str | int) -> dict[str, Any]:
    found_page: dict[str, Any] = json.loads(
        httpx.get(f"{service.url}/events", params=query).raise_for_status().content, parse_float=Decimal
    )
    return found_page


def test_an_object_an_array_and_lines(service: EventService, numbered: Numbered) -> None:
    one, two, three = (numbered(n, n + 1) for n in (1, 3, 5))
    head = service.health()["head_offset"]
    answers = [
        post(service, json.dumps(one[0], indent=2)),
        post(service, json.dumps(two)),
        post(service, "\n".join(map(json.dumps, three)), **{"Content-Type": "application/x-ndjson"}),
    ]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert [offset - head for answer in answers for offset in answer.json()["offsets"]] == [1, 2, 3, 4, 5]
    assert [e["payload"]["n"] for e in page(service, since=head)["events"]] == [1, 3, 4, 5, 6]


def test_an_empty_array_is_taken(service: EventService) -> None:
    assert post(service, "[]").json()["offsets"] == []


def test_a_repeat_answers_the_first_offsets(service: EventService, numbered: Numbered) -> None:
    first = service.publish(numbered(1, 3) + (events := numbered(4, 6)))
    again = service.publish([*events, *numbered(7, 7)])
    assert again["offsets"] == [*first["offsets"][3:], first["offsets"][-1] + 1]
    assert (again["accepted"], again["duplicates"]) == (1, 3)


def test_a_batch_is_all_or_nothing_and_the_answer_names_each_line(
    service: EventService, numbered: Numbered
) -> None:
    head = service.health()["head_offset"]
    good, bad = numbered(1, 1)[0], numbered(2, 2)[0] | {"event_type": "feedback_submitted", "ts": "soon"}
    answer = post(service, "\n".join([json.dumps(good), "{", json.dumps(bad)]))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert {(e["line"], e["field"]) for e in answer.json()["errors"]} == {
        (2, ""),
        (3, "ts"),
        (3, "payload.feedback_id"),
        (3, "payload.rating"),
        (3, "payload.created_ts"),
    }
    assert service.health()["head_offset"] == head


def test_an_id_with_another_content_is_a_conflict(service: EventService, numbered: Numbered) -> None:
    (event,) = numbered(1, 1)
    service.publish([event])
    head = service.health()["head_offset"]
    answer = post(service, json.dumps([*numbered(2, 2), event | {"partition_key": "elsewhere"}]))
    assert (answer.status_code, answer.json()["errors"][0]["index"]) == (409, 1)
    assert answer.json()["event_id"] == event["event_id"]
    assert service.health()["head_offset"] == head


def test_money_keeps_every_digit(service: EventService, numbered: Numbered) -> None:
    text = json.dumps(numbered(1, 1)[0] | {"payload": "PAYLOAD"})
    offset = post(service, text.replace('"PAYLOAD"', '{"a": 12.50, "b": "12.50", "c": 0.1}')).json()[
        "offsets"
    ][0]
    assert (
        b'"payload":{"a":12.50,"b":"12.50","c":0.1}}'
        in httpx.get(f"{service.url}/events?since={offset - 1}").content
    )


def test_what_cannot_be_divided(service: EventService) -> None:
    for body in ("", "[1,"):
        answer = post(service, body)
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:restaurant-events:bad-body")


def test_a_compressed_body_is_refused_by_name(service: EventService) -> None:
    assert post(service, b"\x1f\x8b", **{"Content-Encoding": "gzip"}).status_code == 415


def test_a_large_body_is_refused_while_it_is_read(make_service: Callable[..., EventService]) -> None:
    service = make_service(EVENT_MAX_BODY_BYTES="10000")
    answer = post(service, b"x" * 10_001)
    assert (answer.status_code, answer.json()["limit"]) == (413, 10_000)
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as peer:
        lines = (
            "POST /events HTTP/1.1",
            "Host: x",
            f"Authorization: Bearer {TOKEN}",
            "Transfer-Encoding: chunked",
            "",
            "",
        )
        head = "\r\n".join(lines)
        peer.sendall(head.encode() + b"".join(b"3e8\r\n" + b"x" * 1000 + b"\r\n" for _ in range(11)))
        assert peer.recv(100).startswith(b"HTTP/1.1 413")  # and the body has no end


@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 401), ({"Authorization": "Basic eA=="}, 401), ({"Authorization": "Bearer no"}, 403)],
)
def test_publishing_needs_the_token(service: EventService, header: dict[str, str], status: int) -> None:
    answer = httpx.post(f"{service.url}/events", content="{}", headers=header)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert "EVENT_PUBLISH_TOKEN" in answer.json()["detail"]


def test_reading_needs_a_token_where_one_is_set(make_service: Callable[..., EventService]) -> None:
    service = make_service(EVENT_STREAM_TOKEN="read-me")
    for path in ("/events", "/stream"):
        statuses = [
            _status(service, path, header)
            for header in ({}, {"Authorization": "Bearer no"}, {"Authorization": "Bearer read-me"}, BEARER)
        ]
        assert statuses == [401, 403, 200, 200]
    assert post(service, "{}", Authorization="Bearer read-me").status_code == 403
    assert httpx.get(f"{service.url}/health").status_code == 200


def _status(service: EventService, path: str, header: dict[str, str]) -> int:
    with httpx.stream("GET", service.url + path, headers=header) as answer:
        return answer.status_code


def test_pages_follow_each_other_without_a_seam(service: EventService, numbered: Numbered) -> None:
    since: str | int = service.publish(numbered(1, 25))["offsets"][0] - 1
    numbers: list[int] = []
    while (found_page := page(service, since=since, limit=10))["events"]:
        numbers += [event["payload"]["n"] for event in found_page["events"]]
        assert found_page["ids"] == [
            f"{found_page['stream_id']}-{event['offset']}" for event in found_page["events"]
        ]
        since = found_page["next_since"]
    assert numbers == list(range(1, 26))
    assert found_page["next_since"] == since == f"{found_page['stream_id']}-{found_page['head']}"


def test_an_element_is_the_data_of_the_stream(service: EventService, numbered: Numbered, follow: Any) -> None:
    offset = service.publish(numbered(1, 1))["offsets"][0]
    with follow(service, f"?since={offset - 1}") as found_page:
        data = next(found_page).fields["data"]
    content = httpx.get(f"{service.url}/events?since={offset - 1}&limit=1").text
    assert content.startswith(f'{{"events":[{data}],"ids":')


@pytest.mark.parametrize(("name", "value"), [("limit", "0"), ("limit", "x"), ("since", "x")])
def test_a_bad_parameter_is_named(service: EventService, name: str, value: str) -> None:
    answer = httpx.get(f"{service.url}/events", params={name: value})
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)
    assert answer.headers["content-type"] == "application/problem+json"


def test_publishers_side_by_side_leave_no_gap(service: EventService, numbered: Numbered) -> None:
    head = service.health()["head_offset"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: service.publish(numbered(n, n + 4)), range(40)))
    offsets = sorted(offset for answer in answers for offset in answer["offsets"])
    assert offsets == list(range(head + 1, head + 201))
