"""Finds the exact reason for which a frame was refused. It is slow: it runs only after the fast path has failed."""

import json
import types
import typing
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from sse_ingest.contract import json_validation
from sse_ingest.contract.fields import Exact, FieldOutOfRange, OutOfRange, check_moment, decoder
from sse_ingest.contract.json_validation import BadText
from sse_ingest.contract.named_ids import as_texts, is_id, kind_of
from sse_ingest.dead_letter_reasons import Reason

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_UUID = msgspec.json.Decoder(UUID)
_SHOWN = 60
Payloads: TypeAlias = Mapping[str, type[msgspec.Struct]]
"""The payload of each known event type."""


class Fault(NamedTuple):
    """What a dead letter holds besides the bytes."""

    reason: Reason
    detail: str
    event_id: UUID | None
    event_type: str | None


def explain(data: bytes, envelope: type[msgspec.Struct], payloads: Payloads, error: Exception) -> Fault:
    """Find the reason why `data` failed with `error`. Never raises."""
    fields = _fields(data)
    try:
        if isinstance(error, BadText):
            raise error
        json_validation.check_characters(data)
        json_validation.check_syntax(data)
        json_validation.check_structure(data)
        _check(envelope, _object(fields, "", data), "")
        _check_payload(_object(fields, "", data), payloads)
    except BadText as bad_text:
        reason, detail = bad_text.reason, bad_text.located(data)
    else:
        key = _duplicate_key(data)
        if isinstance(error.__cause__, OutOfRange):  # each field is right, but a rule over several is broken
            reason, detail = Reason.OUT_OF_RANGE, _over_fields(error.__cause__, fields)
        elif key:
            reason, detail = Reason.DUPLICATE_KEY, f"{key}: stands twice in one object: {error}"
        else:
            reason, detail = Reason.WRONG_TYPE, str(error)
    return Fault(reason, detail, _event_id(fields), _event_type(fields))


def _fields(data: bytes) -> dict[str, msgspec.Raw] | None:
    try:
        return _FIELDS.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _object(fields: dict[str, msgspec.Raw] | None, path: str, literal: bytes) -> dict[str, msgspec.Raw]:
    if fields is None:
        raise BadText(Reason.NOT_AN_OBJECT, f"{path}must be an object, got {_shown(literal)}")
    return fields


def _check_payload(fields: dict[str, msgspec.Raw], payloads: Payloads) -> None:
    payload = bytes(fields["payload"])
    inner = _object(_fields(payload), "payload: ", payload)
    kind = payloads.get(_event_type(fields) or "")
    if kind is not None:
        _check(kind, inner, "payload.")


def _over_fields(error: OutOfRange, fields: dict[str, msgspec.Raw] | None) -> str:
    """What a rule over several fields says, with the value of the field that has to be corrected."""
    if not isinstance(error, FieldOutOfRange) or fields is None:
        return str(error)
    literal = bytes(fields["payload"])
    for name in error.field.split("."):
        literal = bytes(
            _LIST.decode(literal)[int(name)] if name.isdecimal() else _FIELDS.decode(literal)[name]
        )
    return f"payload.{error.field}: {error}, got {_shown(literal)}"


def _check(kind: type[msgspec.Struct], fields: dict[str, msgspec.Raw], prefix: str) -> None:
    """Raise BadText for the first field, in the order of the contract, that is absent or wrong."""
    for field in msgspec.structs.fields(kind):
        literal = fields.get(field.encode_name)
        path = prefix + field.encode_name
        if literal is None:
            if field.required:
                raise BadText(Reason.MISSING_FIELD, f"{path}: is required")
        elif field.type is not msgspec.Raw:
            _check_field(path, bytes(literal), field.type)


def _check_field(path: str, literal: bytes, annotation: Any) -> None:
    if literal == b"null" and type(None) in typing.get_args(annotation):
        return
    base, description = _base(annotation)
    kind = element_type(annotation)
    if kind is not None:
        _check_elements(path, literal, kind, annotation)
        return
    if kind_of(annotation) and is_id(literal):
        return
    try:
        if issubclass(base, Exact):
            base.of(_any_decoder().decode(literal))
            return
        value = _field_decoder(annotation).decode(literal)
        if isinstance(value, datetime):
            check_moment(value)
    except OutOfRange as error:
        raise BadText(Reason.OUT_OF_RANGE, f"{path}: {error}, got {_shown(literal)}") from None
    except (TypeError, ValueError):  # ValidationError is a ValueError
        raise BadText(
            _reason(annotation, base, literal), f"{path}: must be {description}, got {_shown(literal)}"
        ) from None


