"""Ids of text: which texts, and which UUID each becomes."""

from typing import Annotated
from uuid import NAMESPACE_DNS, UUID, uuid5

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_ingest.contract import named_ids
from sse_ingest.contract.named_ids import EXTERNAL, TextIds, is_id, name_uuid, named, stream_of

ORDER = "6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000"
PARTS = ("restaurant_a1b2", "order", "LOC-ON-001", "", "", "42")


class Payload(msgspec.Struct, kw_only=True):
    order_id: Annotated[UUID, named("order")]
    parent_id: Annotated[UUID, named("order")] | None = None
    plain_id: UUID | None = None
    note: str | None = None
    external_id: str | None = msgspec.field(default=None, name=EXTERNAL)


class Line(msgspec.Struct, kw_only=True):
    line_id: Annotated[UUID, named("line", within="order_id")]
    external_id: str | None = msgspec.field(default=None, name=EXTERNAL)


class Added(Line, kw_only=True):
    order_id: Annotated[UUID, named("order")]


class Whole(msgspec.Struct, kw_only=True):
    order_id: Annotated[UUID, named("order")]
    lines: Annotated[list[Line], msgspec.Meta(max_length=9)] | None = None
    notes: list[str] | None = None


IDS = TextIds(Payload)


def test_the_uuid_is_the_one_of_rfc_9562() -> None:
    own = name_uuid(*PARTS)
    assert own == uuid5(named_ids.NAMESPACE, "restaurant\0order\0LOC-ON-001\0\0\x0042")
    assert str(own) == "0613e8fc-135a-5d77-8216-5eeb7faa782e"
    assert (own.version, uuid5(NAMESPACE_DNS, "python.org").version) == (5, 5)


@pytest.mark.parametrize("part", range(6))
def test_every_part_matters(part: int) -> None:
    others = [*PARTS]
    others[part] = "another"
    assert name_uuid(*others) != name_uuid(*PARTS)


def test_the_parts_cannot_run_together() -> None:
    assert name_uuid("s", "order", "A", "", "", "B") != name_uuid("s", "order", "AB", "", "", "")
    assert name_uuid("s", "order", "A\n", "", "", "B") != name_uuid("s", "order", "A", "", "", "\nB")


@pytest.mark.parametrize(
    ("log", "stream"),
    [("restaurant_a1b2", "restaurant"), ("a1b2", "a1b2"), ("pos_eu_x", "pos_eu"), ("_x", "_x"), ("x_", "x")],
)
def test_a_log_that_follows_a_lost_one_is_of_the_same_stream(log: str, stream: str) -> None:
    assert stream_of(log) == stream


def test_the_ids_of_a_payload() -> None:
    assert IDS.kinds == {"order_id": ("order", ""), "parent_id": ("order", "")}
    assert TextIds(msgspec.defstruct("Plain", [("plain_id", UUID)])).kinds == {}


def test_texts_become_uuids_and_the_first_is_kept() -> None:
    replaced = IDS.replace(
        b'{"order_id":"42","parent_id":"41","plain_id":"42","note":"42"}', PARTS[0], PARTS[2]
    )
    assert replaced.has_texts
    assert msgspec.json.decode(replaced.payload) == {
        "order_id": str(name_uuid(*PARTS)),
        "parent_id": str(name_uuid(*PARTS[:5], "41")),
        "plain_id": "42",
        "note": "42",
        EXTERNAL: "42",
    }


def test_a_text_of_another_field_is_not_the_external_id() -> None:
    replaced = IDS.replace(f'{{"order_id":"{ORDER}","parent_id":"41"}}'.encode(), "s", "LOC")
    assert replaced.has_texts
    assert msgspec.json.decode(replaced.payload).keys() == {"order_id", "parent_id"}


@pytest.mark.parametrize(
    "value", [f'"{ORDER}"', f'"{ORDER.upper()}"', f'"{ORDER.replace("-", "")}"', "7", "null", '""']
)
def test_nothing_else_is_replaced(value: str) -> None:
    assert not IDS.replace(
        f'{{"order_id":{value},"business_day":"2026-03-14"}}'.encode(), "s", "LOC"
    ).has_texts


@pytest.mark.parametrize(
    ("literal", "day"), [('"2026-03-14"', "2026-03-14"), ("null", ""), ("7", "7"), ('"7"', "7")]
)
def test_the_business_day_is_part_of_the_key(literal: str, day: str) -> None:
    replaced = IDS.replace(f'{{"order_id":"42","business_day":{literal}}}'.encode(), PARTS[0], PARTS[2])
    assert replaced.has_texts
    assert replaced.day == day
    assert msgspec.json.decode(replaced.payload)["order_id"] == str(name_uuid(*PARTS[:3], day, "", "42"))


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("41", "42", False),
        ("42", "42", True),
        (ORDER, ORDER.upper(), True),
        (ORDER, ORDER.replace("-", ""), True),
    ],
)
def test_a_line_is_numbered_within_its_order(first: str, second: str, alike: bool) -> None:
    """Two orders with a line 1 have two lines, however the order's id is written."""
    ids = [
        msgspec.json.decode(
            TextIds(Added).replace(f'{{"line_id":"1","order_id":"{order}"}}'.encode(), "s", "LOC").payload
        )["line_id"]
        for order in (first, second)
    ]
    assert (ids[0] == ids[1]) == alike


def test_the_elements_of_a_list_have_ids_too() -> None:
    body = f'{{"order_id":"{ORDER}","lines":[{{"line_id":"1"}},{{"line_id":"{ORDER}"}},7],"notes":["1"]}}'
    replaced = TextIds(Whole).replace(body.encode(), PARTS[0], PARTS[2])
    assert replaced.has_texts
    assert msgspec.json.decode(replaced.payload) == {
        "order_id": ORDER,
        "lines": [
            {"line_id": str(name_uuid(PARTS[0], "line", PARTS[2], "", ORDER, "1")), EXTERNAL: "1"},
            {"line_id": ORDER},
            7,
        ],
        "notes": ["1"],
    }
    assert not TextIds(Whole).replace(replaced.payload, "s", "LOC").has_texts


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}", fullmatch=True),
    )
)
def test_a_uuid_is_what_the_decoder_reads_as_one(text: str) -> None:
    literal = msgspec.json.encode(text)
    try:
        msgspec.json.decode(literal, type=UUID)
        is_uuid = True
    except msgspec.ValidationError:
        is_uuid = False
    replaced = IDS.replace(b'{"order_id":%s}' % literal, "s", "LOC")
    assert replaced.has_texts == (is_id(literal) and not is_uuid)
