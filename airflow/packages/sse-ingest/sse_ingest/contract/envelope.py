"""The envelope of the event service: turns a frame into an Event, a Rejected or a Gap.

The parser never raises, whatever the bytes are. The fast path decodes the envelope once and the payload once. When that
fails, ids of text get their UUIDs; see named_ids.py. When that fails too, diagnose.py finds out exactly what is wrong.
"""

import types
import typing
from collections.abc import Mapping
from datetime import UTC, date
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sse_ingest.contract import json_validation
from sse_ingest.contract.diagnose import element_type, explain
from sse_ingest.contract.fields import Id, Moment, Version, check_moment, decoder
from sse_ingest.contract.json_validation import BadText
from sse_ingest.contract.named_ids import DAY, TextIds, with_texts
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.sources.sse_decoder import Frame

_LARGEST_OFFSET = 2**63 - 1
_LONGEST_STREAM_ID = 200

Offset = Annotated[int, Meta(ge=1, le=_LARGEST_OFFSET, description="an integer from 1 to 2^63-1")]
Key = Annotated[str, Meta(max_length=200, description="a text of at most 200 characters")]
Type = Annotated[str, Meta(min_length=1, max_length=200, description="a text of 1 to 200 characters")]


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The fields that every event has, whatever its type."""

    offset: Offset
    event_id: Id
    event_type: Type
    ts: Moment
    partition_key: Key
    payload: msgspec.Raw
    version: Version | None = None


# A position. It is part of a key of stream_gaps, and PostgreSQL cannot index a text of unlimited length.
_Requested = Annotated[str, Meta(max_length=_LONGEST_STREAM_ID + 20)]


class _GapData(msgspec.Struct, frozen=True, gc=False):
    requested: _Requested | Annotated[int, Meta(ge=0, le=_LARGEST_OFFSET)]
    oldest: Offset | None
    missing: Annotated[int, Meta(ge=0, le=_LARGEST_OFFSET)] | None = None
    stream_id: Key | None = None


def _strict(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same payload type, but it refuses unknown fields, in elements of its lists too."""
    lists: list[Any] = []
    for field in msgspec.structs.fields(kind):
        if element_type(field.type) is not None:
            annotation = _with_strict_elements(field.type)
            lists.append(
                (field.name, annotation) if field.required else (field.name, annotation, field.default)
            )
    return msgspec.defstruct(
        kind.__name__, lists, bases=(kind,), frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True
    )


