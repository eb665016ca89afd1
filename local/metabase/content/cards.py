"""Cards in Metabase: made once, then changed in place, so that they keep their ids and their places."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from local.cards.definition import Card
from local.metabase.client import Client
from local.metabase.content import marks
from local.metabase.content.bodies import entity_id
from local.metabase.content.marks import State
from local.metabase.report import Report

_COMPARED = (
    "name",
    "description",
    "display",
    "archived",
    "collection_id",
    "dataset_query",
    "visualization_settings",
)


@dataclass(frozen=True)
class Cards:
    """The cards of one Metabase."""

    client: Client
    report: Report
    force: bool = False

    def ensure(self, card: Card, body: Mapping[str, Any]) -> int:
        """Make the card, or bring it to `body`; its id. One that somebody edited stays, unless `force`."""
        written = marks.digest(body)
        marked = dict(body) | {"visualization_settings": body["visualization_settings"] | _mark(written)}
        found = self.client.find(f"/api/card/{entity_id(card.name)}")
        if found is None:
            made = self.client.post("/api/card", marked | {"entity_id": entity_id(card.name)})
            self._finish(made["id"], written)
            self.report.changed(f"Made the card {card.title}.")
            return int(made["id"])
        state = _state(found, written)
        if state is State.EDITED and not self.force:
            self.report.edited(f"The card {card.title}")
        elif state is not State.SAME or found["archived"]:
            self.client.put(f"/api/card/{found['id']}", marked | {"archived": False})
            self._finish(found["id"], written)
            self.report.changed(f"Changed the card {card.title}.")
        return int(found["id"])

    def archive_others(self, collection: int, defined: Collection[int]) -> None:
        """Archive the cards of ours in the collection that are no longer defined. Cards of others stay."""
        for item in self.client.get(f"/api/collection/{collection}/items", models="card")["data"]:
            if item["id"] in defined:
                continue
            found = self.client.get(f"/api/card/{item['id']}")
            mark = found["visualization_settings"].get(marks.KEY)
            if mark is None:
                continue
            if _state(found, mark["written"]) is State.EDITED and not self.force:
                self.report.edited(f"The card {found['name']}, which is no longer defined,")
                continue
            self.client.put(f"/api/card/{found['id']}", {"archived": True})
            self._finish(found["id"], mark["written"])
            self.report.changed(f"Archived the card {found['name']}, which is no longer defined.")

    def _finish(self, card: int, written: str) -> None:
        """Note what Metabase made of it."""
        found = self.client.get(f"/api/card/{card}")
        settings = found["visualization_settings"] | _mark(written, stored=_stored(found))
        self.client.put(f"/api/card/{card}", {"visualization_settings": settings})


def _mark(written: str, **stored: str) -> dict[str, Any]:
    return {marks.KEY: {"written": written} | stored}


def _stored(card: Mapping[str, Any]) -> str:
    return marks.digest({name: card.get(name) for name in _COMPARED})


def _state(card: Mapping[str, Any], written: str) -> State:
    mark = card["visualization_settings"].get(marks.KEY)
    return marks.state(mark, written=written, stored=_stored(card))
