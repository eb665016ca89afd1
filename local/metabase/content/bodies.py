"""A card as Metabase takes it. `entity_id` comes from the card's name, so that a second run finds it again."""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
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
        "display": card.chart,
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


def settings(card: Card, currency: str) -> dict[str, Any]:
    """How the card is drawn. Columns are named as the SELECT names them."""
    visualization: dict[str, Any] = {}
    if card.chart == "scalar":
        visualization["scalar.field"] = card.y[0]
    elif card.chart != "table":
        visualization["graph.dimensions"] = [name for name in (card.x, card.series) if name]
        visualization["graph.metrics"] = list(card.y)
        if card.chart == "bar" and card.series:
            visualization["stackable.stack_type"] = "stacked"
    columns = {
        json.dumps(["name", column], separators=(",", ":")): style
        for column, unit in card.formats.items()
        if (style := _style(unit, currency))
    }
    return visualization | ({"column_settings": columns} if columns else {})


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
    }
    return styles.get(unit, {})
