"""The version in the envelope: its bounds, and the content hash with and without it."""

import pytest

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame


def _frame(version: str) -> Frame:
    data = (
        '{"offset": 7, "event_id": "6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000", "event_type": "noted",'
        f' "ts": "2026-01-31T18:30:00Z", "partition_key": "L", {version}"payload": {{"a": 1}}}}'
    )
    return Frame("noted", data.encode(), "t-7")


def _noted(version: str) -> Event:
    event = restaurant_parser().parse(_frame(version))
    assert isinstance(event, Event), event
    return event


def test_a_version_is_part_of_the_hash_and_its_absence_changes_nothing() -> None:
    with_version, other, none, null = (
        _noted(version) for version in ('"version": 1, ', '"version": 2, ', "", '"version": null, ')
    )
    assert (with_version.version, other.version, none.version, null.version) == (1, 2, None, None)
    assert len({one.content_hash for one in (with_version, other, none)}) == 3
    assert null.content_hash == none.content_hash
    assert none.content_hash.hex() == "25657a0f460713169ab22eb4dd88b49c"


@pytest.mark.parametrize(
    ("literal", "reason"),
    [
        ("-1", Reason.OUT_OF_RANGE),
        ("9223372036854775808", Reason.OUT_OF_RANGE),
        ("1.0", Reason.WRONG_TYPE),
        ('"1"', Reason.WRONG_TYPE),
        ("true", Reason.WRONG_TYPE),
    ],
)
def test_a_version_out_of_bounds(literal: str, reason: Reason) -> None:
    rejected = restaurant_parser().parse(_frame(f'"version": {literal}, '))
    assert isinstance(rejected, Rejected)
    assert rejected.reason_code == reason
    assert rejected.detail == f"version: must be an integer from 0 to 2^63-1, got {literal}"
