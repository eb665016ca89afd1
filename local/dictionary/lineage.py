"""What feeds what: exactly for views, by the catalog; for functions by their bodies, see bodies.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.dictionary.bodies import touched
from local.dictionary.catalog import Catalog


def who(does: Mapping[str, frozenset[str]], name: str) -> list[str]:
    """Those that read, fill or empty the object of this name."""
    return sorted(one for one, names in does.items() if name in names)


@dataclass(frozen=True)
class Lineage:
    """Qualified names, direct: calls of functions are among the reads, and each function has a key in `fills`."""

    events: Mapping[str, frozenset[str]]
    reads: Mapping[str, frozenset[str]]
    fills: Mapping[str, frozenset[str]]
    empties: Mapping[str, frozenset[str]]

    def is_function(self, name: str) -> bool:
        return name in self.fills

    def sources(self, name: str) -> frozenset[str]:
        """The tables and views that it reads, through whatever functions."""
        names = self._through_calls(name, lambda one: self.reads.get(one, frozenset()))
        return frozenset(one for one in names if not self.is_function(one))

    def targets(self, name: str) -> frozenset[str]:
        """The tables that a function fills, through whatever functions."""
        return self._through_calls(name, lambda one: self.fills.get(one, frozenset()))

    def _through_calls(self, name: str, direct: Callable[[str], frozenset[str]]) -> frozenset[str]:
        visited, waiting = {name}, [name]
        names: set[str] = set()
        while waiting:
            one = waiting.pop()
            names |= direct(one)
            called = {read for read in self.reads.get(one, ()) if self.is_function(read)} - visited
            visited |= called
            waiting += called
        return frozenset(names)


def trace(catalog: Catalog, events: Mapping[str, frozenset[str]]) -> Lineage:
    """The lineage of all that is in the catalog; `events` names the tables of each event type."""
    schemas = [schema.name for schema in catalog.schemas]
    known = {relation.name for relation in catalog.relations} | {one.name for one in catalog.functions}
    bodies = {one.name: touched(one.body, schemas) for one in catalog.functions}
    reads = {relation.name: frozenset(relation.reads) for relation in catalog.relations if relation.reads}
    for one in catalog.functions:
        reads[one.name] = (bodies[one.name].reads & known | set(one.reads)) - {one.name}
    return Lineage(
        events=dict(sorted(events.items())),
        reads=reads,
        fills={name: body.fills & known for name, body in bodies.items()},
        empties={name: body.empties & known for name, body in bodies.items()},
    )
