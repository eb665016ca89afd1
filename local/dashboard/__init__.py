"""The local dashboard: `python -m local.dashboard` shows the cards of sql/dashboards on one page.

warehouse.py one card's SQL, run as analytics_reader, read-only and within five seconds
query.py     the filters in an address
catalogue.py what there is to choose from
updates.py   the cards of a dashboard as a stream: all, then what changes
api.py       the JSON, problems.py its errors
document.py  the page as one document, and the policy it runs under
app.py       all of it as one server
static/      the page's own style and scripts; nothing comes from elsewhere
charts/      how the library of charts in static/vendor is built
"""
