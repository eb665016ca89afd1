"""Ids of text. A field of the type `Annotated[UUID, named("order")]` holds a UUID, or a producer's own number as text.

A UUID stays as it is. A text becomes the UUID version 5 of six parts: the stream, what it names, the partition key,
the business day if the payload has one, the owner, and the text. So a number that two shops use, or that a till uses
again tomorrow, names two things; and every event that states the number in the same way names the same thing. The owner
is the id in another field, for numbers that begin with 1 in each owner, as the lines of an order do.
https://www.rfc-editor.org/rfc/rfc9562#section-5.5
"""

import re
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeAlias
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

NAMESPACE = UUID("b6b1c8a4-52c1-5d0f-9a6e-0c5f1f6a7e21")
DAY = "business_day"
"""The field with the business day of the numbers: for a till that begins again with 1 every day."""
EXTERNAL = "(external_id)"
"""The key under which a struct reads the text of its first id. No producer has a field of this name."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode


def named(kind: str, within: str = "") -> Meta:
    """Marks a field as an id of this kind of thing, which may be a text.

    `within` is the field of the payload whose id the things belong to: a text then names one thing in each of them.
    """
    description = "a UUID, or a text of 1 to 200 characters without control characters"
    return Meta(description=description, extra={"names": kind, "within": within})


def name_uuid(stream_id: str, kind: str, place: str, day: str, owner: str, text: str) -> UUID:
    """The UUID of a text. `owner` is the id that it belongs to, as owner_of() gives it, or empty.

    No part holds a NUL, so the parts cannot run together.
    """
    return uuid5(NAMESPACE, "\0".join((stream_of(stream_id), kind, place, day, owner, text)))


def owner_of(text: str) -> str:
    """An id as part of a name: a UUID in its one usual form, a text as it is."""
    return str(UUID(text)) if _UUID.fullmatch(text) else text


def stream_of(stream_id: str) -> str:
    """The stream of a log: its name up to the last underscore. A log that follows a lost one is of the same stream."""
    return stream_id.rpartition("_")[0] or stream_id


class Kind(NamedTuple):
    """What an id names, and the field with the id of its owner, or an empty text."""

    name: str
    within: str


def kind_of(annotation: Any) -> Kind | None:
    """What an id of this type names; None for a type that takes no text."""
    arms = (annotation, *typing.get_args(annotation))
    metas = (meta for arm in arms for meta in typing.get_args(arm)[1:] if isinstance(meta, Meta))
    extras = [meta.extra for meta in metas if meta.extra and "names" in meta.extra]
    return Kind(extras[0]["names"], extras[0]["within"]) if extras else None


def is_id(literal: bytes) -> bool:
    """Whether a JSON literal is a UUID or a text that can name something."""
    return literal.startswith(b'"') and _NUMBER.fullmatch(_STRING.decode(literal)) is not None


class _Key(NamedTuple):
    """What all ids of a payload have in common."""

    stream_id: str
    place: str
    day: str
    owners: Mapping[str, str]
    """The owner by the field that states it."""


class WithUuids(NamedTuple):
    """A payload with UUIDs, without its business day, and with the text of each own id as EXTERNAL."""

    payload: bytes
    has_texts: bool
    day: str


class TextIds:
    """The ids of one type of payload that may be texts, and those of the elements of its lists."""

    def __init__(self, payload: type[msgspec.Struct]) -> None:
        fields = {one.encode_name: one.type for one in msgspec.structs.fields(payload)}
        self.kinds = {name: kind for name, type_ in fields.items() if (kind := kind_of(type_))}
        lists = {name: TextIds(element) for name, type_ in fields.items() for element in _elements(type_)}
        self.lists = {name: ids for name, ids in lists.items() if ids.takes_texts}
        self.owners = {kind.within for kind in self.kinds.values()} - {""}
        self.owners.update(*(ids.owners for ids in self.lists.values()))
        self._own = next(iter(self.kinds), None) if EXTERNAL in fields else None

    @property
    def takes_texts(self) -> bool:
        """Whether any id may be a text."""
        return bool(self.kinds or self.lists)

    def replace(self, payload: bytes, stream_id: str, place: str) -> WithUuids:
        """Put a UUID in the place of each text. Of a key that stands twice, the last value counts."""
        fields: dict[str, Any] = _FIELDS.decode(payload)
        day = _plain(fields.pop(DAY, None))
        owners = {name: owner_of(_string(fields.get(name)) or "") for name in self.owners}
        has_texts = self._replace(fields, _Key(stream_id, place, day, owners))
        return WithUuids(_encode(fields), has_texts, day)

    def _replace(self, fields: dict[str, Any], key: _Key) -> bool:
        texts = {name: text for name in self.kinds if (text := _text(fields.get(name)))}
        for name, text in texts.items():
            kind = self.kinds[name]
            owner = key.owners.get(kind.within, "")
            fields[name] = str(name_uuid(key.stream_id, kind.name, key.place, key.day, owner, text))
        if self._own in texts:
            fields[EXTERNAL] = texts[self._own]
        has_changed = bool(texts)
        for name, ids in self.lists.items():
            literal = bytes(fields.get(name, b""))
            if literal.startswith(b"["):
                elements = [_object(element) for element in _LIST.decode(literal)]
                if any([ids._replace(one, key) for one in elements if isinstance(one, dict)]):  # noqa: C419 - each
                    fields[name], has_changed = elements, True
        return has_changed


@cache
def with_texts(payload: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same type of payload, whose ids are texts. It checks everything else."""
    fields: list[Any] = [
        (one.name, as_texts(one.type)) if one.required else (one.name, as_texts(one.type), one.default)
        for one in msgspec.structs.fields(payload)
        if as_texts(one.type) != one.type
    ]
    return msgspec.defstruct(payload.__name__, fields, bases=(payload,), kw_only=True, frozen=True, gc=False)


def as_texts(annotation: Any) -> Any:
    """The same annotation, with texts in the place of ids."""
    arms = typing.get_args(annotation)
    if typing.get_origin(annotation) is Annotated:
        return _Text if kind_of(annotation) else Annotated[(as_texts(arms[0]), *arms[1:])]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(as_texts, arms))]  # noqa: UP007 - of a tuple
    if typing.get_origin(annotation) is list:
        return types.GenericAlias(list, (as_texts(arms[0]),))
    is_payload = isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
    return with_texts(annotation) if is_payload and TextIds(annotation).takes_texts else annotation


def _elements(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """The type of the elements of a list, where they are objects."""
    arms = typing.get_args(annotation)
    if typing.get_origin(annotation) is not list:
        for arm in arms:
            yield from _elements(arm)
    elif isinstance(arms[0], type) and issubclass(arms[0], msgspec.Struct):
        yield arms[0]


def _object(literal: msgspec.Raw) -> Any:
    return _FIELDS.decode(literal) if bytes(literal).startswith(b"{") else literal


def _text(literal: msgspec.Raw | None) -> str | None:
    """A text that is no UUID and can name something; None for anything else."""
    text = _string(literal)
    return text if text and _NUMBER.fullmatch(text) and not _UUID.fullmatch(text) else None


def _plain(literal: msgspec.Raw | None) -> str:
    """The text of a literal, as the operator ->> of jsonb shows it; empty when it is absent or null."""
    string = _string(literal)
    if string is not None or literal is None:
        return string or ""
    return "" if bytes(literal) == b"null" else bytes(literal).decode()


def _string(literal: msgspec.Raw | None) -> str | None:
    return _STRING.decode(literal) if literal is not None and bytes(literal).startswith(b'"') else None
