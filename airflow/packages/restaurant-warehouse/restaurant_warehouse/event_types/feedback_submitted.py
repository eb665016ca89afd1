"""feedback_submitted: a guest's rating."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import ExternalId, FeedbackId, Nps, OrderId, Rating, text_of_id
from sse_ingest.contract.fields import Moment, Name, Text, check_moment


class FeedbackSubmitted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A guest's rating."""

    feedback_id: FeedbackId
    order_id: OrderId | None = None
    customer_id: Name | None = None
    rating: Rating
    nps: Nps | None = None
    comment: Text | None = None
    created_ts: Moment
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_moment(self.created_ts)


FEEDBACK_SUBMITTED = EventType(
    name="feedback_submitted",
    payload=FeedbackSubmitted,
    table="feedback",
    key=("feedback_id",),
)
