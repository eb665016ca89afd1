"""`./stack dictionary`."""

import typer

from local import scratch
from local.dictionary import catalog, lineage, page
from local.settings import ROOT
from restaurant_warehouse.typed.tables import TABLES

PAGE = ROOT / "docs" / "reference" / "data-dictionary.md"
EVENTS = {event_type: f"analytics.{table.name}" for event_type, table in TABLES.items()}


def written(url: str) -> str:
    """The page of the warehouse at `url`, which its owner's login may read."""
    found = catalog.read(url)
    return page.render(found, lineage.trace(found, EVENTS))


def dictionary() -> None:
    """Write docs/reference/data-dictionary.md anew, from the schema of this version in a database made for it."""
    with scratch.cluster("dictionary", {"fsync": "off"}) as cluster:
        text = written(cluster.url(scratch.OWNER, cluster.clone("dictionary")))
    PAGE.write_text(text, encoding="utf-8")
    typer.echo(f"{PAGE.relative_to(ROOT)} is what the schema says.")
