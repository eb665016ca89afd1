"""What a chaos run does: which faults, in which order, and when it ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random

from sse_ingest.database.failpoints import POINTS
from tests.chaos.environment.fleet import CORE
from tests.chaos.faults.kinds import KINDS, Fault


@dataclass(frozen=True)
class Plan:
    """A run ends after so many minutes, faults or rounds, always with a whole round.

    `kinds` and `points` narrow the choice. `core` is the folder of the core under test.
    """

    seed: int
    minutes: float | None = None
    faults: int | None = None
    first_round: int = 0
    rounds: int | None = None
    kinds: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    core: Path = CORE
    per_round: int = 15
    recovery_seconds: float = 45.0
    """How long a recovery may take."""

    def round(self, number: int) -> list[Fault]:
        """The faults of a round."""
        begin = number * self.per_round
        return list(islice(self._faults(), begin, begin + self.per_round))

    def round_seed(self, number: int) -> int:
        """Decides everything else that is random in the round."""
        return Random(f"{self.seed}/round/{number}").getrandbits(63)

    def _faults(self) -> Iterator[Fault]:
        """Every kind once, in random order, again and again, each time at another point.

        So a run covers every kind as soon as it has as many faults as there are kinds, and every combination of kind
        and point before it repeats one.
        """
        kinds = self.kinds or tuple(KINDS)
        points = self.points or (None, *POINTS)
        for turn in count():
            random = Random(f"{self.seed}/{turn}")
            order = {kind: random.sample(points, len(points)) for kind in kinds}
            for number in range(len(points)):
                for kind in random.sample(kinds, len(kinds)):
                    yield Fault(kind, order[kind][number])


def each_kind_once(seed: int) -> Plan:
    """A run of about 45 s that injects every kind of fault, with the same checks as a long run."""
    return Plan(seed=seed, faults=len(KINDS))
