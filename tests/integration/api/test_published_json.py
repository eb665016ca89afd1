"""For any published JSON, the service gives a documented answer, and PostgreSQL can store every accepted event."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from local.servers.postgres import PostgresServer
from tests.support.examples import examples
from tests.support.service import TOKEN, EventService

pytestmark = pytest.mark.integration

FORMS = {"object": "application/json", "array": "application/json", "NDJSON": "application/x-ndjson"}
ENVELOPE = ["offset", "event_id", "event_type", "ts", "partition_key", "payload", "extra"]
DEEP = 500

NUMBERS = [
    "1e1000000000000000000", "-1E+99999999999999999999", "1e-1000000000000000000", "0e1000000000000000000", "1e400000",
    "1e1000", "1e999", "-1e-999", "1e-1001", "0.0e-1001", "-0", "-0.0", "1.50", "9" * 1000, "9" * 1001, "9" * 5000,
    "9" * 950 + "e99", "0." + "9" * 990 + "e-99", "1" + "0" * 998 + "e1", "9007199254740993", "18446744073709551616",
]  # fmt: skip
TEXTS = [
    r'"\u0000"', r'"\\u0000"', r'"\ud800"', r'"\udf55\ud83c"', r'"\ud83c\udf55"', r'"\uD83C\\uDF55"', r'"\u2028\u0085"',
    '"\ufeff"', '"\ufffe\uffff"', '"\u202e\u0301"', '"\U0010ffff"', '"2026-03-14T12:00:00Z"', '"order_created"',
]  # fmt: skip
BROKEN = [
    "NaN", "-Infinity", "01", "+1", "1.", ".5", "1e", "-", "tru", "nul", "'a'", '"', '"\n"', '"\\x"', '"\\u12"', "[1,]",
    '{"a":1,}', '{"a"}', "{1:1}", "[", "{", "]", "}", "", " ", "\0", "//", '{"a":1,"a":2}', "\ud800", "\udcff",
]  # fmt: skip


def nested(opening: str, levels: int, inside: str) -> str:
    closing = {"[": "]", '{"a":': "}"}[opening]
    return opening * levels + inside + closing * levels


def json_object(fields: Sequence[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in fields) + "}"


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


texts = st.builds(json.dumps, st.text(max_size=8), ensure_ascii=st.booleans())
leaves = st.one_of(
    st.sampled_from(NUMBERS), st.sampled_from(TEXTS), texts, st.sampled_from(["null", "true", "[]", "{}"])
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]"),
        st.lists(st.tuples(st.text(max_size=4), inner), max_size=3).map(json_object),
    ),
    max_leaves=8,
)
depths = st.one_of(st.integers(1, 40), st.sampled_from([64, 300, 500, 1_000, 5_000, 100_000]))
values = st.one_of(
    trees, st.builds(nested, st.sampled_from(["[", '{"a":']), depths, leaves), st.sampled_from(BROKEN)
)


def good(**changed: str) -> dict[str, str]:
    """A valid event as literals by field."""
    return {
        "event_id": f'"{uuid4()}"',
        "event_type": '"noted"',
        "ts": '"2026-03-14T12:00:00Z"',
        "partition_key": '"LOC-ON-001"',
        "payload": '{"n":1.50}',
    } | changed


@st.composite
def events(draw: st.DrawFn) -> str:
    """An event with some fields replaced, in the envelope or in the payload."""
    fields = good()
    if draw(st.booleans()):
        known = st.sampled_from(["order_id", "qty", "unit_price", "extended_price", "item_name", "more"])
        inside = draw(st.lists(st.tuples(known, values), min_size=1, max_size=3))
        kind = draw(st.sampled_from(["noted", "order_item_added"]))
        fields |= {"event_type": json.dumps(kind), "payload": json_object(inside)}
    for name in draw(st.lists(st.sampled_from(ENVELOPE), max_size=2)):
        fields[name] = draw(values)
    return json_object(list(fields.items()))


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """The form of a body, and the body: events, or any JSON at all in their place."""
    form = draw(st.sampled_from(list(FORMS)))
    items = draw(st.lists(st.one_of(events(), events(), values), min_size=1, max_size=3))
    return form, body_of(form, items)


def body_of(form: str, items: Sequence[str]) -> bytes:
    if form == "object":
        return encoded(items[0])
    return encoded("[" + ",".join(items) + "]" if form == "array" else "\n".join(items))


@pytest.fixture(scope="module")
def client(service: EventService) -> Iterator[httpx.Client]:
    authorized = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=service.url, headers=authorized, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def database(cluster: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        yield connection


def post(client: httpx.Client, form: str, body: bytes) -> httpx.Response:
    return client.post("/events", content=body, headers={"Content-Type": FORMS[form]})


def assert_refused(answer: httpx.Response, form: str) -> None:
    """A problem document that says what is wrong, and where when the body could be divided."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["detail"]
    assert len(answer.content) < 100_000
    if answer.status_code != 400:
        assert document["errors"]
        for error in document["errors"]:
            assert ("line" in error) == (form == "NDJSON"), error
            assert error["detail"], error


@settings(max_examples=examples(600), deadline=None)
@given(published=bodies())
def test_every_answer_is_documented(
    client: httpx.Client, database: psycopg.Connection[Any], published: tuple[str, bytes]
) -> None:
    form, body = published
    head = client.get("/health").json()["head_offset"]

    answer = post(client, form, body)

    event(f"{form}: {answer.status_code}")
    assert answer.status_code in (202, 400, 409, 422), answer.text
    if answer.status_code == 202:
        stored = client.get("/events", params={"since": head}).text
        assert database.execute("SELECT %s::jsonb IS NOT NULL", [stored]).fetchone() == (True,)
    else:
        assert_refused(answer, form)
        assert client.get("/health").json()["head_offset"] == head


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [NUMBERS[0], nested("[", DEEP, "")], ids=["number", "nesting"])
@pytest.mark.parametrize("name", ["event_id", "ts", "offset", "payload", "payload.n"])
def test_the_answer_names_line_and_field(client: httpx.Client, form: str, value: str, name: str) -> None:
    changed = {"payload": json_object([("n", value)])} if name == "payload.n" else {name: value}
    bad = json_object(list(good(**changed).items()))
    before = json_object(list(good().items()))

    answer = post(client, form, body_of(form, [bad] if form == "object" else [before, bad]))

    assert answer.status_code == 422, answer.text
    assert_refused(answer, form)
    (error,) = answer.json()["errors"]
    assert error["field"] == (name if value in NUMBERS else name.partition(".")[0])
    assert error["index"] == (form != "object")
    assert error.get("line") == (2 if form == "NDJSON" else None)


def test_the_answer_stays_small_for_long_names(client: httpx.Client) -> None:
    payload = json_object([("k" * 500_000, "[" + ",".join([r'"\u0000"'] * 20_000) + "]")])

    answer = post(client, "object", encoded(json_object(list(good(payload=payload).items()))))

    assert answer.status_code == 422
    assert_refused(answer, "object")
