"""From the events of a body to drafts: all of them, or none when one is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, ValidationError

from api.contract import fast_parser, time_limits
from api.contract.body import Piece
from api.contract.envelope import Envelope
from api.contract.errors import MAX_ERRORS, FieldError, InvalidBatch, InvalidEvent, shorten
from api.contract.json_reader import read_object
from api.contract.schemas import PAYLOADS, RESERVED
from api.log.interface import Draft, instant

Model = TypeVar("Model", bound=BaseModel)


class _Sliced(msgspec.Struct):
    payload: msgspec.Raw


_slice = msgspec.json.Decoder(_Sliced).decode


class Parser:
    """Validates events against the contract, within the accepted range of `ts`."""

    def __init__(self, ts_min: datetime, max_ahead: timedelta) -> None:
        self._ts_min = ts_min
        self._max_ahead = max_ahead

    def batch(self, pieces: list[Piece]) -> list[Draft]:
        """The drafts, or an InvalidBatch that names each bad event and field."""
        drafts: list[Draft] = []
        errors: list[dict[str, Any]] = []
        bad = total = 0
        for index, piece in enumerate(pieces):
            try:
                drafts.append(self.draft(piece.text))
            except InvalidEvent as invalid:
                bad += 1
                total += len(invalid.errors)
                where = {"index": index} | ({} if piece.line is None else {"line": piece.line})
                room = MAX_ERRORS - len(errors)
                errors += [{**where, "field": e.field, "detail": e.detail} for e in invalid.errors[:room]]
        if bad:
            raise InvalidBatch(errors, events=bad, total=total)
        return drafts

    def draft(self, text: bytes) -> Draft:
        """One event, or an InvalidEvent with everything that is wrong with it."""
        return fast_parser.read(text, self._ts_min, self._latest()) or self.precise(text)

    def precise(self, text: bytes) -> Draft:
        """The same at five times the cost, for every event that the fast parser leaves. It names every error."""
        data = read_object(text)
        envelope, errors = _validate(Envelope, data, "")
        if envelope is not None:
            errors += self._beyond_fields(envelope)
        event_type = str(data.get("event_type"))
        model = PAYLOADS.get(event_type)
        if model is not None and isinstance(data.get("payload"), dict):
            payload, wrong = _validate(model, data["payload"], "payload.")
            errors += wrong
            if payload is not None:
                errors += time_limits.beyond(event_type, payload, self._ts_min, self._latest())
        if envelope is None or errors:
            raise InvalidEvent(*errors)
        return Draft(
            envelope.event_type,
            envelope.partition_key,
            instant(envelope.ts),
            msgspec.json.format(bytes(_slice(text).payload), indent=-1),
            UUID(envelope.event_id),
            version=envelope.version,
        )

    def _beyond_fields(self, envelope: Envelope) -> Iterator[FieldError]:
        if envelope.event_type == RESERVED:
            yield FieldError("event_type", f"{RESERVED} is the name of the stream's own notice")
        latest = self._latest()
        if not self._ts_min <= envelope.ts <= latest:
            yield FieldError("ts", f"must lie between {instant(self._ts_min)} and {instant(latest)}")

    def _latest(self) -> datetime:
        return datetime.now(UTC) + self._max_ahead


def _validate(model: type[Model], data: object, prefix: str) -> tuple[Model | None, list[FieldError]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        items = error.errors(include_url=False, include_context=False, include_input=False)
    return None, [
        FieldError(
            (prefix + shorten(".".join(map(str, item["loc"])))).rstrip("."),
            item["msg"].removeprefix("Value error, "),
        )
        for item in items
    ]
