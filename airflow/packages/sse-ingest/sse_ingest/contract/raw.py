"""The contract for any stream of JSON that is not ours: taken raw, whatever it says."""

from datetime import UTC, datetime
from hashlib import blake2b
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from sse_ingest.contract import json_validation
from sse_ingest.contract.fields import check_moment
from sse_ingest.contract.json_validation import BadText
from sse_ingest.contract.protocol import Contract
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame

_LARGEST_OFFSET = 2**62  # half of what a bigint holds: from any position one can count on
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TIME = msgspec.json.Decoder(datetime)


class RawParser:
    """Any JSON value is an event. Its type is the frame's; its key is the stream's name.

    Identity: by the frame's own id where it has one, else by type and content, so that a frame delivered
    again is recognised. Position: the id where it is a whole number, else one more than the frame before,
    counted on from `after`. Time: the field `ts_field` where it holds an RFC 3339 timestamp, else the
    moment of arrival, which then is no part of the content that is compared; `arrived` tells it of a frame
    that came long ago. Its log bears the name of the stream.
    """

    def __init__(
        self, stream: str, *, after: int = 0, ts_field: str = "ts", arrived: datetime | None = None
    ) -> None:
        self._stream = stream
        self._offset = after
        self._ts_field = ts_field
        self._arrived = arrived

    def parse(self, frame: Frame) -> Event | Rejected:
        """What a frame is. Never raises."""
        self._offset = _whole_number(frame) or self._offset + 1
        try:
            return self._event(frame)
        except BadText as error:
            return self._reject(frame, error.reason, error.located(frame.data))
        except Exception as error:  # noqa: BLE001 - total by contract
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
        told = self._time(data)
        content = b"\0".join((frame.event.encode(), msgspec.json.encode(told) if told else b"", data))
        by_content = f"{self._stream}?{blake2b(content, digest_size=16).hexdigest()}"
        return Event(
            self._stream,
            self._offset,
            self._id_of(frame) or uuid5(NAMESPACE_URL, by_content),
            frame.event,
            told or self._arrived or datetime.now(UTC),
            self._stream,
            data,
            blake2b(content, digest_size=16).digest(),
            frame.last_event_id,
            data,
        )

    def _id_of(self, frame: Frame) -> UUID | None:
        if not frame.own_id or not frame.last_event_id:
            return None
        return uuid5(NAMESPACE_URL, f"{self._stream}#{frame.last_event_id}")

    def _time(self, data: bytes) -> datetime | None:
        try:
            told = _TIME.decode(_FIELDS.decode(data)[self._ts_field])
            if told.tzinfo is None:
                return None
            check_moment(told)
        except (KeyError, ValueError):
            return None
        return told.astimezone(UTC)

    def _reject(self, frame: Frame, reason: Reason, detail: str) -> Rejected:
        event_type = frame.event if _is_type(frame.event) else None
        return Rejected(
            self._stream,
            self._offset,
            self._id_of(frame),  # so that the letter, once mended, is the event of that frame
            event_type,
            reason,
            detail,
            frame.data,
            frame.last_event_id,
        )


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
