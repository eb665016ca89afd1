"""The default currency: that of restaurants without one, and of amounts whose restaurant is unknown."""

from psycopg import Connection

from sql.tool.errors import UnknownCurrencyError


def set_default(connection: Connection, currency: str) -> bool:
    """Make it the default currency; whether it was another one. Raises UnknownCurrencyError.

    A change empties the rollups, because every sum may be in another currency; the next refresh fills them.
    """
    with connection.transaction():
        # Another session that does the same waits here, and then sees the new default.
        connection.execute("LOCK TABLE analytics.currencies IN SHARE ROW EXCLUSIVE MODE")
        row = connection.execute(
            "SELECT is_default FROM analytics.currencies WHERE currency = %s", [currency]
        ).fetchone()
        if row is None:
            raise UnknownCurrencyError(f"RESTAURANT_CURRENCY is {currency!r}. {UnknownCurrencyError.__doc__}")
        if row[0]:
            return False
        connection.execute("UPDATE analytics.currencies SET is_default = false WHERE is_default")
        connection.execute(
            "UPDATE analytics.currencies SET is_default = true WHERE currency = %s", [currency]
        )
        connection.execute(
            "INSERT INTO analytics.audit_log (action, object, details)"
            " VALUES ('default_currency_set', 'analytics.currencies', jsonb_build_object('currency', %s::text))",
            [currency],
        )
    return True
