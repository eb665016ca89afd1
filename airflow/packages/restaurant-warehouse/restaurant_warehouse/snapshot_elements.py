"""Derives what an element of a snapshot's list is from the payload of its own event type: the same fields and rules,
without the order, which the snapshot names.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from restaurant_warehouse.payload_fields import IN_SNAPSHOT, Money, check_decimals_in
from sse_ingest.contract.fields import Moment, OutOfRange, check_moment

MOST_ELEMENTS = 1_000
_ORDER = "order_id"
_Field: TypeAlias = tuple[str, Any] | tuple[str, Any, Any]


def element(
    payload: type[msgspec.Struct], *, time: str | None = None, required: bool = False
) -> type[msgspec.Struct]:
    """An element that states what this payload states. `time` is a further field: when it happened."""
    fields: list[_Field] = [_field(one) for one in msgspec.structs.fields(payload) if one.name != _ORDER]
    if time is not None:
        fields.append((time, Moment) if required else (time, Moment | None, None))
    rules = {
        name: rule for name, rule in vars(payload).items() if callable(rule) and name.startswith("_check")
    }
    own_check = vars(payload).get("__post_init__")

    def check(record: Any) -> None:
        if own_check is not None:
            own_check(record)
        moment = None if time is None else getattr(record, time)
        if moment is not None:
            check_moment(moment)

    return msgspec.defstruct(
        f"Snapshot{payload.__name__}",
        fields,
        namespace={**rules, "__post_init__": check, "__doc__": payload.__doc__, IN_SNAPSHOT: True},
        frozen=True,
        gc=False,
        kw_only=True,
    )


def elements(kind: type[msgspec.Struct]) -> Any:
    """The type of a list of such elements. Absent and null say that there is none."""
    meta = Meta(max_length=MOST_ELEMENTS, description=f"an array of at most {MOST_ELEMENTS} objects")
    return Annotated[list[kind], meta] | None  # type: ignore[valid-type]


def check_ids(field: str, listed: Sequence[Any] | None, key: str) -> None:
    """Raise OutOfRange when two elements have one id: which of them counts, nothing says."""
    earlier = set()
    for position, one in enumerate(listed or ()):
        value = getattr(one, key)
        if value in earlier:
            raise OutOfRange(
                f"ids_are_unique: payload.{field}.{position}.{key}: an earlier element has the id {value} too:"
                " send each element once"
            )
        earlier.add(value)


def check_amounts(field: str, listed: Sequence[Any] | None, currency: str | None) -> None:
    """Raise OutOfRange when an element that states no currency has more decimals than this one, of the snapshot."""
    if currency is not None or Money.any_is_fine:
        for position, one in enumerate(listed or ()):
            if one.currency is None:
                check_decimals_in(one, currency, f"{field}.{position}.")


def _field(one: Any) -> _Field:
    if one.required:
        return (one.name, one.type)
    return (one.name, one.type, msgspec.field(default=one.default, name=one.encode_name))
