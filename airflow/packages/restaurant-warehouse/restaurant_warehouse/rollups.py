"""Refreshes the rollups of the views: see sql/migrations/versions/0008_rollups.sql."""

from datetime import datetime

from psycopg import IsolationLevel

from restaurant_warehouse.connection import connect


def refresh(url: str, upto: datetime | None = None) -> datetime:
    """Refresh the rollups up to `upto`; None: up to an hour ago. Returns the instant before which every hour is summed.

    Raises psycopg.Error.
    """
    with connect(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            connection.execute("SELECT analytics.open_refresh(%s)", [upto])
        with connection.transaction():
            row = connection.execute("SELECT analytics.refresh_rollups()").fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment
