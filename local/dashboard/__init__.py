"""The local dashboard: `python -m local.dashboard` shows the cards of sql/dashboards on one page.

warehouse.py one card's SQL, run as analytics_reader, read-only and within five seconds
app.py       the page and its JSON
static/      the page's own style and scripts; nothing comes from elsewhere
"""
