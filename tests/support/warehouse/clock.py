"""A clock of the test's own: what a warehouse takes for the present."""

from datetime import datetime
from typing import Any

import psycopg


class Clock:
    """Replaces analytics.present(), for a session of the owner."""

    def __init__(self, owner: psycopg.Connection[Any], now: datetime) -> None:
        self._owner = owner
        self.now = now
        owner.execute("CREATE TABLE analytics.test_clock (now timestamptz)")
        owner.execute("GRANT SELECT ON analytics.test_clock TO PUBLIC")
        owner.execute("INSERT INTO analytics.test_clock VALUES (%s)", [now])
        owner.execute(
            "CREATE OR REPLACE FUNCTION analytics.present() RETURNS timestamptz LANGUAGE sql STABLE"
            " RETURN (SELECT now FROM analytics.test_clock)"
        )

    def set(self, now: datetime) -> None:
        """From the next statement on."""
        self.now = now
        self._owner.execute("UPDATE analytics.test_clock SET now = %s", [now])
