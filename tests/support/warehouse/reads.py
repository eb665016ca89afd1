"""How rows were read, as PostgreSQL itself counts it per table, whatever the plan shows."""

from dataclasses import dataclass, field
from typing import Any

import psycopg

FACTS = frozenset(
    {
        "orders",
        "order_items",
        "order_item_voids",
        "order_discounts",
        "service_charges",
        "order_snapshots",
        "order_status_history",
        "payments",
        "payment_voids",
        "refunds",
        "feedback",
        "event_ids",
    }
)
HOURS = frozenset(
    {
        "rollup_sales_hours",
        "rollup_bill_hours",
        "rollup_payment_hours",
        "rollup_movement_hours",
        "rollup_menu_hours",
        "rollup_feedback_hours",
        "rollup_cash_hours",
    }
)
A_LOT = 10_000
"""Entries of indexes: a fifth of the tables of year.sql. Where going through a table is forbidden, the planner may go
through all of an index instead."""
_COUNTED = """
SELECT t.relname, t.seq_tup_read, coalesce(sum(i.idx_tup_read), 0)::bigint, t.seq_scan + coalesce(t.idx_scan, 0)
FROM pg_stat_user_tables AS t LEFT JOIN pg_stat_user_indexes AS i ON i.relid = t.relid
WHERE t.schemaname IN ('raw_data', 'analytics')
GROUP BY t.relname, t.seq_tup_read, t.seq_scan, t.idx_scan
"""


@dataclass(frozen=True)
class Reads:
    """Of the fact tables with their partitions."""

    whole: dict[str, int] = field(default_factory=dict)
    """Rows that were read by going through a whole table or most of an index, where any were."""
    hours: dict[str, int] = field(default_factory=dict)
    """The same of the rollups by hour, which grow with every hour: rows, where any were read by going through it."""
    looked: frozenset[str] = frozenset()
    """Tables that were looked into at all, by an index or whole."""

    @property
    def months(self) -> set[str]:
        """Partitions of events_raw that were looked into."""
        return {name.removeprefix("events_raw_") for name in self.looked if name.startswith("events_raw_")}


class Meter:
    """Counts what happens in `sessions` from now on; `owner` is a session that may ask."""

    def __init__(self, owner: psycopg.Connection[Any], *sessions: psycopg.Connection[Any]) -> None:
        self._owner = owner
        self._sessions = sessions
        self._before = self._counted()

    def reads(self) -> Reads:
        before, after = self._before, self._counted()
        whole: dict[str, int] = {}
        hours: dict[str, int] = {}
        looked = set()
        for name, counted in after.items():
            rows, entries, looks = (
                now - then for now, then in zip(counted, before.get(name, (0, 0, 0)), strict=True)
            )
            if name in HOURS:
                hours |= {name: rows} if rows else {}
            elif rows or entries > A_LOT:
                whole[name] = rows + entries
            if looks:
                looked.add(name)
        return Reads(whole, hours, frozenset(looked))

    def _counted(self) -> dict[str, tuple[int, int, int]]:
        for session in (*self._sessions, self._owner):
            session.execute("SELECT pg_stat_force_next_flush()")
        return {
            name: (rows, entries, looks)
            for name, rows, entries, looks in self._owner.execute(_COUNTED)
            if name in FACTS | HOURS or name.startswith("events_raw_")
        }
