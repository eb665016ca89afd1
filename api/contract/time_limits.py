"""The limits of the times in a payload: those of `ts`, and further ahead where a time may be announced."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from api.contract.errors import FieldError
from api.contract.order_snapshot import times_of
from api.contract.schemas import ANNOUNCED, PAYLOADS, SCHEDULED, SNAPSHOT, SNAPSHOT_LISTS
from api.log.interface import instant

_ANNOUNCED_AHEAD = timedelta(days=731)


def _limited(event_type: str, model: type[BaseModel]) -> list[tuple[str, timedelta]]:
    """The fields with a time, and how far beyond the limit of `ts` each may lie."""
    return [
        (name, _ANNOUNCED_AHEAD if (event_type, name) in ANNOUNCED else timedelta())
        for name in _times(model.model_json_schema())
        if name != SCHEDULED  # its limits follow from order_ts
    ]


def _times(schema: dict[str, Any]) -> list[str]:
    return [
        name
        for name, field in schema["properties"].items()
        if any(part.get("format") == "date-time" for part in field.get("anyOf", [field]))
    ]


def _times_of_elements() -> dict[str, list[str]]:
    """The fields with a time in the elements of each list of a snapshot."""
    schema = PAYLOADS[SNAPSHOT].model_json_schema()
    elements = {name: schema["properties"][name]["anyOf"][0]["items"]["$ref"] for name in SNAPSHOT_LISTS}
    return {name: _times(schema["$defs"][ref.rpartition("/")[2]]) for name, ref in elements.items()}


_LIMITED = {event_type: _limited(event_type, model) for event_type, model in PAYLOADS.items()}
_OF_ELEMENTS = _times_of_elements()


def beyond(event_type: str, payload: object, earliest: datetime, latest: datetime) -> Iterator[FieldError]:
    """What lies outside the limits. `earliest` and `latest` are those of `ts`."""
    for name, ahead in _LIMITED.get(event_type, ()):
        moment: datetime | None = getattr(payload, name)
        if moment is not None and not earliest <= moment <= latest + ahead:
            yield _error(name, earliest, latest + ahead)
    if event_type == SNAPSHOT:
        for path, moment in times_of(payload, SNAPSHOT_LISTS, _OF_ELEMENTS):
            if not earliest <= moment <= latest:
                yield _error(path, earliest, latest)


def _error(path: str, earliest: datetime, latest: datetime) -> FieldError:
    return FieldError(f"payload.{path}", f"must lie between {instant(earliest)} and {instant(latest)}")
