"""The start of a reader: the `since` parameter and the Last-Event-ID header."""

import re
from dataclasses import dataclass

from api.contract.fields import parse_instant
from api.http.problems import bad_parameter
from api.log.interface import EventLog

_POSITION = re.compile(r"(?:([A-Za-z0-9_]{1,64})-)?(\d{1,18})", re.ASCII)
_SPACE_FOR_PLUS = re.compile(
    r"(?<=[\d]) (?=\d\d:\d\d$)"
)  # a time zone's offset with a + that was not escaped


@dataclass(frozen=True, slots=True)
class Gap:
    """Events that a reader requests and the log no longer holds. `missing` is None when their number is unknown."""

    requested: str
    oldest: int
    missing: int | None


@dataclass(frozen=True, slots=True)
class Start:
    """Read after this position; report `gap` first."""

    after: int
    gap: Gap | None = None


def behind(log: EventLog, after: int, oldest: int, requested: str | None = None) -> Gap:
    """The gap after a position of this log, when retention has deleted the next events."""
    return Gap(requested or f"{log.stream_id}-{after}", oldest, oldest - 1 - after)


async def resolve(log: EventLog, text: str, parameter: str) -> Start:
    """The start that a text names, or a 400 that names its parameter.

    A position of another log is a gap of unknown size. So is one beyond the head, after this log was restored from a
    copy. The reader then starts at the oldest event: it can get events again, but it loses none.
    """
    if text == "earliest":
        return Start(log.oldest - 1)
    if text == "latest":
        return Start(log.head)
    match = _POSITION.fullmatch(text)
    if match is None:
        return Start(await _at_time(log, text, parameter))
    stream_id, after = match[1], int(match[2])
    if (stream_id is not None and stream_id != log.stream_id) or after > log.head:
        return Start(log.oldest - 1, Gap(text, log.oldest, None))
    if after + 1 < log.oldest:
        return Start(log.oldest - 1, behind(log, after, log.oldest, text))
    return Start(after)


async def _at_time(log: EventLog, text: str, parameter: str) -> int:
    try:
        moment = parse_instant(_SPACE_FOR_PLUS.sub("+", text))
    except ValueError:
        raise bad_parameter(
            parameter,
            "must be an offset, <stream_id>-<offset>, earliest, latest, or an RFC 3339 time (2026-01-31T18:30:00Z)",
        ) from None
    return await log.locate(moment)
