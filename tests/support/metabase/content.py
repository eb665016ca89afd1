"""The stand-in's collections, cards and dashboards."""

from typing import Any

from fastapi import APIRouter

from tests.support.metabase import bodies
from tests.support.metabase.login import Admin, Known, User
from tests.support.metabase.people import share_with_all
from tests.support.metabase.state import Refusal, State

router = APIRouter()


@router.get("/api/collection")
def collections(_: Admin, state: Known) -> list[dict[str, Any]]:
    return [{"id": "root", "name": "Our analytics"}, *state.collections.values()]


@router.post("/api/collection")
def add_collection(body: bodies.Collection, _: Admin, state: Known) -> dict[str, Any]:
    collection = next(state.ids)
    state.collections[collection] = {
        "id": collection,
        "name": body.name,
        "archived": False,
        "location": "/",
    }
    share_with_all(state, collection)
    return state.collections[collection]


@router.get("/api/collection/{collection}/items")
def items(collection: int, models: str, _: Admin, state: Known) -> dict[str, Any]:
    found = state.cards if models == "card" else state.dashboards
    data = [
        {"id": one["id"], "name": one["name"], "model": models}
        for one in found.values()
        if one["collection_id"] == collection and not one["archived"]
    ]
    return {"data": data, "total": len(data)}


@router.post("/api/card")
def add_card(body: bodies.CardCreate, _: Admin, state: Known) -> dict[str, Any]:
    state.check_query(body.dataset_query)
    if any(card["entity_id"] == body.entity_id for card in state.cards.values()):
        raise Refusal(400, "There is a card with this entity_id already.")
    card = next(state.ids)
    state.cards[card] = body.model_dump() | {"id": card, "archived": False}
    return state.read_card(card)


@router.get("/api/card/{card}")
def card(card: str, user: User, state: Known) -> dict[str, Any]:
    found = _card(state, card)
    _check_read(state, user, found["collection_id"])
    return state.read_card(found["id"])


@router.put("/api/card/{card}")
def change_card(card: int, body: bodies.CardUpdate, _: Admin, state: Known) -> dict[str, Any]:
    if body.dataset_query is not None:
        state.check_query(body.dataset_query)
    state.cards[card] |= body.model_dump(exclude_unset=True)
    return state.read_card(card)


def _card(state: State, card: str) -> dict[str, Any]:
    for found in state.cards.values():
        if card in (str(found["id"]), found["entity_id"]):
            return found
    raise Refusal(404, "Not found.")


@router.post("/api/dashboard")
def add_dashboard(body: bodies.DashboardCreate, _: Admin, state: Known) -> dict[str, Any]:
    dashboard = next(state.ids)
    state.dashboards[dashboard] = body.model_dump() | {
        "id": dashboard,
        "archived": False,
        "dashcards": [],
        "tabs": [],
    }
    return state.dashboards[dashboard]


@router.get("/api/dashboard/{dashboard}")
def dashboard(dashboard: int, user: User, state: Known) -> dict[str, Any]:
    found = state.dashboards[dashboard]
    _check_read(state, user, found["collection_id"])
    return found


@router.put("/api/dashboard/{dashboard}")
def change_dashboard(dashboard: int, body: bodies.DashboardUpdate, _: Admin, state: Known) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    lists = {name: given.pop(name, None) for name in ("dashcards", "tabs")}
    if lists["dashcards"] is not None:
        lists["dashcards"] = [one.model_dump() for one in body.dashcards or []]
    state.replace_dashcards(dashboard, lists)
    state.dashboards[dashboard] |= given
    return state.dashboards[dashboard]


@router.post("/api/dataset")
def run_query(body: dict[str, Any], user: User, state: Known) -> dict[str, Any]:
    if not state.may_write_sql(user, body["database"]):
        raise Refusal(403, "You don't have permissions to do that.")
    return {"status": "completed"}


def _check_read(state: State, user: int, collection: int) -> None:
    if state.rights(user, collection) == "none":
        raise Refusal(403, "You don't have permissions to do that.")
