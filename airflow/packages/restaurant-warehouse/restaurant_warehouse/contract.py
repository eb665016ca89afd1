"""The contract of a restaurant's stream: the envelope of the event service, typed tables, and known fields."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed.tables import RestaurantTables
from sse_ingest.contract.diagnose import element_type
from sse_ingest.contract.envelope import EnvelopeParser, Payloads
from sse_ingest.contract.named_ids import DAY, EXTERNAL
from sse_ingest.contract.protocol import Contract

PAYLOADS: dict[str, type[msgspec.Struct]] = {name: kind.payload for name, kind in EVENT_TYPES.items()}
_PAYLOADS = Payloads(PAYLOADS)


def restaurant_parser(
    stream: str = "restaurant",  # noqa: ARG001 - every parser is made with these
    after: int = 0,  # noqa: ARG001
    arrived: datetime | None = None,  # noqa: ARG001
) -> EnvelopeParser:
    """A parser of frames of the event service."""
    return EnvelopeParser(_PAYLOADS)


def _fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    """The known fields, and those of the elements of lists: `items.name`."""
    for field in msgspec.structs.fields(kind):
        if field.encode_name != EXTERNAL:
            yield field.encode_name
        element = element_type(field.type)
        if element is not None:
            yield from (f"{field.encode_name}.{name}" for name in _fields(element))


CONTRACT = Contract(
    name="restaurant",
    parser=restaurant_parser,
    strict=True,
    typed=RestaurantTables(),
    fields={
        name: frozenset(_fields(kind)) | ({DAY} if name in _PAYLOADS.text_ids else set())
        for name, kind in PAYLOADS.items()
    },
)
