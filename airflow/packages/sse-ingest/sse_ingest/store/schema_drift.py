"""The schema ledger: event types and payload fields that the contract does not know, each listed once.

They are kept raw like everything else; the ledger is how people notice. Only events that the contract has marked
as going beyond it are looked at, and what this process has listed is not listed again.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import msgspec
import psycopg

from sse_ingest.contract.json_validation import json_type
from sse_ingest.database.named_queries import load
from sse_ingest.events import Event

_LIST_ONCE = load("schema_drift.sql", __package__)["list_once"]
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LONGEST_NAME = 200
_MOST = 10_000  # a producer that makes up names must not fill our memory, or the table

Key: TypeAlias = tuple[str, str | None]


class _News(NamedTuple):
    """What was met for the first time. Without a field it is the type that is new."""

    event_type: str
    field: str | None
    json_type: str
    event_id: UUID


class DriftRecorder:
    """What one process has met beyond the contract."""

    def __init__(self, known: Mapping[str, Iterable[str]]) -> None:
        self._known = {name: frozenset(fields) for name, fields in known.items()}
        self._listed: set[Key] = set()
        self._pending: set[Key] = set()
        self._met: dict[str, set[str | None]] = {}  # the same as `_listed`, by event type

    def write(self, cursor: psycopg.Cursor[Any], stream: str, events: Iterable[Event]) -> None:
        """List what is new in these events, in their transaction."""
        for event in events:
            if event.beyond:
                for news in self._news(event):
                    cursor.execute(_LIST_ONCE, {"stream": stream, **news._asdict()})

    def begin(self) -> None:
        """A transaction begins: what the last one would have listed does not stand, unless it was learnt."""
        self._pending = set()

    def learn(self) -> None:
        """The transaction stands: what it has listed need not be listed again."""
        self._listed |= self._pending
        for event_type, field in self._pending:
            self._met.setdefault(event_type, set()).add(field)
        self._pending = set()

    def _news(self, event: Event) -> Iterator[_News]:
        known = self._known.get(event.event_type)
        if known is None:
            if self._is_new((event.event_type, None)):
                yield _News(event.event_type, None, "object", event.event_id)
            return
        fields = _FIELDS.decode(event.payload)
        for name in sorted(fields.keys() - known - self._met.get(event.event_type, set())):
            if self._is_new((event.event_type, name[:_LONGEST_NAME])):
                kind = json_type(bytes(fields[name]))
                yield _News(event.event_type, name[:_LONGEST_NAME], kind, event.event_id)

    def _is_new(self, key: Key) -> bool:
        if key in self._listed or key in self._pending or len(self._listed) + len(self._pending) >= _MOST:
            return False
        self._pending.add(key)
        return True
