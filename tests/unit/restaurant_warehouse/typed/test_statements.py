"""The statements that the definitions of event types come to are those of the snapshot beside this file.

After a change of a definition, read the difference, then write it: `WRITE_SNAPSHOT=1 ./stack test <this file>`.
"""

import os
from pathlib import Path

import pytest

from restaurant_warehouse import event_types
from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed import statements

SNAPSHOT = Path(__file__).with_name("statements.sql")


def generate() -> str:
    parts = [
        f"-- name: {name}\n{statements.copy(kind)};\n\n{statements.merge(kind)};\n"
        for name, kind in EVENT_TYPES.items()
    ]
    return "\n".join(parts)


def test_the_statements_are_those_of_the_snapshot() -> None:
    if os.environ.get("WRITE_SNAPSHOT") == "1":
        SNAPSHOT.write_text(generate(), encoding="utf-8")

    assert generate() == SNAPSHOT.read_text(encoding="utf-8")


def test_each_file_defines_the_type_that_it_is_named_after() -> None:
    files = {file.stem for file in Path(event_types.__file__).parent.glob("[!_]*.py")}
    assert files - {"event_type", "fields"} == set(EVENT_TYPES)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_definition_is_whole(name: str) -> None:
    kind = EVENT_TYPES[name]
    known = {*kind.columns, *kind.derived}

    assert kind.name == name
    assert set(kind.key) <= set(kind.columns)
    assert kind.newest_ts is None or kind.newest_ts in kind.derived
    assert kind.event_time is None or kind.event_time in kind.payload.__struct_fields__
    assert not kind.decides_orders or "order_id" in kind.payload.__struct_fields__
    assert len(known) == len((*kind.columns, *kind.derived)), "a column stands twice"
