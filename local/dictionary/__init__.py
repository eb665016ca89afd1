"""`./stack dictionary`: docs/reference/data-dictionary.md, from the catalog of a newly migrated warehouse.

catalog.sql   the catalog's tables, views, functions, comments, grants and dependencies, as one JSON document
catalog.py    the document, typed
bodies.py     which objects the body of a function reads and writes
lineage.py    what feeds what: views by the catalog, functions by their bodies, triggers, event types
diagram.py    lineage → Mermaid
page.py       catalog and lineage → Markdown; pure, so that the same schema always makes the same page
command.py    the command line
"""

from local.dictionary.command import dictionary

__all__ = ["dictionary"]
