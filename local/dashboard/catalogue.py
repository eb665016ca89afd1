"""What there is to choose from: dashboards, restaurants, services, currencies, the first and the newest day."""

from collections.abc import Collection, Mapping
from typing import Any

from local.cards.definition import Card
from local.dashboard.query import describe
from local.dashboard.warehouse import Reader

DAYS = """
SELECT
    (SELECT business_date FROM analytics.order_facts ORDER BY business_ts LIMIT 1) AS since,
    analytics.newest_business_date() AS today
"""
# Restaurants with orders that nobody has entered have no name.
RESTAURANTS = """
SELECT location_code, max(name) AS name
FROM (
    SELECT location_code, name FROM analytics.locations
    UNION ALL
    SELECT DISTINCT location_code, NULL FROM analytics.daily_sales
    WHERE day BETWEEN (SELECT analytics.newest_business_date()) - 90 AND (SELECT analytics.newest_business_date())
) AS l
WHERE location_code IS NOT NULL
GROUP BY location_code
ORDER BY coalesce(max(name), location_code), location_code
"""
SERVICES = """
SELECT DISTINCT service_type
FROM analytics.hourly_sales
WHERE hour BETWEEN (SELECT analytics.newest_moment()) - interval '90 days' AND (SELECT analytics.newest_moment())
ORDER BY service_type
"""
CURRENCIES = """
SELECT c.currency, c.decimals
FROM analytics.currencies AS c
WHERE c.currency IN (
    SELECT currency FROM analytics.daily_sales
    WHERE day BETWEEN (SELECT analytics.newest_business_date()) - 400 AND (SELECT analytics.newest_business_date()))
ORDER BY c.currency
"""


def dashboards(cards: Collection[Card]) -> list[dict[str, Any]]:
    """In the order of their first cards."""
    folders = dict.fromkeys(card.dashboard for card in cards)
    return [
        {
            "name": folder,
            "title": folder.replace("_", " ").capitalize(),
            "cards": [card.name for card in cards if card.dashboard == folder],
        }
        for folder in folders
    ]


def page(reader: Reader, cards: Mapping[str, Card]) -> dict[str, Any]:
    """Everything but the figures. Raises CardFailed."""
    ((since, today),) = reader.query(DAYS).rows
    return {
        "today": today,
        "since": since,
        "restaurants": [{"code": code, "name": name} for code, name in reader.query(RESTAURANTS).rows],
        "services": [service for (service,) in reader.query(SERVICES).rows],
        "currencies": [
            {"code": code, "decimals": int(decimals)} for code, decimals in reader.query(CURRENCIES).rows
        ],
        "dashboards": dashboards(cards.values()),
        "cards": {name: describe(card) for name, card in cards.items()},
    }
