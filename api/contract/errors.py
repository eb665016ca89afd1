"""What can be wrong with a published body. Each error says what to correct."""

from dataclasses import dataclass
from typing import Any

MAX_ERRORS = 100  # in one answer
_LONGEST_FIELD = 200


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
    """At least one event breaks the contract; nothing is stored.

    `errors` name index, line, field and detail of the first `MAX_ERRORS`; `total` counts all of them.
    """

    def __init__(self, errors: list[dict[str, Any]], *, events: int, total: int) -> None:
        super().__init__(f"{events} event(s) break the contract")
        self.errors, self.events, self.total = errors, events, total


def shorten(text: str) -> str:
    """A name or path for an answer. A producer's names have any length, and one answer can hold many of them."""
    return text if len(text) <= _LONGEST_FIELD else f"{text[: _LONGEST_FIELD - 1]}…"
