"""One card's SQL, run as analytics_reader: read-only, in UTC, within five seconds.

A connection of its own for each run: a page that was open while the database was down goes on by itself, and a
slow card holds up no other. The answer is kept for a moment, so that many open pages cost as much as one.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any

import psycopg
from psycopg import errors

from local.cards.choice import EVERYTHING, Choice, statement
from local.cards.definition import Card
from local.errors import StackError

TIMEOUT_SECONDS = 5
KEPT_SECONDS = 3
KEPT_ANSWERS = 400
_OPTIONS = f"-c statement_timeout={TIMEOUT_SECONDS}s -c default_transaction_read_only=on -c timezone=UTC"


class CardFailed(StackError):
    """A card could not be had; the message is what the page shows."""


class DatabaseDown(CardFailed):
    """No card can be had for now."""


@dataclass(frozen=True)
class Answer:
    """A card's rows. Exact numbers are text, so that no cent is lost on the way to the page; null is unknown."""

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    taken_at: datetime


@dataclass
class _Slot:
    lock: Lock = field(default_factory=Lock)
    answer: Answer | None = None
    until: float = 0


class Reader:
    """Runs cards against one database."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._slots: OrderedDict[tuple[str, Choice], _Slot] = OrderedDict()
        self._lock = Lock()

    def read(self, card: Card, choice: Choice = EVERYTHING) -> Answer:
        """The card's rows with these filters, at most KEPT_SECONDS old. Raises CardFailed."""
        key = (card.name, choice)
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            if len(self._slots) > KEPT_ANSWERS:
                self._slots.popitem(last=False)
        with slot.lock:
            if slot.answer is None or self._clock() >= slot.until:
                slot.answer = self.query(*statement(card, choice))
                slot.until = self._clock() + KEPT_SECONDS
            return slot.answer

    def query(self, query: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """The rows of a SELECT of ours, of this moment. Raises CardFailed."""
        try:
            with psycopg.connect(self._url, connect_timeout=3, options=_OPTIONS) as connection:
                cursor = connection.execute(query.encode(), parameters)
                kinds = [_kind(column.type_code) for column in cursor.description or []]
                names = [column.name for column in cursor.description or []]
                rows = [[_plain(value) for value in row] for row in cursor]
        except errors.QueryCanceled:
            raise CardFailed(f"This took longer than {TIMEOUT_SECONDS} s and was stopped.") from None
        except (
            errors.UndefinedTable,
            errors.UndefinedFunction,
            errors.InvalidSchemaName,
            errors.UndefinedColumn,
        ):
            raise CardFailed("The warehouse is not as this card expects: ./stack up migrates it.") from None
        except psycopg.OperationalError as error:
            raise DatabaseDown(_why_down(error)) from None
        except psycopg.Error as error:
            raise CardFailed(f"The database answers: {error.diag.message_primary or error}") from None
        columns = [{"name": name, "kind": kind} for name, kind in zip(names, kinds, strict=True)]
        return Answer(columns, rows, datetime.now(UTC))


def _why_down(error: psycopg.OperationalError) -> str:
    message = str(error)
    if "password authentication failed" in message or "no password supplied" in message:
        return (
            "The database refuses the password of analytics_reader: "
            "ANALYTICS_DB_PASSWORD in .env must be the one it was set up with."
        )
    if "does not exist" in message:
        return "The database or its role analytics_reader is not there yet: ./stack up makes them."
    return "The database cannot be reached: is it running (./stack status)?"


_NUMBERS = frozenset({20, 21, 23, 700, 701, 1700})
_TIMES = frozenset({1114, 1184})
_DATE = 1082


def _kind(type_code: int) -> str:
    if type_code in _NUMBERS:
        return "number"
    if type_code in _TIMES:
        return "time"
    return "date" if type_code == _DATE else "text"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, (int, float, str)) else str(value)
