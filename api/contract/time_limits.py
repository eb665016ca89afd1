"""The limits of the times in a payload: those of `ts`, and further ahead where a time may be announced."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydantic import BaseModel

from api.contract.errors import FieldError
from api.contract.schemas import ANNOUNCED, PAYLOADS, SCHEDULED
from api.log.interface import instant

_ANNOUNCED_AHEAD = timedelta(days=731)


def _limited(event_type: str, model: type[BaseModel]) -> list[tuple[str, timedelta]]:
    """The fields with a time, and how far beyond the limit of `ts` each may lie."""
    times = [
        name
        for name, schema in model.model_json_schema()["properties"].items()
        if any(part.get("format") == "date-time" for part in schema.get("anyOf", [schema]))
    ]
    return [
        (name, _ANNOUNCED_AHEAD if (event_type, name) in ANNOUNCED else timedelta())
        for name in times
        if name != SCHEDULED  # its limits follow from order_ts
    ]


_LIMITED = {event_type: _limited(event_type, model) for event_type, model in PAYLOADS.items()}


def beyond(event_type: str, payload: object, earliest: datetime, latest: datetime) -> Iterator[FieldError]:
    """What lies outside the limits. `earliest` and `latest` are those of `ts`."""
    for name, ahead in _LIMITED.get(event_type, ()):
        moment: datetime | None = getattr(payload, name)
        if moment is not None and not earliest <= moment <= latest + ahead:
            limits = f"{instant(earliest)} and {instant(latest + ahead)}"
            yield FieldError(f"payload.{name}", f"must lie between {limits}")
