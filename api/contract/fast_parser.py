"""Reads a common event at a fifth of the cost. Any other event is None here, and `api.contract.parser` reads it.

The fast parser may leave a valid event to the precise one. It never accepts what the precise one refuses, and both give
the same draft (tests/property/test_fast_parser.py). Its types follow from the schemas of `api.contract.schemas`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from api.contract import time_limits
from api.contract.fields import LONGEST_KEY, check_schedule
from api.contract.schemas import PAYLOADS, RESERVED, SCHEDULED, SNAPSHOT
from api.log.interface import Draft

_MOST_BYTES = 64 * 1024
_LIMITS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
}
_KINDS = {"string": str, "number": float, "integer": int, "boolean": bool}
_READ = {*_LIMITS, "anyOf", "enum", "format", "multipleOf", "not", "type", "x-id"}
_TEXTS = {"default", "description", "examples", "title"}
_PLACES = 2  # decimals of a number in a field that the contract does not know
# Within the contract's years for every offset.
_TIME = r'(?:19[1-9]|20\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-5]):\d\d)"'
# Only escapes of characters that occur in no id, time or number, and no NUL or half of a surrogate pair.
_harmless = re.compile(
    rb"""[^\\]*+(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F]|00[0-7])[0-9a-fA-F]{4}"""
    rb"""|u[dD][89abAB]..\\u[dD][c-fC-F]..)[^\\]*+)*+"""
).fullmatch

_DATE = r'\d{4}-\d\d-\d\d"'
_Moment = Annotated[datetime, Meta(tz=True)]
_Key = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]  # and printable: see `read`


class _Envelope(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    event_id: UUID
    event_type: _Key
    ts: _Moment
    partition_key: _Key
    payload: msgspec.Raw
    offset: int | UnsetType = UNSET
    version: Annotated[int, Meta(ge=0, le=2**63 - 1)] | UnsetType | None = UNSET


_OPTIONAL = ("offset", "version")
_REQUIRED = len(_Envelope.__struct_fields__) - len(_OPTIONAL)
_envelope = msgspec.json.Decoder(_Envelope).decode
_flat_object = msgspec.json.Decoder(dict[str, str | int | float | bool | None]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Payload:
    """How to read the payload of one event_type."""

    with_uuids: Callable[[bytes], object]
    with_texts: Callable[[bytes], object]
    """The same where an id is a text."""
    odd: Callable[[bytes], re.Match[bytes] | None]
    """Finds, in JSON without spaces, a value that `decode` accepts and the contract perhaps not."""
    compared: frozenset[str]
    """Fields that the contract compares with others. The precise parser does that."""

    def decode(self, payload: bytes) -> object:
        """The record. Raises ValidationError."""
        try:
            return self.with_uuids(payload)
        except msgspec.ValidationError:
            return self.with_texts(payload)


def read(text: bytes, earliest: datetime, latest: datetime) -> Draft | None:
    """The draft of a common event whose `ts` lies in the range, otherwise None."""
    if len(text) > _MOST_BYTES or (b"\\" in text and not _harmless(text)):
        return None
    try:
        text = msgspec.json.format(text, indent=-1)
        envelope = _envelope(text)
        payload = bytes(envelope.payload)
        fields = _flat_object(payload)
        known = _PAYLOADS.get(envelope.event_type, _OPEN)
        record = known.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    optional = (envelope.offset is not UNSET) + (envelope.version is not UNSET)
    keys = _REQUIRED + optional + len(fields)
    # A key stands twice, or a text looks like a key; or a value that the contract perhaps does not accept.
    is_compared = bool(known.compared) and not known.compared.isdisjoint(fields)
    if is_compared or text.count(b'":') != keys or known.odd(text):
        return None
    event_type, key, ts = envelope.event_type, envelope.partition_key, envelope.ts
    is_refused = (
        event_type in (RESERVED, SNAPSHOT)
        or not (event_type + key).isprintable()
        or not earliest <= ts <= latest
    )
    if (
        is_refused
        or any(time_limits.beyond(event_type, record, earliest, latest))
        or not _is_schedule(record)
    ):
        return None
    formatted = _encode(ts if ts.tzinfo is UTC else ts.astimezone(UTC))[1:-1].decode()
    version = None if envelope.version is UNSET else envelope.version
    return Draft(event_type, key, formatted, payload, envelope.event_id, version=version)


def _is_schedule(record: object) -> bool:
    """Whether an order for later lies within the limits; true for any other record."""
    scheduled: datetime | None = getattr(record, SCHEDULED, None)
    if scheduled is None:
        return True
    try:
        check_schedule(record.order_ts, scheduled)  # type: ignore[attr-defined]
    except ValueError:
        return False
    return True


def _payload(schema: dict[str, Any], compared: frozenset[str] = frozenset()) -> _Payload:
    odd = re.compile(_odd(schema.get("properties", {})).encode()).search
    return _Payload(_decoder(schema, UUID), _decoder(schema, str), odd, compared)


def _decoder(schema: dict[str, Any], ids: type) -> Callable[[bytes], object]:
    required, properties = schema.get("required", []), schema.get("properties", {})
    types = {name: _type(kind, ids) for name, kind in properties.items()}
    fields = [(name, kind) if name in required else (name, kind, None) for name, kind in types.items()]
    struct = msgspec.defstruct("Payload", fields, kw_only=True, gc=False)
    return msgspec.json.Decoder(struct).decode


def _type(schema: dict[str, Any], ids: type) -> Any:
    """The type for a schema. `odd` finds what it accepts beyond the schema: spellings of ids, times and numbers."""
    if unknown := schema.keys() - _READ - _TEXTS:
        raise TypeError(f"{unknown} in {schema} has no equivalent here")
    if "anyOf" in schema:
        return Union[tuple(_type(part, ids) for part in schema["anyOf"])]  # noqa: UP007 - of a tuple
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if schema["type"] == "null":
        return None
    if "format" in schema:
        return {"uuid": UUID, "date": date, "date-time": _Moment}[schema["format"]]
    return UUID if "x-id" in schema and ids is UUID else _limited(schema)


def _limited(schema: dict[str, Any]) -> Any:
    limits = {limit: schema[word] for word, limit in _LIMITS.items() if word in schema}
    if "pattern" in schema:
        limits["pattern"] = schema["pattern"].replace(
            "$", r"\Z"
        )  # Python's $ also matches before a final newline
    if "not" in schema:
        limits["pattern"] = f"(?!{schema['not']['pattern']}){limits['pattern']}"
    return Annotated[_KINDS[schema["type"]], Meta(**limits)]


def _odd(properties: dict[str, Any]) -> str:
    """After a key: a time in another spelling, an id without dashes, a number with a sign or exponent, or too long."""
    places = {name: most for name, schema in properties.items() for most in _places(schema)}
    least = min(places.values(), default=_PLACES)
    finer = "".join(rf'(?!(?<="{name}":){_number(most)})' for name, most in places.items() if most > least)
    return rf'":(?:"(?:(?=\d{{4}}-)(?!{_TIME}|{_DATE})|[0-9a-fA-F]{{32}}")|(?=[-0-9])(?!{_number(least)}){finer})'


def _places(schema: dict[str, Any]) -> list[int]:
    alternatives = schema.get("anyOf", [schema])
    return [-Decimal(str(part["multipleOf"])).adjusted() for part in alternatives if "multipleOf" in part]


def _number(places: int) -> str:
    return rf"\d{{1,15}}(?:\.\d{{1,{places}}})?[,}}]"


_PAYLOADS = {
    name: _payload(model.model_json_schema(), getattr(model, "compared", frozenset()))
    for name, model in PAYLOADS.items()
    if name != SNAPSHOT  # it has lists
}
_OPEN = _payload({})
