"""What a hostile producer posts: a precise answer, by line and field, and nothing of it is stored."""

import re
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest

from sse_ingest.dead_letter_reasons import Reason
from tests.support.hostile.draft import Case, Pen
from tests.support.hostile.fields import WRONG_FIELDS
from tests.support.hostile.places import event_again_at_another_offset, event_id_with_other_content
from tests.support.hostile.texts import BROKEN_TEXTS, too_large
from tests.support.service import TOKEN, EventService

pytestmark = pytest.mark.integration

ROUNDS = 30
NDJSON = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-ndjson"}
GOOD = b'{"event_id":"%s","event_type":"noted","ts":"2026-03-14T12:00:00Z","partition_key":"LOC-ON-001","payload":{}}'


@pytest.fixture(scope="module")
def client() -> Any:
    with httpx.Client(headers=NDJSON, timeout=30) as client:
        yield client


def good() -> bytes:
    return GOOD % str(uuid4()).encode()


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    document: dict[str, Any] = answer.json()
    assert "nothing was stored" in document["detail"]
    return document


@pytest.mark.parametrize(
    "generator",
    [g for g in (*BROKEN_TEXTS, *WRONG_FIELDS) if g is not too_large],
    ids=lambda generator: generator.__name__,
)
def test_the_answer_names_line_and_field(service: EventService, client: httpx.Client, generator: Any) -> None:
    pen = Pen(Random(generator.__name__))
    head = service.health()["head_offset"]
    for _ in range(ROUNDS):
        for case in generator(pen):
            body = b"\n".join([good(), case.data, good()])
            document = problem(client.post(f"{service.url}/events", content=body), 422)

            assert document["errors_total"] == len(document["errors"]) >= 1
            assert {error["line"] for error in document["errors"]} == {2}, document
            assert all(error["detail"] for error in document["errors"])
            assert expected(case) & {error["field"] for error in document["errors"]}, (case.data, document)
    assert service.health()["head_offset"] == head


def expected(case: Case) -> set[str]:
    """The field, once the text can be read at all; a key that is no text is shown with a replacement."""
    if case.fate in (Reason.INVALID_UTF8, Reason.INVALID_JSON):
        return {""}
    if case.fate is Reason.TOO_DEEP:
        return {"payload"}
    shown = re.sub(r"\\u(0000|d800)", "\N{REPLACEMENT CHARACTER}", case.field)
    return {"", shown} if b"\0" in case.data else {shown}


def test_a_number_that_nothing_can_hold_is_named(service: EventService, client: httpx.Client) -> None:
    for literal in ("1e400000", "9" * 1001, "1e-2000"):
        body = good().replace(b"{}", b'{"n":%s}' % literal.encode())
        (error,) = problem(client.post(f"{service.url}/events", content=body), 422)["errors"]
        assert literal[:20] in error["detail"]


def test_a_key_that_stands_twice_is_named(service: EventService, client: httpx.Client) -> None:
    body = good().replace(b"{}", b'{"a":1,"b":{"c":1,"c":2}}')
    (error,) = problem(client.post(f"{service.url}/events", content=body), 422)["errors"]
    assert '"c" stands twice' in error["detail"]


def test_an_event_too_large_is_refused_by_itself(service: EventService, client: httpx.Client) -> None:
    large = good().replace(b"{}", b'{"note":"%s"}' % (b"x" * 1024 * 1024))
    (error,) = problem(client.post(f"{service.url}/events", content=b"\n".join([good(), large])), 422)[
        "errors"
    ]
    assert (error["line"], error["detail"]) == (2, "is larger than 1048576 bytes")


def test_an_id_taken_with_other_content_is_named(service: EventService, client: httpx.Client) -> None:
    pen = Pen(Random(1))
    for _ in range(ROUNDS):
        first, second = event_id_with_other_content(pen)
        assert client.post(f"{service.url}/events", content=first.data).status_code == 202
        head = service.health()["head_offset"]
        document = problem(
            client.post(f"{service.url}/events", content=b"\n".join([good(), second.data])), 409
        )
        (error,) = document["errors"]
        assert (error["line"], error["field"]) == (2, "event_id")
        assert second.value in error["detail"]
        assert service.health()["head_offset"] == head


def test_a_repeat_is_accepted(service: EventService, client: httpx.Client) -> None:
    for case in event_again_at_another_offset(Pen(Random(2))):
        answer = client.post(f"{service.url}/events", content=case.data)
        assert (answer.status_code, answer.json()["duplicates"]) == (202, case.fate == "duplicate")
