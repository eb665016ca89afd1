"""Checks whether PostgreSQL's jsonb accepts a JSON text. jsonb is stricter than JSON in four points.

jsonb refuses the NUL character, halves of surrogate pairs, numbers beyond the limits of numeric, and nesting
beyond a depth that depends on its stack. The whole text is checked, keys included. Duplicate keys are legal:
jsonb keeps the last one, and so does every decoder here.
"""

import re

import msgspec

from sse_ingest.contract.json_path import path_at
from sse_ingest.dead_letter_reasons import Reason

MAX_DEPTH = 64
# https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL
_DIGITS_BEFORE_POINT = 131_072
_DIGITS_AFTER_POINT = 16_383

_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|(-?[0-9][-+.0-9eE]*+)|([\[{])|([\]}])')
_NUMBER = re.compile(rb"-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?")
# An exponent that may be too large. It also matches inside texts; then the slow check finds no number there.
_LARGE_EXPONENT = re.compile(rb"[eE][-+]?[0-9]{4,}[\s,\]}]")
_PLACE = re.compile(r"\(byte (\d+)\)$")  # of a syntax error, as msgspec reports it
_SMALL = 15_000  # bytes; in a shorter text only a large exponent can make a number too large
_JSON = msgspec.json.Decoder(msgspec.Raw)


_TYPES = {'"': "text", "{": "object", "[": "array", "t": "boolean", "f": "boolean", "n": "null"}


def json_type(literal: bytes) -> str:
    """The type of a valid JSON literal: text, object, array, boolean, null or number."""
    return _TYPES.get(literal[:1].decode(), "number")


class BadText(ValueError):
    """The text cannot become jsonb. Holds the reason and the detail of the dead letter, and the byte's position."""

    def __init__(self, reason: Reason, detail: str, at: int | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.at = at

    def located(self, data: bytes) -> str:
        """The detail, with the field of `data` that holds the wrong byte."""
        path = "" if self.at is None else path_at(data, self.at)
        return f"{path}: {self.detail}" if path else self.detail


def check_characters(data: bytes) -> None:
    """Raise BadText unless the text is UTF-8 without NUL and lone surrogates."""
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            detail = f"not UTF-8 at byte {error.start}: {error.reason}"
            raise BadText(Reason.INVALID_UTF8, detail, error.start) from None
    if b"\\u" in data:
        _check_escapes(data)
    if b"\0" in data:
        raise BadText(Reason.NUL_CHARACTER, f"a NUL byte at byte {data.index(0)}", data.index(0))


def _check_escapes(data: bytes) -> None:
    half: int | None = None  # the end of a high surrogate; its low one must follow there
    for escape in _ESCAPE.finditer(data):
        code = int(escape[1], 16) if escape[1] else -1
        low = 0xDC00 <= code <= 0xDFFF
        if low != (half == escape.start()):
            break
        if code == 0:
            raise BadText(Reason.NUL_CHARACTER, f"\\u0000 at byte {escape.start()}", escape.start())
        half = escape.end() if 0xD800 <= code <= 0xDBFF else None
    else:
        if half is None:
            return
    at = escape.start() if half is None else half - 6  # the length of an escape
    detail = f"{data[at : at + 6].decode()} at byte {at} is half of a surrogate pair"
    raise BadText(Reason.LONE_SURROGATE, detail, at)


def check_syntax(data: bytes) -> None:
    """Raise BadText unless the text is one JSON value."""
    try:
        _JSON.decode(data)
    except RecursionError:
        raise BadText(Reason.TOO_DEEP, f"nested deeper than {MAX_DEPTH}") from None
    except msgspec.DecodeError as error:
        place = _PLACE.search(str(error))
        raise BadText(Reason.INVALID_JSON, str(error), int(place[1]) if place else None) from None


def check_structure(data: bytes) -> None:
    """Raise BadText if valid JSON is nested too deeply or holds a number beyond the limits of numeric."""
    deep = data.count(b"{") + data.count(b"[") > MAX_DEPTH
    bare_number = data[:1] in b"-0123456789"
    if not deep and not bare_number and len(data) < _SMALL and not _LARGE_EXPONENT.search(data):
        return
    depth = 0
    for token in _TOKEN.finditer(data):
        kind = token.lastindex
        if kind == 1:
            _check_number(token[1], token.start())
        elif kind == 2:
            depth += 1
            if depth > MAX_DEPTH:
                detail = f"nested deeper than {MAX_DEPTH} at byte {token.start()}"
                raise BadText(Reason.TOO_DEEP, detail, token.start())
        elif kind == 3:
            depth -= 1


def _check_number(literal: bytes, position: int) -> None:
    parts = _NUMBER.fullmatch(literal)
    assert parts is not None, "valid JSON"
    whole, fraction, power = parts[1], parts[2] or b"", parts[3] or b"0"
    exponent = int(power) if len(power) < 10 else 10**9
    before = len(whole.lstrip(b"0")) + exponent
    after = len(fraction) - exponent
    if before > _DIGITS_BEFORE_POINT or after > _DIGITS_AFTER_POINT or abs(exponent) > _DIGITS_BEFORE_POINT:
        shown = literal[:30].decode() + ("…" if len(literal) > 30 else "")
        detail = f"number {shown} at byte {position} is beyond numeric"
        raise BadText(Reason.OUT_OF_RANGE, detail, position)
