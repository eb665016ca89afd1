"""Published events: the envelope, for validation, and the schemas of all events, for OpenAPI."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from api.contract.fields import Instant, Key, Uuid, Version
from api.contract.schemas import PAYLOADS, RESERVED


class Envelope(BaseModel):
    """A published event. An event_type that is not known here can have any object as its payload."""

    model_config = ConfigDict(strict=True, extra="forbid")

    offset: Annotated[Any, Field(description="ignored: the service assigns it")] = None
    event_id: Annotated[
        Uuid, Field(description="the identity of the event, for ever; repeat it when you retry")
    ]
    event_type: Annotated[Key, Field(examples=["order_created"])]
    ts: Annotated[Instant, Field(description="when it happened")]
    partition_key: Annotated[Key, Field(description="the location code", examples=["LOC-ON-001"])]
    version: Annotated[
        Version | None, Field(description="counts the versions of what the event states; the greatest counts")
    ] = None
    payload: dict[str, Any]


def schemas() -> dict[str, Any]:
    """JSON schemas of the published events for OpenAPI: one per known type, and one for all other types."""
    named: dict[str, Any] = {}
    models: list[type[BaseModel]] = [Envelope]
    for name, payload in PAYLOADS.items():
        fields: dict[str, Any] = {"event_type": (Literal[name], ...), "payload": (payload, ...)}
        models.append(
            create_model(f"{payload.__name__}Event", __base__=Envelope, __doc__=payload.__doc__, **fields)
        )
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        named |= schema.pop("$defs", {})
        named[model.__name__] = schema
    # The schema of all other types excludes the known ones: an event of a known type must match its own schema.
    named[Envelope.__name__]["properties"]["event_type"]["not"] = {"enum": [*PAYLOADS, RESERVED]}
    named["Event"] = {
        "anyOf": [{"$ref": f"#/components/schemas/{m.__name__}"} for m in (*models[1:], models[0])]
    }
    return named
