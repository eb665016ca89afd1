"""The parameters that GET /events and GET /stream share, and their documentation."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import WithJsonSchema

from api.http.problems import MEDIA_TYPE, SCHEMA, bad_parameter
from api.log.interface import EventFilter

SINCE = (
    "Read the events after this position: an offset, `<stream_id>-<offset>`, `earliest`, `latest`, or an RFC 3339 "
    "time (events appended then or later)."
)
_MOST = 50

# For OpenAPI only: resolve() and _names() check the values and word the errors.
Since = Annotated[
    str | None,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "enum": ["earliest", "latest"]},
                {"type": "string", "pattern": "^(([A-Za-z0-9_]{1,64}-)?[0-9]{1,18})?$"},
                {"type": "string", "format": "date-time"},
            ]
        }
    ),
]
_Names = Annotated[str | None, WithJsonSchema({"type": "string", "pattern": r"[^,\s]"})]


def errors(**statuses: str) -> dict[int | str, dict[str, object]]:
    """The problem documents of a route, for OpenAPI."""
    content = {MEDIA_TYPE: {"schema": SCHEMA}}
    return {
        int(code.removeprefix("e")): {"description": text, "content": content}
        for code, text in statuses.items()
    }


def _names(parameter: str, text: str | None) -> frozenset[str]:
    names = frozenset(part.strip() for part in (text or "").split(",")) - {""}
    if text is not None and not names:
        raise bad_parameter(parameter, "must name at least one, separated by commas; leave it out for all")
    if len(names) > _MOST:
        raise bad_parameter(parameter, f"must name at most {_MOST}")
    return names


async def _only(
    types: Annotated[_Names, Query(description="only these event types, separated by commas")] = None,
    location: Annotated[_Names, Query(description="only these location codes, separated by commas")] = None,
) -> EventFilter:
    return EventFilter(_names("types", types), _names("location", location))


OnlyDep = Annotated[EventFilter, Depends(_only)]
