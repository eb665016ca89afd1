"""The reasons for which an event becomes a dead letter."""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """The value is the code that is stored; `sentence` is the explanation for people."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        reason = str.__new__(cls, value)
        reason._value_ = value
        reason.sentence = sentence
        return reason

    INVALID_UTF8 = "invalid_utf8", "The data are not UTF-8."
    INVALID_JSON = "invalid_json", "The data are not one JSON text."
    NOT_AN_OBJECT = "not_an_object", "The data, or their payload, are JSON but not an object."
    MISSING_FIELD = "missing_field", "A field that the contract requires is absent."
    WRONG_TYPE = "wrong_type", "A field holds another type than the contract says."
    OUT_OF_RANGE = (
        "out_of_range",
        "A value is of the right type but too small, too large, too long or too precise.",
    )
    DUPLICATE_KEY = (
        "duplicate_key",
        "A key occurs twice in one object, and its first value is invalid. Of two valid values the last one counts.",
    )
    BAD_TIMESTAMP = "bad_timestamp", "A time is not an RFC 3339 timestamp with a zone."
    NUL_CHARACTER = (
        "nul_character",
        "A text or key contains the NUL character, which PostgreSQL cannot store.",
    )
    LONE_SURROGATE = (
        "lone_surrogate",
        "A text or key contains half of a surrogate pair, which is no character.",
    )
    BAD_POSITION = (
        "bad_position",
        "The frame's id is not <stream_id>-<offset>, or differs from the event's offset.",
    )
    TOO_LARGE = "too_large", "The frame is larger than the limit; only its beginning was kept."
    TOO_DEEP = "too_deep", "Objects and arrays are nested deeper than the limit."
    EVENT_ID_CONFLICT = "event_id_conflict", "The event_id was taken before, with other content."
    PROCESSOR_FAILED = "processor_failed", "The custom processor of its type raised an error."
    REFUSED_BY_DATABASE = "refused_by_database", "PostgreSQL refused it for what it contains."
