"""The event types of a restaurant, one file each. An event of any other type is only in the raw table."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from restaurant_warehouse.event_type import EventType


def _defined() -> Iterator[EventType]:
    """What the files of this folder define, in the order of their names. A file may read the types of others."""
    for file in sorted(iter_modules(__path__), key=lambda file: file.name):
        module = import_module(f"{__name__}.{file.name}")
        kinds = (value for value in vars(module).values() if isinstance(value, EventType))
        yield from (kind for kind in kinds if kind.name == file.name)


EVENT_TYPES: dict[str, EventType] = {kind.name: kind for kind in _defined()}
"""By name, in alphabetical order. A new file is a new type: nothing else names it."""
