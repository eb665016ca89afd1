"""The payload of order_snapshot: that of the order, and lists of what other event types state, without the order."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import GenericAlias
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationInfo, create_model, field_validator, model_validator

from api.contract.currencies import check_decimals, is_amount
from api.contract.fields import Instant

MOST_ELEMENTS = 1_000
_ORDER = "order_id"
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")


@dataclass(frozen=True, kw_only=True)
class Elements:
    """A list of a snapshot: the event type whose payload its elements have, and the field that identifies one."""

    model: type[BaseModel]
    key: str
    time: str | None = None
    """A further field: when it happened."""
    is_required: bool = False
    rule: Callable[[Any], None] | None = None
    """A rule over several fields."""


_STATUS: Mapping[str, Any] = {
    "status": (
        Literal["pending", "preparing", "ready", "completed", "cancelled"] | None,
        Field(default=None, description="the status of the order; absent where the snapshot does not say"),
    ),
    "changed_ts": (
        Instant | None,
        Field(default=None, description="since when it has the status; absent: since `ts`"),
    ),
}


def snapshot(order: type[BaseModel], lists: Mapping[str, Elements]) -> type[BaseModel]:
    """The model of an order with these lists."""
    fields: dict[str, Any] = dict(_STATUS)
    for name, elements in lists.items():
        fields[name] = (
            GenericAlias(list, (_element(elements),)) | None,
            Field(
                default=None,
                max_length=MOST_ELEMENTS,
                description=f"all of them, each with its own {elements.key}; absent means none",
            ),
        )

    def elements_fit(order: Any) -> Any:
        for name, elements in lists.items():
            _check_ids(name, getattr(order, name), elements.key)
            _check_amounts(name, getattr(order, name), order.currency)
        return order

    validators: dict[str, Any] = {"elements_fit": model_validator(mode="after")(elements_fit)}
    return create_model(
        "OrderSnapshot",
        __base__=order,
        __module__=__name__,
        __doc__=(
            "The whole order, as a POS API sends it. Send a greater `version` each time: the newest snapshot replaces"
            " what is older, and what it does not list is void."
        ),
        __validators__=validators,
        **fields,
    )


def times_of(
    payload: object, lists: Mapping[str, Elements], times: Mapping[str, list[str]]
) -> Iterator[tuple[str, datetime]]:
    """Each time of the elements of a snapshot, with its path. `times` are the fields that hold one, by list."""
    for name in lists:
        for position, one in enumerate(getattr(payload, name) or ()):
            for field in times[name]:
                moment: datetime | None = getattr(one, field)
                if moment is not None:
                    yield f"{name}.{position}.{field}", moment


def _element(elements: Elements) -> type[BaseModel]:
    model = elements.model
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in model.model_fields.items() if name != _ORDER
    }
    if elements.time is not None:
        own = Instant if elements.is_required else Instant | None
        default = ... if elements.is_required else None
        fields[elements.time] = (own, Field(default=default, description="when it happened"))
    # In place of the rule of the event type: see _check_amounts.
    validators: dict[str, Any] = {"_fits_the_currency": field_validator("*")(_fits_its_own_currency)}
    if elements.rule is not None:
        rule = elements.rule

        def holds(one: Any) -> Any:
            rule(one)
            return one

        validators["rule_holds"] = model_validator(mode="after")(holds)
    return create_model(
        f"Snapshot{model.__name__}",
        __base__=model.__bases__,
        __module__=__name__,
        __doc__=f"{model.__doc__} An element of a snapshot.",
        __validators__=validators,
        **fields,
    )


def _fits_its_own_currency(value: Any, info: ValidationInfo) -> Any:
    """An element that states no currency has that of the snapshot, which is checked after its elements."""
    if is_amount(info.field_name, value) and info.data.get("currency") is not None:
        check_decimals(value, info.data)
    return value


def _check_amounts(name: str, listed: list[Any] | None, currency: str | None) -> None:
    for position, one in enumerate(listed or ()):
        for field, value in one if one.currency is None else ():
            if is_amount(field, value):
                try:
                    check_decimals(value, {"currency": currency})
                except ValueError as error:
                    rule, colon, says = str(error).rpartition(": ")
                    raise ValueError(f"{rule}{colon}{name}.{position}.{field} {says}") from None


def _check_ids(name: str, listed: list[Any] | None, key: str) -> None:
    earlier = set()
    for position, one in enumerate(listed or ()):
        text = str(getattr(one, key))
        value = text.lower().replace("-", "") if _UUID.fullmatch(text) else text
        if value in earlier:
            raise ValueError(
                f"ids_are_unique: {name}.{position}.{key}: an earlier element has the id {value} too:"
                " send each element once"
            )
        earlier.add(value)
