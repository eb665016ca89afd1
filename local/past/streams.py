"""The streams of the past in the warehouse: one per part, so that none of its events is late."""

from collections.abc import Iterable
from typing import Any

import psycopg

from api.simulator.past import Past

_OTHERS = """
SELECT NOT EXISTS (SELECT FROM raw_data.stream_checkpoints WHERE stream = %s)
    AND EXISTS (SELECT FROM raw_data.events_raw WHERE ts >= to_timestamp(%s) AND ts < to_timestamp(%s))
"""
_OFFSET = "SELECT coalesce(max(event_offset), 0) FROM raw_data.stream_checkpoints WHERE stream = %s"
_PARTITIONS = "SELECT raw_data.ensure_partitions(to_timestamp(%s), to_timestamp(%s))"
_RETIRE = """
SELECT raw_data.retire_stream(c.stream)
FROM (SELECT DISTINCT stream FROM raw_data.stream_checkpoints WHERE stream = ANY(%s)) AS c
"""


def name(number: int) -> str:
    """The stream of a part."""
    return f"past-{number + 1}"


def are_others_there(owner_url: str, past: Past) -> bool:
    """Whether events of these days came otherwise: when a log is lost, its successor gets a past again."""
    return bool(_value(owner_url, _OTHERS, [name(0), past.first, past.end]))


def offset(owner_url: str, number: int) -> int:
    """How many events of a part are in the warehouse."""
    return int(_value(owner_url, _OFFSET, [name(number)]))


def ensure_partitions(owner_url: str, past: Past) -> None:
    """Create the partitions of all its months now: while it is loaded, readers hold the default partition at times."""
    _value(owner_url, _PARTITIONS, [past.first, past.end])


def retire(owner_url: str, numbers: Iterable[int]) -> None:
    """No more comes from the streams of these parts: nothing waits for them."""
    _value(owner_url, _RETIRE, [[name(number) for number in numbers]])


def _value(owner_url: str, statement: str, parameters: list[Any]) -> Any:
    """The first column of the first row; None when there is no row."""
    with psycopg.connect(owner_url, autocommit=True, connect_timeout=10) as owner:
        row = owner.execute(statement, parameters).fetchone()
    return row[0] if row else None
