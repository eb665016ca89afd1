"""Ids of text: PostgreSQL makes the same UUIDs as ingestion, and two ids are equal only if all their parts are."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from restaurant_warehouse.typed.text_ids import TEXT_IDS
from sse_ingest.contract import named_ids
from sse_ingest.contract.named_ids import name_uuid, owner_of
from tests.support.examples import examples

pytestmark = pytest.mark.integration
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200),
    st.sampled_from(["'", '"', "\\", "%s", "\\x00", "№ 12 🍮", "\u202e", "42", " ", "x" * 200, "é" * 200]),
)
PARTS = st.tuples(
    st.sampled_from(["a_1", "a_2", "b", "_", "a_b_c"]),
    st.sampled_from(["order", "payment"]),
    st.one_of(st.sampled_from(["LOC-1", "LOC-2", ""]), TEXTS),
    st.sampled_from(["", "2026-03-14", "2026-03-15"]),
    st.one_of(st.sampled_from(["", "1", "2"]), TEXTS),
    st.one_of(st.sampled_from(["1", "2"]), TEXTS),
)
FIELDS = {field: kind for ids in TEXT_IDS.values() for field, kind in ids.kinds.items()}


@pytest.fixture
def owner(warehouse: Any) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection


@given(st.lists(PARTS, min_size=10, max_size=10))
@example([("s", "order", "x" * n, "", "", "y" * 20) for n in range(70)])
@settings(max_examples=examples(50), deadline=None, suppress_health_check=list(HealthCheck))
def test_postgresql_makes_the_same_uuid(owner: psycopg.Connection[Any], some: list[tuple[str, ...]]) -> None:
    columns = [list(column) for column in zip(*some, strict=True)]
    rows = owner.execute(
        "SELECT analytics.named_id(s, k, p, d, o, e)"
        " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " WITH ORDINALITY AS t (s, k, p, d, o, e, n)"
        " ORDER BY n",
        columns,
    ).fetchall()
    assert [row[0] for row in rows] == [name_uuid(*parts) for parts in some]


VALUES = st.one_of(
    TEXTS,
    st.uuids().map(str),
    st.uuids().map(lambda one: one.hex.upper()),
    st.sampled_from(["", "x" * 201, "{6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000}", "a\nb", None, 7, {"a": 1}]),
)


ORDERS = st.sampled_from(["7", "№ 7", *(str(UUID(int=7)), UUID(int=7).hex.upper())])


@given(st.sampled_from(sorted(FIELDS)), VALUES, st.sampled_from([None, "2026-03-14"]), ORDERS)
@settings(max_examples=examples(300), deadline=None, suppress_health_check=list(HealthCheck))
def test_postgresql_reads_an_id_as_ingestion_does(
    owner: psycopg.Connection[Any], field: str, value: Any, day: str | None, order: str
) -> None:
    payload = json.dumps({"order_id": order} | {field: value, "business_day": day})
    expected = None
    if isinstance(value, str) and named_ids.is_id(json.dumps(value).encode()):
        kind = FIELDS[field]
        expected = name_uuid("log_1", kind.name, "LOC", day or "", kind.within and owner_of(order), value)
        if named_ids._UUID.fullmatch(value):
            expected = UUID(value)
    query = "SELECT analytics.payload_id(%s::jsonb, %s, 'log_1', 'LOC')"
    assert owner.execute(query, [payload, field]).fetchone() == (expected,)


def _law(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Two ids are equal exactly if stream, kind, place, day, owner and text are."""
    alike = (named_ids.stream_of(first[0]), *first[1:]) == (named_ids.stream_of(second[0]), *second[1:])
    assert (named_ids.name_uuid(*first) == named_ids.name_uuid(*second)) == alike


@given(PARTS, PARTS)
@settings(max_examples=examples(500), deadline=None)
def test_ids_are_equal_only_if_all_parts_are(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    _law(first, second)


@pytest.mark.parametrize("part", range(6))
def test_the_law_notices_a_part_that_is_missing(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = named_ids.name_uuid

    def without(*parts: str) -> UUID:
        return whole(*(("" if number == part else one) for number, one in enumerate(parts)))

    monkeypatch.setattr(named_ids, "name_uuid", without)

    @settings(max_examples=500, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(
        PARTS,
        st.sampled_from(
            [("a_1", "order", "LOC-1", "", "", "1"), ("b", "payment", "LOC-2", "2026-03-14", "2", "2")]
        ),
    )
    def search(first: tuple[str, ...], second: tuple[str, ...]) -> None:
        _law(first, second)
        changed = (*first[:part], second[part], *first[part + 1 :])
        _law(first, changed)

    with pytest.raises(AssertionError):
        search()
