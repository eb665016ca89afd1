"""`./stack dictionary`."""

import typer

from local.dictionary import catalog, lineage, page
from local.servers import scratch
from local.settings import OWNER, ROOT
from restaurant_warehouse.event_types import EVENT_TYPES

PAGE = ROOT / "docs" / "reference" / "data-dictionary.md"
EVENTS = {
    name: frozenset(f"analytics.{EVENT_TYPES[one].table}" for one in (name, *kind.parts))
    for name, kind in EVENT_TYPES.items()
}


def generate(url: str) -> str:
    """The page of the warehouse at `url`, which its owner's login may read."""
    relations = catalog.read(url)
    return page.render(relations, lineage.trace(relations, EVENTS))


def dictionary() -> None:
    """Generate docs/reference/data-dictionary.md from the schema of this version, in a temporary database."""
    with scratch.cluster(scratch.folder_in_memory("dictionary-"), {"fsync": "off"}) as cluster:
        text = generate(cluster.url(OWNER, cluster.clone("dictionary")))
    PAGE.write_text(text, encoding="utf-8")
    typer.echo(f"{PAGE.relative_to(ROOT)} is up to date.")
