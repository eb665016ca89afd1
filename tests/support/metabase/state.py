"""What the stand-in of Metabase remembers, and its rules."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

ALL_USERS, ADMINISTRATORS = 1, 2
TRASH = 999


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class State:
    """One Metabase. Tests change what they want to see handled."""

    columns: Collection[str] = ()
    warehouse_password: str = "reader"
    setup_token: str = "the-token"
    version: str = "v0.63.18.2"
    starting: int = 0
    """How many times /api/health answers 503."""
    sync_polls: int = 2
    """How often the tables are not listed after a sync."""
    stale: int = 0
    """How many graphs are refused because somebody else was faster."""
    time_zone: str = "UTC"
    api_keys: dict[str, int] = field(default_factory=dict)

    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=lambda: {1: "All Users", 2: "Administrators"})
    members: set[tuple[int, int]] = field(default_factory=set)
    databases: dict[int, dict[str, Any]] = field(default_factory=dict)
    synced: set[int] = field(default_factory=set)
    collections: dict[int, dict[str, Any]] = field(default_factory=dict)
    cards: dict[int, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[int, dict[str, Any]] = field(default_factory=dict)
    data_rights: dict[int, dict[int, Any]] = field(default_factory=dict)
    collection_rights: dict[int, dict[int, str]] = field(default_factory=dict)
    revision: int = 1
    ids: Iterator[int] = field(default_factory=lambda: count(10))
    requests: list[str] = field(default_factory=list)
    """What would change something, in order."""

    def add_user(self, email: str, password: str | None, *, superuser: bool = False) -> int:
        """Everybody is in the group of all users."""
        found = next(self.ids)
        self.users[found] = {
            "id": found,
            "email": email,
            "password": password,
            "is_superuser": superuser,
            "last_login": None,
        }
        self.members.add((found, ALL_USERS))
        return found

    def rights(self, user: int, collection: int) -> str:
        """The most that a group of the user has."""
        if self.users[user]["is_superuser"]:
            return "write"
        found = {self.collection_rights.get(group, {}).get(collection) for group in self._groups(user)}
        return "write" if "write" in found else "read" if "read" in found else "none"

    def may_write_sql(self, user: int, database: int) -> bool:
        """The most that a group of the user has."""
        levels = [self.data_rights.get(group, {}).get(database, {}) for group in self._groups(user)]
        native = any(level.get("create-queries") == "query-builder-and-native" for level in levels)
        return native or bool(self.users[user]["is_superuser"])

    def _groups(self, user: int) -> set[int]:
        return {group for member, group in self.members if member == user}

    def field_ids(self) -> dict[str, int]:
        """The id of each column."""
        return {column: 1000 + place for place, column in enumerate(sorted(self.columns))}

    def check_query(self, query: dict[str, Any]) -> None:
        """Each tag is bound to a column that was synced."""
        if query["database"] not in self.databases:
            raise Refusal(400, f"There is no database {query['database']}.")
        known = set(self.field_ids().values()) if query["database"] in self.synced else set()
        for stage in query["stages"]:
            for name, tag in stage.get("template-tags", {}).items():
                if f"{{{{{name}}}}}" not in stage["native"] or tag["name"] != name:
                    raise Refusal(400, f"The tag {name} is not in the SQL.")
                kind, options, column = tag["dimension"]
                if (kind, options) != ("field", {}) or column not in known:
                    raise Refusal(400, f"The tag {name} is bound to no column.")

    def read_card(self, card: int) -> dict[str, Any]:
        """The card in the shape in which Metabase answers it: not that in which it was written."""
        found = self.cards[card]
        stages = [
            stage
            | {
                "template-tags": {
                    name: tag
                    | {
                        "required": False,
                        "dimension": ["field", {"lib/uuid": str(uuid4())}, tag["dimension"][2]],
                    }
                    for name, tag in stage.get("template-tags", {}).items()
                }
            }
            for stage in found["dataset_query"]["stages"]
        ]
        collection = TRASH if found["archived"] else found["collection_id"]
        shaped = found["dataset_query"] | {"stages": stages, "lib/uuid": str(uuid4())}
        return found | {"dataset_query": shaped, "collection_id": collection, "query_type": "native"}

    def replace_dashcards(self, dashboard: int, body: dict[str, Any]) -> None:
        """The whole list: what it does not name is gone. Negative ids are new ones."""
        found = self.dashboards[dashboard]
        if body.get("tabs") is not None:
            known = {tab["id"] for tab in found["tabs"]}
            given = {tab["id"]: self._id(tab["id"], known) for tab in body["tabs"]}
            found["tabs"] = [
                tab | {"id": given[tab["id"]], "position": n} for n, tab in enumerate(body["tabs"])
            ]
        else:
            given = {tab["id"]: tab["id"] for tab in found["tabs"]}
        if body.get("dashcards") is not None:
            known = {one["id"] for one in found["dashcards"]}
            found["dashcards"] = [self._dashcard(one, known, given) for one in body["dashcards"]]

    def _dashcard(self, one: dict[str, Any], known: set[int], tabs: dict[int, int]) -> dict[str, Any]:
        if one["card_id"] is not None and one["card_id"] not in self.cards:
            raise Refusal(400, f"There is no card {one['card_id']}.")
        if one["dashboard_tab_id"] is not None and one["dashboard_tab_id"] not in tabs:
            raise Refusal(400, f"There is no tab {one['dashboard_tab_id']}.")
        tab = tabs.get(one["dashboard_tab_id"])
        return one | {"id": self._id(one["id"], known), "dashboard_tab_id": tab, "created_at": "2026-01-01"}

    def _id(self, given: int, known: set[int]) -> int:
        if given < 0:
            return next(self.ids)
        if given not in known:
            raise Refusal(400, f"{given} is not one of {sorted(known)}.")
        return given
