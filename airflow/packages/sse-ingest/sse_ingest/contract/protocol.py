"""What a stream promises, and what its events become: the one thing that differs between streams.

A contract answers three questions. How is a frame read (`parser`)? Are offsets without holes, so that a missing one is
a gap (`strict`)? Do events go into typed tables beside the raw ones (`typed`), and which fields are known (`fields`)?
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from psycopg import Cursor

from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.sources.sse_decoder import Frame

Key: TypeAlias = Mapping[str, Any]
"""The row of the checkpoint that a writer holds: `stream`, `shard` and `fence`."""


class Parser(Protocol):
    """Reads the frames of one stream, in their order."""

    def parse(self, frame: Frame) -> Event | Rejected | Gap:
        """What a frame is. Never raises."""
        ...


class ParserFactory(Protocol):
    """Makes the parser of one reading."""

    def __call__(self, stream: str, after: int, arrived: datetime | None = None) -> Parser:
        """A parser of `stream` that goes on after the offset `after`. `arrived`: when an old frame first came."""
        ...


class TypedRows(Protocol):
    """The typed rows of one batch, formatted before its transaction begins."""

    def extend(self, events: Sequence[Event]) -> None:
        """Format events, in the order of the stream."""
        ...


class TypedTables(Protocol):
    """Tables that are a function of the set of events, whatever their order."""

    @property
    def schema(self) -> str:
        """The schema of the live tables. The connections of a run have it first on their search_path."""
        ...

    @property
    def tables(self) -> Sequence[str]:
        """The tables, which a rebuild computes again."""
        ...

    def rows(self) -> TypedRows:
        """The rows of a new batch."""
        ...

    def check(self, cursor: Cursor[Any]) -> None:
        """Raise ConfigurationError unless the schema is one that this code can write."""
        ...

    def add(self, cursor: Cursor[Any], rows: Any, events: Sequence[Event]) -> None:
        """Take the rows of events that are new into the tables on the search_path."""
        ...

    def committed(self, cursor: Cursor[Any], key: Key, events: Sequence[Event]) -> None:
        """Called last in the transaction of a batch, after its checkpoint has moved."""
        ...

    def admitted(self, cursor: Cursor[Any], stream: str, events: Sequence[Event]) -> None:
        """Called in the transaction that takes a dead letter at its old place."""
        ...

    def needs(self, cursor: Cursor[Any], partition: str) -> bool:
        """Whether somebody has yet to read the raw events of this partition, so that it is not archived now."""
        ...

    def forget_foreign(self, cursor: Cursor[Any]) -> None:
        """Delete from the table `incoming` what these tables must not be made from."""
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
    """The source is an event service of ours: offsets have no holes, and it understands `since` and `head`."""
    typed: TypedTables | None = None
    """The typed tables; None: events are kept raw only."""
    fields: Mapping[str, Iterable[str]] | None = None
    """The payload's known fields by event type; None: whatever comes is no drift."""

    @property
    def schemas(self) -> tuple[str, ...]:
        """The schemas of its typed tables."""
        return (self.typed.schema,) if self.typed else ()
