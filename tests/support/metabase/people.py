"""The stand-in's logins, groups and rights."""

from typing import Any
from uuid import uuid4

from fastapi import APIRouter

from tests.support.metabase import bodies
from tests.support.metabase.login import Admin, Known, User
from tests.support.metabase.state import ALL_USERS, Refusal, State

router = APIRouter()


@router.post("/api/setup")
def setup(body: bodies.Setup, state: Known) -> dict[str, str]:
    if state.users:
        raise Refusal(403, "The /api/setup route can only be used to create the first user.")
    if body.token != state.setup_token:
        raise Refusal(400, "Token does not match the setup token.")
    return _session(state, state.add_user(body.user.email, body.user.password, superuser=True))


@router.post("/api/session")
def log_in(body: bodies.Session, state: Known) -> dict[str, str]:
    for user in state.users.values():
        if user["email"] == body.username and user["password"] == body.password:
            user["last_login"] = "2026-01-01T00:00:00Z"
            return _session(state, user["id"])
    raise Refusal(401, "Password: did not match stored password")


def _session(state: State, user: int) -> dict[str, str]:
    session = str(uuid4())
    state.sessions[session] = user
    return {"id": session}


@router.get("/api/user/current")
def current(user: User, state: Known) -> dict[str, Any]:
    return _public(state.users[user])


@router.get("/api/user")
def users(_: Admin, state: Known, status: str = "active") -> dict[str, Any]:
    return {"data": [_public(user) for user in state.users.values()], "total": len(state.users)}


@router.post("/api/user")
def add_user(body: bodies.User, _: Admin, state: Known) -> dict[str, Any]:
    if any(user["email"] == body.email for user in state.users.values()):
        raise Refusal(400, "Email address already in use.")
    user = state.add_user(body.email, None)
    state.members |= {(user, group.id) for group in body.user_group_memberships or []}
    return _public(state.users[user])


@router.put("/api/user/{user}/password", status_code=204)
def set_password(user: int, body: bodies.Password, _: Admin, state: Known) -> None:
    state.users[user]["password"] = body.password


def _public(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name != "password"}


@router.get("/api/permissions/group")
def groups(_: Admin, state: Known) -> list[dict[str, Any]]:
    magic = {1: "all-internal-users", 2: "admin"}
    return [
        {"id": group, "name": name, "magic_group_type": magic.get(group)}
        for group, name in state.groups.items()
    ]


@router.post("/api/permissions/group")
def add_group(body: bodies.Group, _: Admin, state: Known) -> dict[str, Any]:
    group = next(state.ids)
    state.groups[group] = body.name
    state.data_rights[group] = {
        database: {"view-data": "unrestricted", "create-queries": "no"} for database in state.databases
    }
    return {"id": group, "name": body.name}


@router.get("/api/permissions/membership")
def memberships(_: Admin, state: Known) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for user, group in sorted(state.members):
        found.setdefault(str(user), []).append({"user_id": user, "group_id": group})
    return found


@router.post("/api/permissions/membership")
def add_membership(body: bodies.Membership, _: Admin, state: Known) -> list[Any]:
    state.members.add((body.user_id, body.group_id))
    return []


@router.get("/api/permissions/graph")
def data_graph(_: Admin, state: Known) -> dict[str, Any]:
    return _graph(state, state.data_rights)


@router.put("/api/permissions/graph")
def change_data_graph(body: bodies.Graph, _: Admin, state: Known) -> dict[str, Any]:
    return _change(state, state.data_rights, body)


@router.get("/api/collection/graph")
def collection_graph(_: Admin, state: Known) -> dict[str, Any]:
    return _graph(state, state.collection_rights)


@router.put("/api/collection/graph")
def change_collection_graph(body: bodies.Graph, _: Admin, state: Known) -> dict[str, Any]:
    return _change(state, state.collection_rights, body)


def _graph(state: State, rights: dict[int, dict[int, Any]]) -> dict[str, Any]:
    groups = {str(group): {str(thing): right for thing, right in of.items()} for group, of in rights.items()}
    return {"revision": state.revision, "groups": groups}


def _change(state: State, rights: dict[int, dict[int, Any]], body: bodies.Graph) -> dict[str, Any]:
    if state.stale:
        state.stale -= 1
        state.revision += 1
    if body.revision != state.revision:
        raise Refusal(409, "Looks like someone else edited the permissions and your data is out of date.")
    for group, of in body.groups.items():
        rights.setdefault(int(group), {}).update({int(thing): right for thing, right in of.items()})
    state.revision += 1
    return _graph(state, rights)


def share_with_all(state: State, collection: int) -> None:
    """A new collection has the rights of the one that it is in."""
    state.collection_rights.setdefault(ALL_USERS, {})[collection] = "write"
