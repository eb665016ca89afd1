"""A dead letter as the database stores it. Its bytes can be read again, as if they had just arrived."""

from datetime import datetime
from uuid import UUID

import msgspec

from sse_ingest.contract.protocol import Contract, Parser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import DeadLetterRefused
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUE = msgspec.json.Decoder(msgspec.Raw)


class DeadLetter(msgspec.Struct, frozen=True):
    """A row of raw_data.dead_letters. `received` is empty in a list."""

    dead_letter_id: int
    stream: str
    stream_id: str | None
    event_offset: int | None
    event_id: UUID | None
    event_type: str | None
    reason_code: str
    detail: str
    first_seen: datetime
    last_seen: datetime
    attempts: int
    resolved_at: datetime | None
    resolution: str | None
    received: bytes = b""

    @property
    def raw(self) -> bool:
        """Whether it comes from a stream that is taken raw: the log of such a stream has the stream's name."""
        return self.stream_id == self.stream

    @property
    def place(self) -> str:
        return f"{self.stream_id}-{self.event_offset}" if self.event_offset else "no place"


def parse(dead_letter: DeadLetter, contract: Contract, edited: bytes | None = None) -> Event | Rejected:
    """Read the dead letter's bytes, or the edited ones, by the contract, at the place that it had in the stream.

    Raises DeadLetterRefused when it has no place.
    """
    if dead_letter.stream_id is None or dead_letter.event_offset is None:
        raise DeadLetterRefused(
            f"Dead letter {dead_letter.dead_letter_id} has no place in its stream: its frame had no readable id. "
            "Have its producer publish the event again, then discard the dead letter."
        )
    # Only the beginning of a frame that was too large is stored: it is not the whole event.
    truncated = edited is None and dead_letter.reason_code == Reason.TOO_LARGE
    data = dead_letter.received if edited is None else edited
    parser = contract.parser(dead_letter.stream, dead_letter.event_offset - 1, dead_letter.first_seen)
    if dead_letter.raw:
        return _parse_raw(dead_letter, parser, data, truncated=truncated, edited=edited is not None)
    item = parser.parse(Frame("message", data, dead_letter.place, truncated=truncated))
    assert isinstance(item, Event | Rejected), "only a frame named stream_gap is a gap"
    return item


def _parse_raw(
    dead_letter: DeadLetter, parser: Parser, data: bytes, *, truncated: bool, edited: bool
) -> Event | Rejected:
    event_type = dead_letter.event_type or ("message" if edited else "")
    item = parser.parse(Frame(event_type, data, "", own_id=False, truncated=truncated))
    assert isinstance(item, Event | Rejected), "a raw stream has no gaps"
    # The event keeps the id of its frame. The exception: the id was the reason for the refusal, and a person has edited
    # the event into another one.
    renamed = edited and dead_letter.reason_code == Reason.EVENT_ID_CONFLICT
    if isinstance(item, Event) and dead_letter.event_id is not None and not renamed:
        return msgspec.structs.replace(item, event_id=dead_letter.event_id)
    return item


def with_fields(data: bytes, changes: list[str]) -> bytes:
    """The JSON object with each `field=value` set. A dot separates the levels of a field. Other values do not change.

    A value is read as JSON if possible, else as a text. Raises DeadLetterRefused.
    """
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path:
            raise DeadLetterRefused(f"{change!r} sets nothing: write --set field=value, as in payload.qty=2.")
        data = _with_field(data, path.split("."), value)
    return data


def _with_field(data: bytes, path: list[str], value: str) -> bytes:
    try:
        fields = _FIELDS.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DeadLetterRefused(
            f"The bytes are not a JSON object ({error}): give a whole one with --file."
        ) from None
    name, *rest = path
    fields[name] = (
        msgspec.Raw(_with_field(bytes(fields.get(name, b"{}")), rest, value)) if rest else _literal(value)
    )
    return msgspec.json.encode(fields)


def _literal(value: str) -> msgspec.Raw:
    try:
        return msgspec.Raw(bytes(_VALUE.decode(value)))
    except msgspec.DecodeError:
        return msgspec.Raw(msgspec.json.encode(value))


def readable(data: bytes) -> dict[str, str]:
    """The bytes for people and for JSON: `{"text": …}` if text loses nothing, else `{"hex": …}`."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"hex": data.hex()}
    plain = all(char.isprintable() or char in "\n\r\t" for char in text)
    return {"text": text} if plain else {"hex": data.hex()}
