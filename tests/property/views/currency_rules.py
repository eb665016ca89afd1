"""The rules of the law of currencies: amounts in different currencies are never added."""

MUTATIONS = [
    ("orders_now", "coalesce(o.currency, l.currency, ", "coalesce(l.currency, "),
    ("orders_now", "coalesce(o.currency, l.currency, ", "coalesce(o.currency, "),
    ("rollup_diff_menu", "coalesce(i.currency, l.currency, home)", "home"),
    (
        "rollup_diff_deductions",
        "coalesce(d.currency, o.currency, analytics.default_currency())",
        "'CAD'::text",
    ),
    ("cash_movements", "coalesce(p.currency, o.currency, l.currency, ", "coalesce("),
    ("cash_movements", "coalesce(r.currency, p.currency, o.currency, l.currency, ", "coalesce("),
    (
        "payment_mix",
        "(PARTITION BY business_date, location_code, currency)",
        "(PARTITION BY business_date, location_code)",
    ),
    ("store_performance", "rank() OVER (PARTITION BY s.currency ORDER BY", "rank() OVER (ORDER BY"),
    ("store_performance", "sum(s.total) OVER (PARTITION BY s.currency)", "sum(s.total) OVER ()"),
    ("premium_market_share", "OVER (PARTITION BY currency)", "OVER ()"),
    ("menu_engineering", "WINDOW of_currency AS (PARTITION BY s.currency)", "WINDOW of_currency AS ()"),
    ("cash_up_of_currency", " AND c.currency = cash_up_of_currency.currency", ""),
    ("cash_up_of_currency", "            AND r.currency = cash_up_of_currency.currency\n", ""),
    ("expected_today", " AND d.currency = c.currency", ""),
    ("daily_sales_as_known_at", "coalesce(c.currency, l.currency, ", "coalesce("),
    ("payment_facts", "coalesce(p.currency, o.currency, l.currency, ", "coalesce("),
]
"""A rule of the law in one object, and what stands there without the rule."""
