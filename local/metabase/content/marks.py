"""What we wrote last, kept in Metabase itself: a key among the visualization settings, which it ignores.

`written` is the digest of what we sent, `stored` that of what Metabase then answered, which has another shape. When the
answer has another digest today, somebody edited it. A mark without `stored` is left by a run that was interrupted.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

KEY = "restaurant_warehouse"
_VOLATILE = {KEY, "lib/uuid"}  # Metabase gives the parts of a query new uuids


class State(Enum):
    """How something in Metabase stands to its definition."""

    SAME = "same"
    CHANGED = "changed"
    EDITED = "edited"


def digest(value: Any) -> str:
    """The same for the same value, whatever the order of its keys."""
    text = json.dumps(_lasting(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def state(mark: Mapping[str, str] | None, *, written: str, stored: str) -> State:
    """`written` is today's definition, `stored` what Metabase answers today."""
    if mark is None:
        return State.EDITED
    if "stored" not in mark:
        return State.CHANGED
    if mark["stored"] != stored:
        return State.EDITED
    return State.SAME if mark["written"] == written else State.CHANGED


def _lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _lasting(part) for name, part in value.items() if name not in _VOLATILE}
    return [_lasting(part) for part in value] if isinstance(value, list) else value
