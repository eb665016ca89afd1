"""How PostgreSQL goes about a query."""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg


def nodes(
    connection: psycopg.Connection[Any], query: LiteralString, values: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """The steps of the plan, outermost first, with what each really did."""
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values).fetchone()
    assert row is not None
    waiting, found = [row[0][0]["Plan"]], []
    while waiting:
        node = waiting.pop(0)
        found.append(node)
        waiting += node.get("Plans", [])
    return found
