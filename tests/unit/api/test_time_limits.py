"""Times in a payload have the limits of `ts`; an announcement may lie further ahead, and so may an order for later."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.contract.errors import InvalidEvent
from api.contract.parser import Parser

MakeEvent = Callable[..., dict[str, Any]]
TIMES = [
    ("order_created", "order_ts"),
    ("order_status_changed", "changed_ts"),
    ("payment_refunded", "refunded_ts"),
    ("feedback_submitted", "created_ts"),
    ("menu_item_changed", "changed_ts"),
    ("customer_changed", "changed_ts"),
]
ANNOUNCED = TIMES[-2:]


def ahead(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def refusals(parser: Parser, event: dict[str, Any]) -> dict[str, str]:
    try:
        parser.draft(json.dumps(event).encode())
    except InvalidEvent as invalid:
        return {error.field: error.detail for error in invalid.errors}
    return {}


@pytest.mark.parametrize(("event_type", "field"), TIMES)
@pytest.mark.parametrize("value", ["1999-12-31T23:59:59Z", "2099-01-01T00:00:00Z"])
def test_a_time_beyond_the_limits_is_refused(
    parser: Parser, make_event: MakeEvent, event_type: str, field: str, value: str
) -> None:
    refused = refusals(parser, make_event(event_type, **{field: value}))
    assert refused.keys() == {f"payload.{field}"}
    assert refused[f"payload.{field}"].startswith("must lie between 2000-01-01T00:00:00Z and 20")


@pytest.mark.parametrize(("event_type", "field"), TIMES)
def test_a_clock_may_be_ahead_as_far_as_that_of_ts(
    parser: Parser, make_event: MakeEvent, event_type: str, field: str
) -> None:
    assert refusals(parser, make_event(event_type, **{field: ahead(hours=47)})) == {}
    later = refusals(parser, make_event(event_type, **{field: ahead(hours=49)}))
    assert (later == {}) == ((event_type, field) in ANNOUNCED)


@pytest.mark.parametrize(("event_type", "field"), ANNOUNCED)
def test_a_change_is_announced_two_years_ahead(
    parser: Parser, make_event: MakeEvent, event_type: str, field: str
) -> None:
    assert refusals(parser, make_event(event_type, **{field: ahead(days=732)})) == {}
    assert refusals(parser, make_event(event_type, **{field: ahead(days=734)})).keys() == {f"payload.{field}"}


@pytest.mark.parametrize(
    ("scheduled_for", "is_accepted"),
    [
        ("2026-01-31T12:00:00Z", True),
        ("2026-01-31T11:59:01Z", True),  # cut to whole minutes
        ("2026-01-31T11:59:00Z", False),
        ("2028-02-01T12:00:00Z", True),
        ("2028-02-01T12:00:01Z", False),
        (None, True),
    ],
)
def test_an_order_is_scheduled_between_its_own_time_and_two_years_later(
    parser: Parser, make_event: MakeEvent, scheduled_for: str | None, is_accepted: bool
) -> None:
    refused = refusals(parser, make_event("order_created", scheduled_for=scheduled_for))
    rule = "must not lie a minute or more before order_ts, nor more than 731 days after it"
    assert refused == ({} if is_accepted else {"payload.scheduled_for": rule})


def test_of_a_wrong_order_time_nothing_follows(parser: Parser, make_event: MakeEvent) -> None:
    event = make_event("order_created", order_ts="noon", scheduled_for="2026-02-01T12:00:00Z")
    assert refusals(parser, event).keys() == {"payload.order_ts"}
