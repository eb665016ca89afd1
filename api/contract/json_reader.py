"""Reads one JSON object, within limits that are far below those of PostgreSQL's numeric and jsonb.

For every other text it raises InvalidEvent, and names the field where it can.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, DecimalException
from itertools import islice
from typing import Any

from api.contract.errors import MAX_ERRORS, FieldError, InvalidEvent, shorten

MAX_EVENT_BYTES = 1024 * 1024
MAX_DEPTH = 32
_MAX_DIGITS = 1_000  # of one number, before and after its exponent is applied
_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"
_ESCAPES = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # what may be a NUL or half a surrogate pair
_BAD_TEXT = re.compile("[\0\ud800-\udfff]")
# A text (with the colon when it is a key), an opening or a closing bracket. A text without an end matches the whole
# rest, so that the search stays linear.
_TOKEN = re.compile(rb'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))(\s*+:)?|([\[{])|[\]}]', re.DOTALL)


class _Beyond(str):
    """A number that PostgreSQL cannot store, as the producer wrote it."""

    __slots__ = ()


def read_object(text: bytes) -> dict[str, Any]:
    """The object, with its numbers as int or Decimal."""
    if len(text) > MAX_EVENT_BYTES:
        raise InvalidEvent(FieldError("", f"is larger than {MAX_EVENT_BYTES} bytes"))
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH:
        _check_depth(text)
    data, beyond = _decode(text)
    if not isinstance(data, dict):
        raise InvalidEvent(FieldError("", "must be a JSON object"))
    if (beyond or _ESCAPES.search(text)) and (faults := list(islice(_faults(data, ""), MAX_ERRORS))):
        raise InvalidEvent(*faults)
    return data


def _check_depth(text: bytes) -> None:
    """Raise an InvalidEvent that names the field of the event. It runs before any recursion."""
    depth, field = 0, b'""'
    for token in _TOKEN.finditer(text):
        literal, is_key, opening = token.groups()
        if opening:
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidEvent(FieldError(_name(field), _TOO_DEEP))
        elif literal is None:
            depth -= 1
        elif is_key and depth == 1:
            field = literal


def _name(literal: bytes) -> str:
    """The key of a literal, or the literal itself when it is no valid text."""
    text = literal.decode("utf-8", "replace")
    try:
        return _presentable(str(json.loads(text)))
    except ValueError:
        return _presentable(text)


def _decode(text: bytes) -> tuple[object, bool]:
    """The value, and whether a number in it is `_Beyond`."""
    beyond: list[_Beyond] = []

    def real(literal: str) -> Decimal | _Beyond:
        number = _real(literal)
        if isinstance(number, _Beyond):
            beyond.append(number)
        return number

    def integer(literal: str) -> int | _Beyond:
        if len(literal) <= _MAX_DIGITS:
            return int(literal)
        beyond.append(_Beyond(literal))
        return beyond[-1]

    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=real, parse_int=integer, parse_constant=_refuse_constant
    )
    try:
        return decoder.decode(text.decode()), bool(beyond)
    except UnicodeDecodeError as error:
        raise InvalidEvent(FieldError("", f"is not UTF-8: {error.reason} at byte {error.start}")) from error
    except ValueError as error:
        raise InvalidEvent(FieldError("", f"is not valid JSON: {error}")) from error


def _real(literal: str) -> Decimal | _Beyond:
    if len(literal) > _MAX_DIGITS:
        return _Beyond(literal)
    try:
        number = Decimal(literal)
    except DecimalException:  # an exponent that Decimal itself cannot hold
        return _Beyond(literal)
    return number if -_MAX_DIGITS < number.adjusted() < _MAX_DIGITS else _Beyond(literal)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {json.dumps(shorten(twice))} stands twice in one object")
    return unique


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _faults(value: object, path: str) -> Iterator[FieldError]:
    """Every text, key and number that PostgreSQL cannot store."""
    if isinstance(value, _Beyond):
        shown = value if len(value) <= 40 else f"{value[:39]}…"
        yield FieldError(path, f"the number {shown} is larger, smaller or longer than can be kept")
    elif isinstance(value, str) and _BAD_TEXT.search(value):
        yield FieldError(path, "holds a NUL character or half a surrogate pair")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}.{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            inner = shorten(f"{path}.{_presentable(key)}" if path else _presentable(key))
            if _BAD_TEXT.search(key):
                yield FieldError(inner, "holds a NUL character or half a surrogate pair")
            yield from _faults(item, inner)


def _presentable(key: str) -> str:
    return _BAD_TEXT.sub("\N{REPLACEMENT CHARACTER}", shorten(key))
