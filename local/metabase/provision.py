"""All steps, in their order. Each changes only what differs, so that a second run changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.cards.definition import Card
from local.metabase import access, database, people
from local.metabase.client import Client
from local.metabase.content.bodies import card_body
from local.metabase.content.cards import Cards
from local.metabase.content.dashboards import Dashboards, group
from local.metabase.report import Report
from local.metabase.settings import Target

COLLECTION = "Restaurant warehouse"
_UTC = ("UTC", "Etc/UTC", "GMT", "Z")


def provision(target: Target, cards: Mapping[str, Card]) -> Report:
    """Bring the Metabase of `target` to these cards. Raises MetabaseError."""
    report = Report()
    with Client(target.url) as client:
        access.wait_until_healthy(client, target)
        properties = client.get("/api/session/properties")
        access.check_version(properties)
        access.log_in(client, target, properties, report)
        found = database.ensure(client, target, report)
        collection = _collection(client, report)
        people.ensure(client, target.viewer, found, collection, report)
        columns = {column for card in cards.values() for column in card.filters.values()}
        fields = database.fields(client, found, columns, target)
        content = _Content(client, target, report, collection)
        ids = content.ensure_cards(cards, found, fields)
        content.ensure_dashboards(cards, ids, str(properties.get("site-url") or target.url).rstrip("/"))
        content.archive_cards(ids)
        _note_time_zone(properties, report)
    return report


@dataclass(frozen=True)
class _Content:
    """What is in the collection."""

    client: Client
    target: Target
    report: Report
    collection: int

    @property
    def cards(self) -> Cards:
        return Cards(self.client, self.report, self.target.force)

    def ensure_cards(
        self, cards: Mapping[str, Card], database: int, fields: Mapping[str, int]
    ) -> dict[str, int]:
        """The id of each card by its name."""
        bodies = {
            name: card_body(
                card,
                database=database,
                fields=fields,
                collection=self.collection,
                currency=self.target.currency,
            )
            for name, card in cards.items()
        }
        return {name: self.cards.ensure(card, bodies[name]) for name, card in cards.items()}

    def ensure_dashboards(self, cards: Mapping[str, Card], ids: Mapping[str, int], site: str) -> None:
        dashboards = Dashboards(self.client, self.report, self.collection, self.target.force)
        defined = [dashboards.ensure(one, ids, site) for one in group(cards.values())]
        dashboards.archive_others(defined)

    def archive_cards(self, ids: Mapping[str, int]) -> None:
        """After the dashboards, which no longer show them."""
        self.cards.archive_others(self.collection, set(ids.values()))


def _collection(client: Client, report: Report) -> int:
    for one in client.get("/api/collection"):
        if one["name"] == COLLECTION and not one.get("archived") and one.get("location", "/") == "/":
            return int(one["id"])
    made = client.post("/api/collection", {"name": COLLECTION, "parent_id": None})
    report.changed(f"Made the collection {COLLECTION}.")
    return int(made["id"])


def _note_time_zone(properties: Mapping[str, Any], report: Report) -> None:
    """Compose sets it by the environment. In another Metabase it is not ours to change."""
    zone = properties.get("report-timezone-long")
    if zone not in (None, *_UTC):
        report.notes.append(
            f"The report time zone of Metabase is {zone}: set it to UTC, or business dates may shift."
        )
