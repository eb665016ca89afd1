"""The contract of a stream: how its frames are read and where its events are stored. Only this differs between streams.

A contract answers three questions. How is a frame read (`parser`)? Do the offsets have no holes, so that a missing one
is a gap (`strict`)? Which typed tables do the events fill (`typed`), and which fields are known (`fields`)?
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from psycopg import Cursor

from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.sources.sse_decoder import Frame

Key: TypeAlias = Mapping[str, Any]
"""The key of a writer's checkpoint: `stream`, `shard` and `fence`."""


class Parser(Protocol):
    """Parses the frames of one stream, in their order."""

    def parse(self, frame: Frame) -> Event | Rejected | Gap:
        """Turn a frame into an Event, a Rejected or a Gap. Never raises."""
        ...


class ParserFactory(Protocol):
    """Makes a parser for one run."""

    def __call__(self, stream: str, after: int, arrived: datetime | None = None) -> Parser:
        """A parser of `stream` that continues after the offset `after`. `arrived`: when an old frame first arrived."""
        ...


class TypedRows(Protocol):
    """The typed rows of one batch, formatted before its transaction begins."""

    def extend(self, events: Sequence[Event]) -> None:
        """Format events, in the order of the stream."""
        ...


class TypedTables(Protocol):
    """Tables whose content depends on the set of events only, not on their order."""

    @property
    def schema(self) -> str:
        """The schema of the live tables. It is the first on the search_path of a run's connections."""
        ...

    @property
    def tables(self) -> Sequence[str]:
        """The names of the tables. A rebuild computes them again."""
        ...

    def rows(self) -> TypedRows:
        """The rows of a new batch."""
        ...

    def check(self, cursor: Cursor[Any]) -> None:
        """Raise ConfigurationError unless this code can write the schema."""
        ...

    def add(self, cursor: Cursor[Any], rows: Any, events: Sequence[Event]) -> None:
        """Write the rows of new events into the tables on the search_path."""
        ...

    def committed(self, cursor: Cursor[Any], key: Key, events: Sequence[Event]) -> None:
        """Called last in the transaction of a batch, after its checkpoint has moved."""
        ...

    def admitted(self, cursor: Cursor[Any], stream: str, events: Sequence[Event]) -> None:
        """Called in the transaction that takes a dead letter at its old place."""
        ...

    def needs(self, cursor: Cursor[Any], partition: str) -> bool:
        """Whether the raw events of this partition are still needed, so that it must not be archived now."""
        ...

    def forget_foreign(self, cursor: Cursor[Any]) -> None:
        """Delete from the table `incoming` the events that do not belong into these tables."""
        ...

    def merge(self, cursor: Cursor[Any], event_types: Collection[str]) -> None:
        """Merge the events of these types in the table `incoming` into the tables on the search_path."""
        ...


@dataclass(frozen=True)
class Contract:
    """How a stream is read and stored."""

    name: str
    parser: ParserFactory
    strict: bool = False
    """The source is our event service: its offsets have no holes, and it supports `since` and reports its head."""
    typed: TypedTables | None = None
    """The typed tables; None: events go into the raw tables only."""
    fields: Mapping[str, Iterable[str]] | None = None
    """The payload's known fields by event type; None: schema drift is not recorded."""

    @property
    def schemas(self) -> tuple[str, ...]:
        """The schemas of its typed tables."""
        return (self.typed.schema,) if self.typed else ()
