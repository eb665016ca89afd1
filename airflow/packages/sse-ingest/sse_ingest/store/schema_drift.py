"""Schema drift: lists each event type and payload field that the contract does not know, once.

Their values are in the raw table like all others; the list makes people notice them. Only events that the contract has
marked as `beyond` are examined, and this process does not list the same name twice.
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
_ELEMENTS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_LONGEST_NAME = 200
_MOST = 10_000  # a producer that invents names must not fill the memory or the table

Key: TypeAlias = tuple[str, str | None]


class _Unknown(NamedTuple):
    """An unknown name that is met for the first time. `field` is None when the event type itself is unknown."""

    event_type: str
    field: str | None
    json_type: str
    event_id: UUID


def _with_elements(
    fields: Mapping[str, msgspec.Raw], known: frozenset[str]
) -> Iterator[tuple[str, msgspec.Raw]]:
    """The fields, and those of the elements of known lists: `items.name`."""
    lists = {name.partition(".")[0] for name in known if "." in name}
    for field, literal in fields.items():
        yield field, literal
        if field in lists and json_type(bytes(literal)) == "array":
            for element in _ELEMENTS.decode(bytes(literal)):
                yield from ((f"{field}.{name}", value) for name, value in element.items())


class DriftRecorder:
    """Remembers the unknown names that this process has listed."""

    def __init__(self, known: Mapping[str, Iterable[str]]) -> None:
        self._known = {name: frozenset(fields) for name, fields in known.items()}
        self._listed: set[Key] = set()
        self._pending: set[Key] = set()
        self._met: dict[str, set[str | None]] = {}  # the same as `_listed`, by event type

    def write(self, cursor: psycopg.Cursor[Any], stream: str, events: Iterable[Event]) -> None:
        """List the unknown names of these events, in their transaction."""
        for event in events:
            if event.beyond:
                for unknown in self._unknown(event):
                    cursor.execute(_LIST_ONCE, {"stream": stream, **unknown._asdict()})

    def begin(self) -> None:
        """A transaction begins. Names of the previous one count as listed only if `learn` was called."""
        self._pending = set()

    def learn(self) -> None:
        """The transaction is committed: its names need not be listed again."""
        self._listed |= self._pending
        for event_type, field in self._pending:
            self._met.setdefault(event_type, set()).add(field)
        self._pending = set()

    def _unknown(self, event: Event) -> Iterator[_Unknown]:
        known = self._known.get(event.event_type)
        if known is None:
            if self._is_new((event.event_type, None)):
                yield _Unknown(event.event_type, None, "object", event.event_id)
            return
        fields = dict(_with_elements(_FIELDS.decode(event.payload), known))
        for name in sorted(fields.keys() - known - self._met.get(event.event_type, set())):
            if self._is_new((event.event_type, name[:_LONGEST_NAME])):
                kind = json_type(bytes(fields[name]))
                yield _Unknown(event.event_type, name[:_LONGEST_NAME], kind, event.event_id)

    def _is_new(self, key: Key) -> bool:
        if key in self._listed or key in self._pending or len(self._listed) + len(self._pending) >= _MOST:
            return False
        self._pending.add(key)
        return True
