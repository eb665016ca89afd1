"""What /api/page answers in tests of the page: every kind of chart, several currencies, a restaurant without a name."""

from typing import Any

SINCE = "2020-01-01"
TODAY = "2026-11-30"
SERVICES = ["dine_in", "takeout", "delivery"]
RESTAURANTS: list[dict[str, str | None]] = [
    {"code": "LOC-ON-001", "name": "Harbour Grill"},
    {"code": "LOC-ON-002", "name": "Maple & Main"},
    {"code": "LOC-ON-003", "name": "The Copper Pot"},
    {"code": "LOC-QC-001", "name": "Chez Odile"},
    {"code": "LOC-QC-002", "name": None},
    {"code": "LOC-DE-001", "name": "Gasthaus Linde"},
    {"code": "LOC-DE-002", "name": "Café Morgenrot am Alten Markt"},
    {"code": "LOC-JP-001", "name": "Kissa Hoshi"},
    {"code": "LOC-JP-002", "name": "Ramen Yoru"},
]
CURRENCIES = [
    {"code": "CAD", "decimals": 2},
    {"code": "EUR", "decimals": 2},
    {"code": "JPY", "decimals": 0},
]
CURRENCY_OF = {"ON": "CAD", "QC": "CAD", "DE": "EUR", "JP": "JPY"}
ALL = ["day", "restaurant", "service", "currency"]
LIVE = ["restaurant", "service", "currency"]


def card(name: str, title: str, chart: str, width: str = "half", **more: Any) -> dict[str, Any]:
    unit = more.pop("unit", "count")
    y = more.pop("y", [])
    formats = more.pop("formats", {}) | ({} if unit == "count" else dict.fromkeys(y, unit))
    defaults = {
        "description": f"{title}: what is counted, and what is left out. Cancelled orders are left out.",
        "x": None,
        "series": None,
        "tab": None,
        "filters": ALL,
        "compare": None,
        "value": None,
    }
    own = {"name": name, "title": title, "chart": chart, "y": y, "unit": unit, "formats": formats}
    return defaults | own | {"width": width} | more


CARDS = [
    card(
        "net_sales_today",
        "Net sales today",
        "smartscalar",
        "quarter",
        y=["net_sales"],
        unit="money",
        compare="net_sales_last_week",
        filters=LIVE,
        formats={"net_sales_last_week": "money", "discounts": "money"},
    ),
    card(
        "orders_today",
        "Orders today",
        "smartscalar",
        "quarter",
        y=["orders"],
        compare="orders_last_week",
        filters=LIVE,
    ),
    card("guests_today", "Guests today", "scalar", "quarter", y=["guests"], filters=LIVE),
    card(
        "kitchen_time",
        "Time in the kitchen",
        "scalar",
        "quarter",
        y=["median"],
        unit="duration",
        filters=LIVE,
    ),
    card(
        "by_hour",
        "Orders by hour",
        "bar",
        "full",
        x="hour",
        y=["orders"],
        series="service_type",
        filters=LIVE,
    ),
    card("checks", "Health", "status", "full", filters=[]),
    card("net_sales", "Net sales", "scalar", "quarter", y=["net_sales"], unit="money"),
    card("orders", "Orders", "scalar", "quarter", y=["orders"]),
    card("average_order", "Average order", "scalar", "quarter", y=["average_order"], unit="money"),
    card("discount_share", "Discounts", "scalar", "quarter", y=["share"], unit="percent"),
    card(
        "daily_sales", "Net sales by day", "line", x="day", y=["net_sales"], series="currency", unit="money"
    ),
    card("daily_orders", "Orders by service", "bar", x="day", y=["orders"], series="service_type"),
    card(
        "hours",
        "Busiest hours",
        "heatmap",
        x="hour_of_day",
        y=["weekday"],
        value="orders_per_day",
        formats={"weekday": "weekday", "orders_per_day": "count"},
    ),
    card("payments", "Payments by tender", "row", x="tender", y=["amount"], unit="money"),
    card(
        "restaurants",
        "Restaurants",
        "table",
        "full",
        formats={
            "net_sales": "money",
            "orders": "count",
            "average_order": "money",
            "discount_share": "percent",
        },
    ),
    card(
        "engineering",
        "Popularity and margin",
        "scatter",
        "half",
        x="popularity",
        y=["margin"],
        series="class",
        formats={"popularity": "percent", "margin": "money"},
    ),
    card("top_items", "Most sold", "row", x="item_name", y=["sold"]),
    card("items", "Items", "table", "full", formats={"revenue": "money", "sold": "count"}),
    card("rating", "Rating", "line", tab="Ratings", x="day", y=["rating"], unit="rating"),
    card("recommendation", "Would recommend", "bar", tab="Ratings", x="day", y=["share"], unit="percent"),
    card(
        "mystery",
        "Waiting time at the door",
        "line",
        "full",
        tab="Service",
        x="day",
        y=["seconds"],
        unit="duration",
    ),
]
DASHBOARDS = {
    "today": ("Today", 0, 5),
    "sales": ("Sales", 6, 15),
    "menu": ("Menu", 15, 18),
    "guests": ("Guests", 18, 21),
    "health": ("Health", 5, 6),
}


def page(*, empty: bool = False) -> dict[str, Any]:
    dashboards = [
        {"name": name, "title": title, "cards": [card["name"] for card in CARDS[first:end]]}
        for name, (title, first, end) in DASHBOARDS.items()
    ]
    return {
        "today": None if empty else TODAY,
        "since": None if empty else SINCE,
        "restaurants": [] if empty else RESTAURANTS,
        "services": [] if empty else SERVICES,
        "currencies": [] if empty else CURRENCIES,
        "dashboards": dashboards,
        "cards": {card["name"]: card for card in CARDS},
    }
