"""A batch finds what it needs by its keys, however much there is: it goes through no table."""

from collections.abc import Callable
from hashlib import md5
from itertools import islice
from typing import Any
from uuid import UUID

import pytest

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame
from tests.support.events import LIFECYCLE, frame, lifecycle, parsed, payload

pytestmark = pytest.mark.integration
Year = Any  # the fixture's class; conftest files cannot be imported from
Items = list[Event | Rejected]
OLD = 20_000
"""The number of an order in the midst of the year, months before the watermark."""
AGO = -330 * 86_400
"""Seconds from the events' epoch back to a time before the watermark."""


def known(what: str, number: int = OLD) -> str:
    """The id that year.sql gave."""
    return str(UUID(md5(f"{what}{number}".encode(), usedforsecurity=False).hexdigest()))


def fresh(year: Year) -> Items:
    """A whole order that nobody has heard of."""
    first = next(islice(year.offsets, len(LIFECYCLE) - 1, None)) - len(LIFECYCLE) + 1
    return [parsed(one) for one in lifecycle(first, first)]


def late(year: Year) -> Items:
    """What comes for an old order: its money and its status are computed again, and its hour is logged."""
    order: dict[str, Any] = {"order_id": known("order")}
    return [
        parsed(frame(next(year.offsets), kind, payload(kind, next(year.offsets), **order), seconds=AGO))
        for kind in ("payment_captured", "order_status_changed", "payment_refunded", "order_item_added")
    ]


def restating(year: Year) -> Items:
    """Newer versions of old rows, the order cancelled: they go the way of the merge, and its lines are logged."""
    ids = {"order_id": known("order")}
    bodies = {
        "order_created": ids,
        "order_item_added": ids | {"order_item_id": known("item")},
        "payment_captured": ids | {"payment_id": known("payment")},
        "payment_refunded": ids | {"refund_id": known("refund"), "payment_id": known("payment")},
        "feedback_submitted": ids | {"feedback_id": known("feedback")},
        "order_status_changed": ids | {"status": "cancelled"},
    }
    items: Items = []
    for kind, named in bodies.items():
        body = {**payload(kind, next(year.offsets)), **named}
        items.append(parsed(frame(next(year.offsets), kind, body)))
    return items


def repeated(year: Year) -> Items:
    """The same events at other offsets, one with other content, and bytes that are none."""
    first = fresh(year)
    year.reads_of_commit(first)
    again = [
        Frame(
            one.event_type,
            one.received.replace(b'"offset": %d' % one.offset, b'"offset": %d' % n),
            f"testlog1-{n}",
        )
        for one in first
        if isinstance(one, Event)
        for n in [next(year.offsets)]
    ]
    other = frame(
        next(year.offsets),
        "feedback_submitted",
        payload("feedback_submitted", 1),
        event_id=UUID(known("created")),
    )
    broken = Frame("order_created", b"{", f"testlog1-{next(year.offsets)}")
    return [
        item
        for one in [*again, other, broken]
        if isinstance(item := restaurant_parser().parse(one), Event | Rejected)
    ]


@pytest.mark.parametrize("batch", [fresh, late, restating, repeated])
def test_no_table_is_gone_through(year: Year, batch: Callable[[Year], Items]) -> None:
    before = year.invalidations()
    reads = year.reads_of_commit(batch(year))
    assert reads.whole == {}
    assert "event_ids" in reads.looked or batch is not repeated
    assert (year.invalidations() > before) == (batch in {late, restating})


@pytest.mark.parametrize(
    ("index", "batch"),
    [
        ("analytics.order_items_order_id", restating),
        ("analytics.order_status_history_order_id", late),
        ("analytics.payments_order_id", late),
    ],
)
def test_without_its_index_it_would_be(year: Year, index: str, batch: Callable[[Year], Items]) -> None:
    with year.without(index):
        whole = year.reads_of_commit(batch(year)).whole
    assert set(whole) == {index.removeprefix("analytics.").removesuffix("_order_id")}
