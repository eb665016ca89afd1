"""The contract for any foreign stream of JSON: events go into the raw tables, whatever they contain."""

from datetime import UTC, datetime
from hashlib import blake2b
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from sse_ingest.contract import json_validation
from sse_ingest.contract.fields import Version, check_moment
from sse_ingest.contract.json_validation import BadText
from sse_ingest.contract.protocol import Contract
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame

_LARGEST_OFFSET = 2**62  # half of the largest bigint, so that counting can continue from any position
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TIME = msgspec.json.Decoder(datetime)
_VERSION = msgspec.json.Decoder(Version)


class RawParser:
    """Any JSON value is an event. Its type is that of the frame; its partition key is the name of the stream.

    - Identity: from the frame's own id if it has one, else from type and content. So a frame that is delivered
      again is recognised.
    - Position: the id if it is a whole number, else one more than the previous frame, starting after `after`.
    - Time: the field `ts_field` if it holds an RFC 3339 timestamp, else the moment of arrival. The moment of
      arrival is not part of the content hash. `arrived` gives it for a frame that arrived earlier.
    - Version: the field `version` if it holds an integer from 0 to 2^63-1, else none.
    - Log: the stream_id is the name of the stream.
    """

    def __init__(
        self, stream: str, *, after: int = 0, ts_field: str = "ts", arrived: datetime | None = None
    ) -> None:
        self._stream = stream
        self._offset = after
        self._ts_field = ts_field
        self._arrived = arrived

    def parse(self, frame: Frame) -> Event | Rejected:
        """Turn a frame into an Event or a Rejected. Never raises."""
        self._offset = _whole_number(frame) or self._offset + 1
        try:
            return self._event(frame)
        except BadText as error:
            return self._reject(frame, error.reason, error.located(frame.data))
        except Exception as error:  # noqa: BLE001 - never raises, by contract
            return self._reject(frame, Reason.INVALID_JSON, str(error))

    def _event(self, frame: Frame) -> Event:
        data = frame.data
        if frame.truncated:
            raise BadText(Reason.TOO_LARGE, f"larger than the limit; the first {len(data)} bytes were kept")
        if not _is_type(frame.event):
            raise BadText(Reason.OUT_OF_RANGE, "event: must be a text of 1 to 200 characters without NUL")
        json_validation.check_characters(data)
        json_validation.check_syntax(data)
        json_validation.check_structure(data)
        event_time = self._time(data)
        content = b"\0".join(
            (frame.event.encode(), msgspec.json.encode(event_time) if event_time else b"", data)
        )
        by_content = f"{self._stream}?{blake2b(content, digest_size=16).hexdigest()}"
        return Event(
            self._stream,
            self._offset,
            self._id_of(frame) or uuid5(NAMESPACE_URL, by_content),
            frame.event,
            event_time or self._arrived or datetime.now(UTC),
            self._stream,
            data,
            blake2b(content, digest_size=16).digest(),
            frame.last_event_id,
            data,
            version=_version(data),
        )

    def _id_of(self, frame: Frame) -> UUID | None:
        if not frame.own_id or not frame.last_event_id:
            return None
        return uuid5(NAMESPACE_URL, f"{self._stream}#{frame.last_event_id}")

    def _time(self, data: bytes) -> datetime | None:
        try:
            event_time = _TIME.decode(_FIELDS.decode(data)[self._ts_field])
            if event_time.tzinfo is None:
                return None
            check_moment(event_time)
        except (KeyError, ValueError):
            return None
        return event_time.astimezone(UTC)

    def _reject(self, frame: Frame, reason: Reason, detail: str) -> Rejected:
        event_type = frame.event if _is_type(frame.event) else None
        return Rejected(
            self._stream,
            self._offset,
            self._id_of(frame),  # a corrected dead letter becomes the event of this frame
            event_type,
            reason,
            detail,
            frame.data,
            frame.last_event_id,
        )


def _version(data: bytes) -> int | None:
    if b'"version"' not in data:
        return None
    try:
        return _VERSION.decode(_FIELDS.decode(data)["version"])
    except (KeyError, ValueError):
        return None


def _is_type(text: str) -> bool:
    return 0 < len(text) <= 200 and "\0" not in text


def _whole_number(frame: Frame) -> int | None:
    digits = frame.last_event_id
    if not frame.own_id or len(digits) > 19 or not (digits.isascii() and digits.isdecimal()):
        return None
    return int(digits) if 1 <= int(digits) <= _LARGEST_OFFSET else None


def _parser(stream: str, after: int, arrived: datetime | None = None) -> RawParser:
    return RawParser(stream, after=after, arrived=arrived)


RAW = Contract(name="raw", parser=_parser)
"""Any stream of JSON, into the raw tables only."""
