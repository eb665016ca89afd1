"""From the body of a POST to its events: an object, an array, or NDJSON."""

import msgspec

from api.contract.errors import BodyError


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One event of a body; `line` is its number in NDJSON."""

    text: bytes
    line: int | None = None


def split(body: bytes, *, ndjson: bool) -> list[Piece]:
    """The events of a body as they stand in it."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")
    if not text:
        raise BodyError("the body is empty: send one JSON object, an array of them, or one a line (NDJSON)")
    if text.startswith(b"[") and not ndjson:
        try:
            return [Piece(bytes(raw)) for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]
        except RecursionError as error:
            raise BodyError("the body is an array that is nested too deep for an event") from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BodyError(f"the body starts as a JSON array but is none: {error}") from error
    if not ndjson and (_is_json(text) or not _is_json(text.split(b"\n", 1)[0])):
        return [Piece(text)]
    lines = enumerate(map(bytes.strip, body.removeprefix(b"\xef\xbb\xbf").split(b"\n")), start=1)
    return [Piece(line, number) for number, line in lines if line]


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
