"""A card as Metabase takes it. `entity_id` comes from the card's name, so that a second run finds it again."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from api.contract.currencies import DECIMALS
from local.cards.definition import Card
from local.cards.filters import FILTERS

_NAMESPACE = uuid.UUID("5f0d8f3e-6f6b-4c3b-9a58-1f6d3c1f5a70")


def entity_id(name: str) -> str:
    """21 letters, digits, - and _, as Metabase's own ids."""
    digest = hashlib.sha256(f"restaurant-warehouse/card/{name}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii")[:21]


def card_body(
    card: Card, *, database: int, fields: Mapping[str, int], collection: int, currency: str
) -> dict[str, Any]:
    """What POST and PUT /api/card take; entity_id is for POST alone."""
    return {
        "name": card.title,
        "description": card.description,
        "display": display(card),
        "collection_id": collection,
        "dataset_query": query(card, database, fields),
        "visualization_settings": settings(card, currency),
    }


def query(card: Card, database: int, fields: Mapping[str, int]) -> dict[str, Any]:
    """The card's SQL, each filter bound to the column that the header names."""
    tags = {name: _tag(card.name, name, fields[column]) for name, column in card.filters.items()}
    stage: dict[str, Any] = {"lib/type": "mbql.stage/native", "native": card.template.rstrip("; \n")}
    if tags:
        stage["template-tags"] = tags
    return {"lib/type": "mbql/query", "database": database, "stages": [stage]}


def _tag(card: str, name: str, field: int) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"{card}/{name}")),
        "name": name,
        "display-name": FILTERS[name].label,
        "type": "dimension",
        "dimension": ["field", {}, field],
        "widget-type": FILTERS[name].widget,
    }


def display(card: Card) -> str:
    """Metabase's name of the chart. Its trend compares two columns of one row, and shows a date beside them."""
    if card.compare:
        return "smartscalar"
    return "table" if card.chart in ("heatmap", "status") else card.chart


def settings(card: Card, currency: str) -> dict[str, Any]:
    """How the card is drawn. Columns are named as the SELECT names them."""
    drawing = _DRAWINGS.get(card.chart, _graph)(card)
    columns = {
        json.dumps(["name", column], separators=(",", ":")): style
        for column, unit in card.formats.items()
        if (style := _style(unit, currency))
    }
    return drawing | ({"column_settings": columns} if columns else {})


def _graph(card: Card) -> dict[str, Any]:
    """With a colour per value of `series` Metabase draws one metric: amounts of two currencies stay apart."""
    drawing: dict[str, Any] = {
        "graph.dimensions": [name for name in (card.x, card.series) if name],
        "graph.metrics": list(card.y[:1] if card.series else card.y),
    }
    if card.chart == "bar" and card.series:
        drawing["stackable.stack_type"] = "stacked"
    return drawing


def _figure(card: Card) -> dict[str, Any]:
    drawing: dict[str, Any] = {"scalar.field": card.y[0]}
    if card.compare:
        label = card.compare.removeprefix(f"{card.y[0]}_").replace("_", " ")
        comparison = {"id": card.compare, "type": "anotherColumn", "column": card.compare, "label": label}
        drawing["scalar.comparisons"] = [comparison]
    return drawing


def _heatmap(card: Card) -> dict[str, Any]:
    """A table with a column per value of `x`: the stronger the colour, the more."""
    value = card.y[1]
    colours = {"type": "range", "columns": [value], "colors": ["#FFFFFF", "#509EE3"]}
    return {
        "table.pivot": True,
        "table.pivot_column": card.x,
        "table.cell_column": value,
        "table.column_formatting": [colours | {"min_type": None, "max_type": None}],
    }


def _table(_card: Card) -> dict[str, Any]:
    return {}


_DRAWINGS: Mapping[str, Callable[[Card], dict[str, Any]]] = {
    "scalar": _figure,
    "heatmap": _heatmap,
    "table": _table,
    "status": _table,
}


def _style(unit: str, currency: str) -> dict[str, Any]:
    """Percentages are from 0 to 100 in the warehouse, so they get a sign and are not multiplied."""
    money: dict[str, Any] = {}  # a card rounds each amount to the decimals of its own currency
    if currency:
        money = {"number_style": "currency", "currency": currency, "decimals": DECIMALS.get(currency, 2)}
    styles: dict[str, dict[str, Any]] = {
        "money": money,
        "rating": {"decimals": 2},
        "percent": {"suffix": " %"},
        "duration": {"suffix": " s"},
        "weekday": {"column_title": "Weekday, 1 is Monday"},
        "hour": {"suffix": ":00"},
    }
    return styles.get(unit, {})
