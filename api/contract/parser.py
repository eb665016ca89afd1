"""From the body of a POST to drafts: an object, an array, or NDJSON; all of it is right, or none of it is taken."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from pydantic import ValidationError

from api.contract import fast_parser
from api.contract.schemas import PAYLOADS, RESERVED, Envelope
from api.log.interface import Draft, instant

MAX_EVENT_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_ERRORS = 100  # told in one answer
_ESCAPES = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # what may be a NUL or half a surrogate pair
_BAD_TEXT = re.compile("[\0\ud800-\udfff]")


class BodyError(Exception):
    """The body cannot be divided into events: send one JSON object, an array of them, or one a line (NDJSON)."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; an empty `field` means the event as a whole."""

    field: str
    detail: str


class InvalidEvent(Exception):
    """One event that breaks the contract, with everything that is wrong with it."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors)
        self.errors = errors


class InvalidBatch(Exception):
    """At least one event breaks the contract; nothing is taken. `errors` name index, line, field and detail."""

    def __init__(self, errors: list[dict[str, Any]], events: int) -> None:
        super().__init__(f"{events} event(s) break the contract")
        self.errors, self.events = errors, events


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One event of a body; `line` is its number in NDJSON."""

    text: bytes
    line: int | None = None


class _Sliced(msgspec.Struct):
    payload: msgspec.Raw


_slice = msgspec.json.Decoder(_Sliced).decode


def split(body: bytes, *, ndjson: bool) -> list[Piece]:
    """The events of a body as they stand in it."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")
    if not text:
        raise BodyError("the body is empty: send one JSON object, an array of them, or one a line (NDJSON)")
    if text.startswith(b"[") and not ndjson:
        try:
            return [Piece(bytes(raw)) for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BodyError(f"the body starts as a JSON array but is none: {error}") from error
    if not ndjson and (_whole(text) or not _whole(text.split(b"\n", 1)[0])):
        return [Piece(text)]
    lines = enumerate(map(bytes.strip, body.removeprefix(b"\xef\xbb\xbf").split(b"\n")), start=1)
    return [Piece(line, number) for number, line in lines if line]


def _whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


class Parser:
    """Checks events against the contract, within the accepted range of `ts`."""

    def __init__(self, ts_min: datetime, max_ahead: timedelta) -> None:
        self._ts_min = ts_min
        self._max_ahead = max_ahead

    def batch(self, pieces: list[Piece]) -> list[Draft]:
        """The drafts, or an InvalidBatch that names each bad event and field."""
        drafts: list[Draft] = []
        errors: list[dict[str, Any]] = []
        bad = 0
        for index, piece in enumerate(pieces):
            try:
                drafts.append(self.draft(piece.text))
            except InvalidEvent as invalid:
                bad += 1
                where = {"index": index} | ({} if piece.line is None else {"line": piece.line})
                errors += [{**where, "field": e.field, "detail": e.detail} for e in invalid.errors]
        if errors:
            raise InvalidBatch(errors, bad)
        return drafts

    def draft(self, text: bytes) -> Draft:
        """One event, or an InvalidEvent with everything that is wrong with it."""
        return fast_parser.read(text, self._ts_min, self._latest()) or self.precise(text)

    def precise(self, text: bytes) -> Draft:
        """The same at five times the cost: for what is not usual, and to say what is wrong."""
        data = _load(text)
        found: list[FieldError] = []
        envelope: Envelope | None = None
        try:
            envelope = Envelope.model_validate(data)
        except ValidationError as error:
            found += _errors(error, "")
        if envelope is not None:
            found += self._beyond_fields(envelope)
        model = PAYLOADS.get(str(data.get("event_type")))
        if model is not None and isinstance(data.get("payload"), dict):
            try:
                model.model_validate(data["payload"])
            except ValidationError as error:
                found += _errors(error, "payload.")
        if envelope is None or found:
            raise InvalidEvent(*found)
        return Draft(
            envelope.event_type,
            envelope.partition_key,
            instant(envelope.ts),
            msgspec.json.format(bytes(_slice(text).payload), indent=-1),
            UUID(envelope.event_id),
        )

    def _beyond_fields(self, envelope: Envelope) -> Iterator[FieldError]:
        if envelope.event_type == RESERVED:
            yield FieldError("event_type", f"{RESERVED} is the name of the stream's own notice")
        latest = self._latest()
        if not self._ts_min <= envelope.ts <= latest:
            yield FieldError("ts", f"must lie between {instant(self._ts_min)} and {instant(latest)}")

    def _latest(self) -> datetime:
        return datetime.now(UTC) + self._max_ahead


def _load(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_EVENT_BYTES:
        raise InvalidEvent(FieldError("", f"is larger than {MAX_EVENT_BYTES} bytes"))
    data = _json(text)
    if not isinstance(data, dict):
        raise InvalidEvent(FieldError("", "must be a JSON object"))
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise InvalidEvent(FieldError("", f"is nested deeper than {MAX_DEPTH} levels"))
    if _ESCAPES.search(text):
        bad = [
            FieldError(path, "holds a NUL character or half a surrogate pair")
            for path in _bad_texts(data, "")
        ]
        if bad:
            raise InvalidEvent(*bad)
    return data


def _json(text: bytes) -> object:
    try:
        return _decode(text.decode())
    except UnicodeDecodeError as error:
        raise InvalidEvent(FieldError("", f"is not UTF-8: {error.reason} at byte {error.start}")) from error
    except RecursionError as error:
        raise InvalidEvent(FieldError("", f"is nested deeper than {MAX_DEPTH} levels")) from error
    except ValueError as error:
        raise InvalidEvent(FieldError("", f"is not valid JSON: {error}")) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {json.dumps(twice)} stands twice in one object")
    return found


def _real(text: str) -> Decimal:
    number = Decimal(text)
    if not -1000 < number.adjusted() < 1000 or len(text) > 1000:
        raise ValueError(_beyond(text))
    return number


def _integer(text: str) -> int:
    if len(text) > 1000:
        raise ValueError(_beyond(text))
    return int(text)


def _beyond(text: str) -> str:
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    return f"the number {shown} is larger, smaller or longer than can be kept"


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_real, parse_int=_integer, parse_constant=_constant
).decode


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _bad_texts(value: object, path: str) -> Iterator[str]:
    if isinstance(value, str) and _BAD_TEXT.search(value):
        yield path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _bad_texts(item, f"{path}.{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            name = _BAD_TEXT.sub("\N{REPLACEMENT CHARACTER}", key)
            inner = f"{path}.{name}" if path else name
            if name != key:
                yield inner
            yield from _bad_texts(item, inner)


def _errors(error: ValidationError, prefix: str) -> Iterator[FieldError]:
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        yield FieldError(prefix + ".".join(map(str, item["loc"])), item["msg"].removeprefix("Value error, "))
