"""For schemathesis, which test_schemathesis.py runs: rules that a JSON schema cannot express."""

from datetime import datetime
from typing import Any

import schemathesis
from hypothesis import strategies as st

# The service accepts a range of times whose end moves with the clock.
_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2025, 12, 31)).map(lambda at: f"{at.isoformat()}Z")  # noqa: DTZ001
schemathesis.openapi.format("date-time", _MOMENTS)


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """For JSON Schema 5.0 is an integer; for the contract and for jsonb it is not."""
    for event in body if isinstance(body, list) else [body]:
        payload = event.get("payload") if isinstance(event, dict) else None
        if isinstance(payload, dict):
            payload |= {
                name: int(payload[name]) for name in ("rating", "nps") if _is_whole(payload.get(name))
            }
    return body


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()
