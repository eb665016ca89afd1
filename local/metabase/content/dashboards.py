"""Dashboards in Metabase: one per folder of cards, with its tabs and filters.

Metabase replaces the whole list of a dashboard's cards. So each keeps the id of its place there, and a dashboard that
somebody edited stays as it is unless `force`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.cards.definition import Card
from local.cards.filters import FILTERS
from local.metabase.client import Client
from local.metabase.content import marks
from local.metabase.content.layout import Place, place
from local.metabase.content.marks import State
from local.metabase.report import Report

REFRESH_SECONDS = 60
_DESCRIPTION = "The cards of sql/dashboards: ./stack metabase writes them, and leaves what you edit."
_COMPARED = ("name", "description", "archived", "collection_id", "parameters")
_PLACE = ("card_id", "row", "col", "size_x", "size_y", "parameter_mappings", "visualization_settings")


@dataclass(frozen=True)
class Dashboard:
    """A folder of cards."""

    name: str
    cards: Sequence[Card]

    @property
    def tabs(self) -> list[str]:
        """In the order of their first cards; a dashboard without tabs has none."""
        return list(dict.fromkeys(card.tab for card in self.cards if card.tab))

    @property
    def parameters(self) -> list[dict[str, str]]:
        """The filters that at least one card has."""
        used = [name for name in FILTERS if any(name in card.filters for card in self.cards)]
        return [
            {
                "id": name,
                "name": FILTERS[name].label,
                "slug": name,
                "type": FILTERS[name].widget,
                "sectionId": FILTERS[name].widget.partition("/")[0],
            }
            for name in used
        ]


def group(cards: Collection[Card]) -> list[Dashboard]:
    """The dashboards, in the order of their first cards."""
    folders = dict.fromkeys(card.dashboard for card in cards)
    return [
        Dashboard(folder.replace("_", " ").capitalize(), [card for card in cards if card.dashboard == folder])
        for folder in folders
    ]


@dataclass(frozen=True)
class Dashboards:
    """The dashboards in one collection."""

    client: Client
    report: Report
    collection: int
    force: bool = False

    def ensure(self, dashboard: Dashboard, ids: Mapping[str, int], site: str) -> int:
        """Make the dashboard, or bring it to its cards, whose ids are `ids`; its id."""
        found = self._find(dashboard.name)
        written = marks.digest(_list(dashboard, ids))
        new = found is None
        if found is None:
            start = {"name": dashboard.name, "collection_id": self.collection}
            found = self.client.get(f"/api/dashboard/{self.client.post('/api/dashboard', start)['id']}")
        # One that an interrupted run made, and that nobody emptied: the description comes with the cards.
        unfinished = not found["dashcards"] and not found.get("description")
        state = State.CHANGED if unfinished else _state(found, written)
        if state is State.EDITED and not self.force:
            self.report.edited(f"The dashboard {dashboard.name}")
        elif state is not State.SAME:
            self._write(found, dashboard, ids, {"written": written})
            self.report.changed(f"{'Made' if new else 'Changed'} the dashboard {dashboard.name}.")
        self.report.addresses[dashboard.name] = f"{site}/dashboard/{found['id']}#refresh={REFRESH_SECONDS}"
        return int(found["id"])

    def archive_others(self, defined: Collection[int]) -> None:
        """Archive the dashboards of ours that have no card any more."""
        for item in self._items():
            if item["id"] in defined:
                continue
            found = self.client.get(f"/api/dashboard/{item['id']}")
            mark = _mark(found)
            if mark is None:
                continue
            if _state(found, mark["written"]) is State.EDITED and not self.force:
                self.report.edited(f"The dashboard {found['name']}, which is no longer defined,")
                continue
            self.client.put(f"/api/dashboard/{found['id']}", {"archived": True})
            self.report.changed(f"Archived the dashboard {found['name']}, which is no longer defined.")

    def _find(self, name: str) -> Any:
        item = next((one for one in self._items() if one["name"] == name), None)
        return item and self.client.get(f"/api/dashboard/{item['id']}")

    def _items(self) -> list[Any]:
        listed = self.client.get(f"/api/collection/{self.collection}/items", models="dashboard")["data"]
        return list(listed)

    def _write(
        self, found: Mapping[str, Any], dashboard: Dashboard, ids: Mapping[str, int], mark: dict[str, str]
    ) -> None:
        """Write it, read it, and note what Metabase made of it."""
        path = f"/api/dashboard/{found['id']}"
        self.client.put(path, _body(found, dashboard, ids, mark))
        stored = self.client.get(path)
        self.client.put(path, _body(stored, dashboard, ids, mark | {"stored": _stored(stored)}))


def _body(
    found: Mapping[str, Any], dashboard: Dashboard, ids: Mapping[str, int], mark: Mapping[str, str]
) -> dict[str, Any]:
    """Tabs and places that exist keep their ids; new ones get negative ids, as Metabase wants."""
    known = {tab["name"]: tab["id"] for tab in found["tabs"]}
    tabs = {name: known.get(name, -number) for number, name in enumerate(dashboard.tabs, 1)}
    places = {one["card_id"]: one["id"] for one in found["dashcards"]}
    listed = _list(dashboard, ids)
    dashcards = [
        {key: value for key, value in one.items() if key != "tab"}
        | {"id": places.get(one["card_id"], -number), "dashboard_tab_id": tabs.get(one["tab"])}
        | {"visualization_settings": {marks.KEY: mark} if number == 1 else {}}
        for number, one in enumerate(listed["dashcards"], 1)
    ]
    return {
        "description": _DESCRIPTION,
        "parameters": listed["parameters"],
        "tabs": [{"id": tab, "name": name} for name, tab in tabs.items()],
        "dashcards": dashcards,
    }


def _list(dashboard: Dashboard, ids: Mapping[str, int]) -> dict[str, Any]:
    """The dashboard without ids of its own: what its definition says."""
    return {
        "parameters": dashboard.parameters,
        "dashcards": [_dashcard(one, ids[one.card.name], dashboard) for one in place(dashboard.cards)],
    }


def _dashcard(one: Place, card: int, dashboard: Dashboard) -> dict[str, Any]:
    tabs = dashboard.tabs
    return {
        "card_id": card,
        "row": one.row,
        "col": one.col,
        "size_x": one.width,
        "size_y": one.height,
        "tab": (one.card.tab or tabs[0]) if tabs else None,
        "parameter_mappings": [
            {"parameter_id": name, "card_id": card, "target": ["dimension", ["template-tag", name]]}
            for name in one.card.filters
        ],
        "series": [],
        "inline_parameters": [],
    }


def _mark(found: Mapping[str, Any]) -> Any:
    settings = [one["visualization_settings"] or {} for one in found["dashcards"]]
    return next((one[marks.KEY] for one in settings if marks.KEY in one), None)


def _stored(found: Mapping[str, Any]) -> str:
    tabs = {tab["id"]: tab["name"] for tab in found["tabs"]}
    places = [
        {name: one.get(name) for name in _PLACE} | {"tab": tabs.get(one["dashboard_tab_id"])}
        for one in found["dashcards"]
    ]
    ordered = sorted(places, key=lambda one: (str(one["tab"]), one["row"], one["col"]))
    return marks.digest(
        {name: found.get(name) for name in _COMPARED} | {"tabs": list(tabs.values()), "dashcards": ordered}
    )


def _state(found: Mapping[str, Any], written: str) -> State:
    return marks.state(_mark(found), written=written, stored=_stored(found))