def _check_elements(path: str, literal: bytes, kind: type[msgspec.Struct], annotation: Any) -> None:
    """Raise BadText unless the literal is an array of objects that fit."""
    _base_type, description = _base(annotation)
    wrong = f"{path}: must be {description}, got {_shown(literal)}"
    try:
        literals = _LIST.decode(literal)
    except msgspec.ValidationError:
        raise BadText(Reason.WRONG_TYPE, wrong) from None
    for position, one in enumerate(map(bytes, literals)):
        where = f"{path}.{position}"
        _check(kind, _object(_fields(one), f"{where}: ", one), f"{where}.")
        try:
            _field_decoder(as_texts(kind)).decode(one)
        except msgspec.ValidationError as error:
            rule = error.__cause__
            if not isinstance(rule, OutOfRange):
                raise
            at = f"{where}.{rule.field}" if isinstance(rule, FieldOutOfRange) else where
            raise BadText(Reason.OUT_OF_RANGE, f"{at}: {rule}") from None
    try:
        _field_decoder(as_texts(annotation)).decode(literal)
    except msgspec.ValidationError:
        raise BadText(Reason.OUT_OF_RANGE, wrong) from None


def _reason(annotation: Any, base: type, literal: bytes) -> Reason:
    kind = json_validation.json_type(literal)
    if base is datetime:
        return Reason.BAD_TIMESTAMP if kind == "text" else Reason.WRONG_TYPE
    if issubclass(base, Exact) and kind == "number":
        return Reason.OUT_OF_RANGE
    if base is int and kind == "number" and literal.lstrip(b"-").isdigit():
        return Reason.OUT_OF_RANGE
    if kind == "text" and (base is str or kind_of(annotation)):
        return Reason.OUT_OF_RANGE
    return Reason.WRONG_TYPE


def base_type(annotation: Any) -> type:
    """The plain type behind an annotation: without `None`, `Annotated` and `Literal`."""
    return _base(annotation)[0]


def element_type(annotation: Any) -> type[msgspec.Struct] | None:
    """The type of the elements where the annotation is that of a list of objects."""
    base = _base(annotation)[0]
    return typing.get_args(base)[0] if typing.get_origin(base) is list else None


def _base(annotation: Any) -> tuple[type, str]:
    """The plain type behind an annotation, and a description of its values for error messages."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        annotation = next(arm for arm in typing.get_args(annotation) if arm is not type(None))
    description = ""
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, meta = typing.get_args(annotation)
        description = meta.description
    if typing.get_origin(annotation) is typing.Literal:
        annotation = str
    return annotation, description or getattr(annotation, "noun", annotation.__name__)


@lru_cache(maxsize=128)
def _field_decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    return decoder(annotation)


@lru_cache(maxsize=1)
def _any_decoder() -> msgspec.json.Decoder[Any]:
    return decoder(Any)


def _duplicate_key(data: bytes) -> str:
    """The first key that occurs twice in one object; empty if there is none."""
    keys: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> None:
        counted = Counter(name for name, _value in pairs)
        keys.extend(name for name, count in counted.items() if count > 1)

    json.loads(data, object_pairs_hook=members, parse_int=str, parse_float=str)
    return _shown(keys[0].encode()) if keys else ""


def _shown(literal: bytes) -> str:
    """A value for an error message: short, printable, and storable as text."""
    text = literal[: 4 * _SHOWN].decode("utf-8", "replace")
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _event_id(fields: dict[str, msgspec.Raw] | None) -> UUID | None:
    try:
        return _UUID.decode(fields["event_id"]) if fields else None
    except (KeyError, ValueError):
        return None


def _event_type(fields: dict[str, msgspec.Raw] | None) -> str | None:
    try:
        event_type = _TEXT.decode(fields["event_type"]) if fields else None
    except (KeyError, ValueError):
        return None
    return event_type if event_type and len(event_type) <= 200 and "\0" not in event_type else None
