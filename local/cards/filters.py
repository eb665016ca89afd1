"""The filters of a card: optional conditions in its SQL, in the syntax of Metabase.

    WHERE orders > 0
        [[AND {{restaurant}}]]

A block in `[[ ]]` is part of the SQL only while its filter has a value. `{{restaurant}}` then stands for a whole
condition on the column that the header names: `-- restaurant: analytics.daily_sales.location_code`. Metabase writes
that column with its schema and view, so the view has no alias in the SQL. A filter that replaces a default time span
writes `(… [[OR true) AND ({{day}}]])`: the default then allows everything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Filter:
    """One kind of filter: its label on a dashboard, and Metabase's name for its widget."""

    label: str
    widget: str


FILTERS: Mapping[str, Filter] = {
    "day": Filter("Day", "date/all-options"),
    "restaurant": Filter("Restaurant", "string/="),
    "service": Filter("Service", "string/="),
    "currency": Filter("Currency", "string/="),
}
COLUMN = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")
BLOCK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
TAG = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")


def without(template: str) -> str:
    """The SQL while no filter has a value."""
    return BLOCK.sub("", template)


def used(template: str) -> frozenset[str]:
    """The names of the filters in the SQL."""
    return frozenset(TAG.findall(template))


def outside(template: str) -> str | None:
    """The name of a filter that stands outside of a block, or None. Such SQL cannot run without its value."""
    tag = TAG.search(without(template))
    return tag[1] if tag else None
