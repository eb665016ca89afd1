"""Gives the events of the table `incoming` their UUIDs, as the contract gives them to new events: see sse_ingest's
named_ids.py. The raw events keep the texts.

Only events with a text are read. SQL that reads raw events makes the same UUIDs with analytics.payload_id().
"""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg

from restaurant_warehouse.event_types import EVENT_TYPES
from sse_ingest.contract.named_ids import TextIds

TEXT_IDS = {name: ids for name, kind in EVENT_TYPES.items() if (ids := TextIds(kind.payload)).takes_texts}
_COLUMNS: LiteralString = (
    "stream_id, event_offset, event_id, event_type, ts, partition_key, content_hash, version, payload"
)
_UUID: LiteralString = "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})$"


def _conditions(ids: TextIds) -> Iterator[str]:
    """Whether a payload holds a text. All names are literals of ours."""
    for field in ids.kinds:
        yield f"payload ->> '{field}' !~ '{_UUID}'"
    for name, inner in ids.lists.items():
        for field in inner.kinds:
            text = f'@.type() == "string" && !(@ like_regex "{_UUID}")'
            yield f"payload @? '$.{name}[*].{field} ? ({text})'"


_CASES = "".join(
    f"\n    WHEN '{name}' THEN {' OR '.join(_conditions(ids))}" for name, ids in TEXT_IDS.items()
)
_TAKE: LiteralString = f"DELETE FROM incoming WHERE CASE event_type{_CASES}\nEND RETURNING {_COLUMNS}::text"  # noqa: S608 - of literals
_PUT: LiteralString = f"COPY incoming ({_COLUMNS}) FROM STDIN"


def replace_texts(cursor: psycopg.Cursor[Any]) -> None:
    """Replace each id of text in `incoming` by its UUID, and keep the text for the column external_id."""
    events = cursor.execute(_TAKE).fetchall()
    if not events:
        return
    with cursor.copy(_PUT) as copy:
        for stream_id, offset, event_id, event_type, ts, place, content_hash, version, payload in events:
            replaced = TEXT_IDS[event_type].replace(payload.encode(), stream_id, place)
            body = replaced.payload.decode() if replaced.has_texts else payload
            copy.write_row((stream_id, offset, event_id, event_type, ts, place, content_hash, version, body))
