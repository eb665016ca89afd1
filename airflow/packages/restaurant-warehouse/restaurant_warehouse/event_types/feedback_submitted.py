"""feedback_submitted: a guest's rating."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import Nps, Rating
from sse_ingest.contract.fields import Id, Moment, Name, Text, check_moment


class FeedbackSubmitted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A guest's rating."""

    feedback_id: Id
    order_id: Id | None = None
    customer_id: Name | None = None
    rating: Rating
    nps: Nps | None = None
    comment: Text | None = None
    created_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.created_ts)


FEEDBACK_SUBMITTED = EventType(
    name="feedback_submitted",
    payload=FeedbackSubmitted,
    table="feedback",
    key=("feedback_id",),
)
