"""The group of viewers: it sees the collection and cannot query the database. And one viewer in it.

Everybody is in the group of all users, and has the most that any group allows. So that group gets no rights on our
database and our collection either.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local.metabase.client import Client
from local.metabase.errors import Conflict
from local.metabase.report import Report
from local.metabase.settings import Login

GROUP = "Restaurant viewers"
_ALL_USERS = "all-internal-users"
_ATTEMPTS = 3
# The level view-data is a paid one: the free edition knows "unrestricted" alone.
_NO_QUERIES = {"view-data": "unrestricted", "create-queries": "no"}
Rights = Mapping[int, Any]


def ensure(client: Client, viewer: Login, database: int, collection: int, report: Report) -> None:
    """Make the group, set its rights, and make the viewer. Raises MetabaseError."""
    everybody, viewers = _groups(client, report)
    data = {everybody: _NO_QUERIES, viewers: _NO_QUERIES}
    if _grant(client, "/api/permissions/graph", database, data, _has_no_queries):
        report.changed("Nobody but administrators can write queries against the warehouse.")
    read = {everybody: "none", viewers: "read"}
    if _grant(client, "/api/collection/graph", collection, read, _equals):
        report.changed(f"The group {GROUP} sees the dashboards.")
    _ensure_viewer(client, viewer, everybody, viewers, report)


def _groups(client: Client, report: Report) -> tuple[int, int]:
    listed = client.get("/api/permissions/group")
    everybody = next(
        one["id"] for one in listed if one.get("magic_group_type") == _ALL_USERS or one["name"] == "All Users"
    )
    viewers = next((one["id"] for one in listed if one["name"] == GROUP), None)
    if viewers is None:
        viewers = client.post("/api/permissions/group", {"name": GROUP})["id"]
        report.changed(f"Made the group {GROUP}.")
    return everybody, viewers


def _grant(client: Client, path: str, thing: int, rights: Rights, has: Callable[[Any, Any], bool]) -> bool:
    """Set the rights of groups on one thing; False when they are set. Metabase refuses a graph that is out of date."""
    for attempt in range(1, _ATTEMPTS + 1):
        graph = client.get(path)
        present = {group: graph["groups"].get(str(group), {}).get(str(thing)) for group in rights}
        wrong = {group: wanted for group, wanted in rights.items() if not has(present[group], wanted)}
        if not wrong:
            return False
        groups = {str(group): {str(thing): wanted} for group, wanted in wrong.items()}
        try:
            client.put(path, {"revision": graph["revision"], "groups": groups})
        except Conflict:
            if attempt == _ATTEMPTS:
                raise
        else:
            return True
    raise AssertionError


def _has_no_queries(present: Any, _wanted: Any) -> bool:
    """A group that the graph does not list may create no queries."""
    return present is None or bool(present.get("create-queries", "no") == "no")


def _equals(present: Any, wanted: Any) -> bool:
    return bool((present or "none") == wanted)


def _ensure_viewer(client: Client, viewer: Login, everybody: int, viewers: int, report: Report) -> None:
    """The group comes last: a user outside of it who has never logged in has no password yet."""
    listed = client.get("/api/user", status="all")["data"]
    user = next((one for one in listed if one["email"].lower() == viewer.email.lower()), None)
    if user is None:
        body = {"first_name": "Warehouse", "last_name": "Viewer", "email": viewer.email}
        user = client.post("/api/user", body | {"user_group_memberships": [{"id": everybody}]})
    members = client.get("/api/permissions/membership").get(str(user["id"]), [])
    if viewers not in {one["group_id"] for one in members}:
        if user.get("last_login") is None:
            client.put(f"/api/user/{user['id']}/password", {"password": viewer.password})
        client.post("/api/permissions/membership", {"user_id": user["id"], "group_id": viewers})
        report.changed(f"The viewer {viewer.email} is in the group {GROUP}.")
