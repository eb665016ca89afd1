"""Records the events of one restaurant while its clock advances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from random import Random
from uuid import UUID

import msgspec

from api.log.interface import Draft
from api.simulator.catalogue import Restaurant

_CENT = Decimal("0.01")
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Emission:
    """A draft, and two times (seconds since 1970): when a till sends it, and when the event happens, its `ts`."""

    due: float
    draft: Draft
    at: float
    """Before `due` where a fault delays it."""


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


class Recorder:
    """The events of one restaurant, in the order in which they happen."""

    def __init__(self, rng: Random, clock: float, place: Restaurant) -> None:
        self.rng = rng
        self.clock = clock
        self.place = place
        self.emissions: list[Emission] = []

    def record(self, event_type: str, payload: Mapping[str, object], version: int | None = None) -> None:
        """An event of now. A field that is None is unknown, and is left out."""
        known = {name: value for name, value in payload.items() if value is not None}
        event_id = UUID(int=self._new_number())
        draft = Draft(event_type, self.place.code, self.now(), _encode(known), event_id, version=version)
        self.emissions.append(Emission(self.clock, draft, self.clock))

    def wait(self, least: float, most: float) -> None:
        """Let so many seconds pass."""
        self.clock += self.rng.uniform(least, most)

    def now(self) -> str:
        """The time, in milliseconds."""
        second, rest = divmod(int(self.clock * 1000), 1000)
        return f"{_date_and_time(second)}.{rest:03}000Z" if rest else f"{_date_and_time(second)}Z"

    def new_id(self) -> str:
        """A UUID v7 of the simulated time. https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
        digits = f"{self._new_number():032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _new_number(self) -> int:
        bits = int(self.clock * 1000) << 80 | 7 << 76 | self.rng.getrandbits(12) << 64 | 2 << 62
        return bits | self.rng.getrandbits(62)


@lru_cache(maxsize=1_024)
def _date_and_time(second: int) -> str:
    """In UTC. Most events of an order share their second with others; formatting was a tenth of all work."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