def _with_strict_elements(annotation: Any) -> Any:
    """The annotation of a list of objects, whose elements refuse unknown fields."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.Union[tuple(map(_with_strict_elements, typing.get_args(annotation)))]  # noqa: UP007
    if typing.get_origin(annotation) is Annotated:
        inner, *limits = typing.get_args(annotation)
        return Annotated[_with_strict_elements(inner), *limits]
    if typing.get_origin(annotation) is list:
        return list[_strict(typing.get_args(annotation)[0])]  # type: ignore[misc]
    return annotation


_ENVELOPE = msgspec.json.Decoder(Envelope)
_TIMESTAMP = (
    msgspec.json.Encoder()
)  # ten times faster than isoformat(); a test checks that its output stays the same
_GAP = msgspec.json.Decoder(_GapData)


class Payloads:
    """Decoders of the known event types. The payload of any other type is an object of any form."""

    def __init__(self, kinds: Mapping[str, type[msgspec.Struct]]) -> None:
        self.kinds = kinds
        self.decoders = {name: decoder(kind) for name, kind in kinds.items()}
        # Of a payload with only known fields the decoder checks every value: it needs no further check.
        self.strict_decoders = {name: decoder(_strict(kind)) for name, kind in kinds.items()}
        self.text_ids = {name: ids for name, kind in kinds.items() if (ids := TextIds(kind)).takes_texts}
        self.text_decoders = {name: decoder(with_texts(kinds[name])) for name in self.text_ids}


class EnvelopeParser:
    """Parses frames of the event service, from the stream and from polling."""

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._stream_id = ""  # the last valid one
        self._beyond: set[str] = set()  # event types that have had a payload with unknown fields
        self._texts: set[str] = set()  # event types that have had an id of text

    def parse(self, frame: Frame) -> Event | Rejected | Gap:
        """Turn a frame into an Event, a Rejected or a Gap. Never raises."""
        try:
            if frame.event == "stream_gap":
                gap = _gap(frame)
                if gap is not None:
                    return gap
            return self._event(frame)
        except Exception as error:  # noqa: BLE001 - never raises, by contract; explain() finds the reason
            return self._reject(frame, error)

    def _event(self, frame: Frame) -> Event:
        data = frame.data
        if frame.truncated:
            raise BadText(Reason.TOO_LARGE, f"larger than the limit; the first {len(data)} bytes were kept")
        if b"\\" in data or not data.isascii():
            json_validation.check_characters(data)
        envelope = _ENVELOPE.decode(data)
        event_type, offset, ts, key = (
            envelope.event_type,
            envelope.offset,
            envelope.ts,
            envelope.partition_key,
        )
        payload = bytes(envelope.payload)
        record, beyond = self._read_payload(envelope, payload, frame)
        if frame.last_event_id != f"{self._stream_id}-{offset}":
            self._stream_id = _stream_id(frame.last_event_id, offset)
        check_moment(ts)
        if ts.tzinfo is not UTC:
            ts = ts.astimezone(UTC)
        content = b"\0".join((event_type.encode(), _TIMESTAMP.encode(ts), key.encode(), payload))
        version = envelope.version
        if version is not None:  # the hash of an event without a version is that of earlier releases
            content += b"\0%d" % version
        return Event(
            self._stream_id,
            offset,
            envelope.event_id,
            event_type,
            ts,
            key,
            payload,
            blake2b(content, digest_size=16).digest(),
            frame.last_event_id,
            data,
            beyond,
            record,
            version,
        )

    def _read_payload(
        self, envelope: Envelope, payload: bytes, frame: Frame
    ) -> tuple[msgspec.Struct | None, bool]:
        """The record, None for an unknown type; and whether the type or a field is unknown. Raises what is wrong."""
        event_type, data = envelope.event_type, frame.data
        if event_type not in self._payloads.decoders:
            if not payload.startswith(b"{"):
                raise BadText(
                    Reason.NOT_AN_OBJECT, f"payload: must be an object, got {payload[:40].decode()}"
                )
            json_validation.check_structure(data)
            return None, True
        if event_type not in self._texts:
            try:
                return self._decode(event_type, payload, data)
            except msgspec.ValidationError:
                if event_type not in self._payloads.text_ids:
                    raise
        return self._decode(event_type, self._with_uuids(envelope, payload, frame), data)

    def _decode(self, event_type: str, payload: bytes, data: bytes) -> tuple[msgspec.Struct, bool]:
        if event_type not in self._beyond:
            try:
                return self._payloads.strict_decoders[event_type].decode(payload), False
            except msgspec.ValidationError:
                pass
        json_validation.check_structure(data)
        record = self._payloads.decoders[event_type].decode(payload)
        self._beyond.add(event_type)  # the next payloads of this type will have unknown fields too
        return record, True

    def _with_uuids(self, envelope: Envelope, payload: bytes, frame: Frame) -> bytes:
        """The payload with UUIDs for its ids of text. Raises what is wrong with anything else."""
        event_type = envelope.event_type
        self._payloads.text_decoders[event_type].decode(payload)
        stream_id = _stream_id(frame.last_event_id, envelope.offset)
        ids = self._payloads.text_ids[event_type]
        replaced = ids.replace(payload, stream_id, envelope.partition_key)
        if replaced.has_texts:
            _check_day(replaced.day)
            self._texts.add(event_type)  # the next payloads of this type will have texts too
        return replaced.payload

    def _reject(self, frame: Frame, error: Exception) -> Rejected:
        fault = explain(frame.data, Envelope, self._payloads.kinds, error)
        stream_id, offset = _position(frame)
        return Rejected(
            stream_id,
            offset,
            fault.event_id,
            fault.event_type,
            fault.reason,
            fault.detail,
            frame.data,
            frame.last_event_id,
        )


def _stream_id(last_event_id: str, offset: int) -> str:
    """The log in the frame's id. Raises BadText unless the id holds the offset of the event."""
    stream_id, dash, digits = last_event_id.rpartition("-")
    if digits != str(offset) or not dash or not _is_stream_id(stream_id):
        raise BadText(
            Reason.BAD_POSITION, f"the frame's id is {last_event_id[:250]!r}, the event's offset {offset}"
        )
    return stream_id


def _check_day(day: str) -> None:
    """Raise BadText unless the business day of the ids is absent, or a date."""
    try:
        is_date = not day or date.fromisoformat(day).isoformat() == day
    except ValueError:
        is_date = False
    if not is_date:
        raise BadText(
            Reason.OUT_OF_RANGE, f"payload.{DAY}: must be a date as in 2026-03-14, got {day[:40]!r}"
        )


def _is_stream_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_STREAM_ID and text.isascii() and text.isprintable()


def _gap(frame: Frame) -> Gap | None:
    """The gap in a frame; None when it is an event whose type happens to be `stream_gap`."""
    json_validation.check_characters(frame.data)
    try:
        data = _GAP.decode(frame.data)
    except msgspec.ValidationError:
        return None
    return Gap(data.stream_id, str(data.requested), data.oldest, data.missing)


def _position(frame: Frame) -> tuple[str | None, int | None]:
    """The stream_id and the offset in the frame's own id; None and None when it has no valid id."""
    stream_id, _, digits = frame.last_event_id.rpartition("-")
    if not frame.own_id or not _is_stream_id(stream_id) or not digits.isdecimal() or len(digits) > 19:
        return None, None
    offset = int(digits)
    return (stream_id, offset) if 1 <= offset <= _LARGEST_OFFSET else (None, None)
