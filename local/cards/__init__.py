"""The cards of sql/dashboards: one definition for the local page and for Metabase.

definition.py  a card's SQL file → title, chart, columns, filters
filters.py     the optional conditions in a card's SQL
"""
