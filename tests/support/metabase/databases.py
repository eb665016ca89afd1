"""The stand-in's health, properties and databases."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from tests.support.metabase import bodies
from tests.support.metabase.login import Admin, Known
from tests.support.metabase.state import Refusal, State

router = APIRouter()


@router.get("/api/health")
def health(state: Known) -> JSONResponse:
    if state.starting:
        state.starting -= 1
        return JSONResponse({"status": "initializing"}, 503)
    return JSONResponse({"status": "ok"})


@router.get("/api/session/properties")
def properties(state: Known) -> dict[str, Any]:
    new = not state.users
    token = state.setup_token if new else None
    return {
        "has-user-setup": not new,
        "setup-token": token,
        "version": {"tag": state.version},
        "report-timezone-long": state.time_zone,
    }


@router.get("/api/database")
def databases(_: Admin, state: Known) -> dict[str, Any]:
    return {"data": list(state.databases.values()), "total": len(state.databases)}


@router.post("/api/database")
def add_database(body: bodies.Database, _: Admin, state: Known) -> dict[str, Any]:
    found = _connect(state, next(state.ids), body)
    state.data_rights.setdefault(1, {})[found["id"]] = {
        "view-data": "unrestricted",
        "create-queries": "query-builder-and-native",
    }
    return found


@router.put("/api/database/{database}")
def change_database(database: int, body: bodies.Database, _: Admin, state: Known) -> dict[str, Any]:
    return _connect(state, database, body)


@router.get("/api/database/{database}")
def database(database: int, _: Admin, state: Known) -> dict[str, Any]:
    found = state.databases[database]
    return found | {"details": found["details"] | {"password": "**MetabasePass**"}}


@router.get("/api/database/{database}/healthcheck")
def healthcheck(database: int, _: Admin, state: Known) -> dict[str, Any]:
    if state.databases[database]["details"]["password"] == state.warehouse_password:
        return {"status": "ok"}
    return {"status": "error", "message": "password authentication failed"}


@router.post("/api/database/{database}/sync_schema")
def sync_schema(database: int, _: Admin, state: Known) -> dict[str, Any]:
    state.synced.add(database)
    return {"status": "ok"}


@router.get("/api/database/{database}/metadata")
def metadata(database: int, _: Admin, state: Known) -> dict[str, Any]:
    if database not in state.synced:
        return {"id": database, "tables": []}
    if state.sync_polls:
        state.sync_polls -= 1
        return {"id": database, "tables": []}
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, field in state.field_ids().items():
        view, column = name.rsplit(".", 1)
        tables.setdefault(view, []).append({"id": field, "name": column})
    listed = [(view.split("."), fields) for view, fields in tables.items()]
    return {
        "id": database,
        "tables": [{"schema": view[0], "name": view[1], "fields": fields} for view, fields in listed],
    }


def _connect(state: State, database: int, body: bodies.Database) -> dict[str, Any]:
    if body.details["password"] != state.warehouse_password:
        raise Refusal(400, "password authentication failed")
    state.databases[database] = {"id": database, **body.model_dump()}
    return state.databases[database]
