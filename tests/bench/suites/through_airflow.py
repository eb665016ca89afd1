"""A backlog through the operator under the real scheduler, and by `python -m sse_ingest` beside the same processes.

Both take turns, on one warehouse that grows; Airflow's processes run all the time, with nothing else to do.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from local.airflow import DAGS
from tests.bench.bench import Bench
from tests.bench.measuring.checkpoint import Drained, Watch, drained
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.process import Ingest
from tests.bench.processes.publishing import requests
from tests.bench.processes.whole_stack import AIRFLOW, WholeStack, wait_for, whole_stack
from tests.bench.suites.publish import publish
from tests.bench.workload import order_events

ROUNDS = 3
_EVENTS = (200_000, 10_000)
_WARM_UP = 30_000
_AT_ONCE = 1_000
_DAG = "restaurant_realtime_stream"
_PATIENCE = 240.0  # seconds for each step


def rows(bench: Bench) -> Iterator[Row]:
    """Two: through Airflow, and beside it."""
    through, beside = Samples(), Samples()
    with ExitStack() as contexts:
        folder = Path(contexts.enter_context(tempfile.TemporaryDirectory(dir=bench.folder)))
        with bench.step("through Airflow: the whole stack starts"):
            stack = contexts.enter_context(whole_stack(folder))
        rounds = _Rounds(stack, contexts.enter_context(Watch(stack.database_url)), folder)
        with bench.step("through Airflow (to warm up)"):
            rounds.begin()
            rounds.through(_WARM_UP)
        for number in range(ROUNDS):
            with bench.step(f"beside Airflow and through it ({number + 1} of {ROUNDS})"):
                usual = rounds.beside(bench.size(*_EVENTS))
                special = rounds.through(bench.size(*_EVENTS))
            _add(beside, usual)
            through.add("× of python -m sse_ingest", "×", special.rate / usual.rate)
            _add(through, special)
    yield Row("end to end", "through Airflow", through.figures())
    yield Row("end to end", "python -m sse_ingest beside Airflow", beside.figures())


@dataclass
class _Rounds:
    stack: WholeStack
    watch: Watch
    folder: Path
    published: int = 0

    def begin(self) -> None:
        """Let the first run begin, which the start of the stack has brought about, and end."""
        wait_for(lambda: bool(self.watch.holder()), "the DAG streams", _PATIENCE)
        for dag in DAGS:
            self.stack.pause(dag, paused=True)

    def beside(self, events: int) -> Drained:
        """Fill the log while nobody reads it; then ingest by hand."""
        self._fill(events)
        with Ingest(self.folder, self.stack.database_url, self.stack.settings.event_url) as ingest:
            families = {**self.stack.families(), "ingest": ingest.pid}
            return drained(self.watch, self.published, lambda: families, ingest.check)

    def through(self, events: int) -> Drained:
        """The same by the DAG."""
        self._fill(events)
        self.stack.pause(_DAG, paused=False)
        taken = drained(self.watch, self.published, self._families, seconds=_PATIENCE)
        self.stack.pause(_DAG, paused=True)
        ingest = taken.cpu["ingest"]  # is a descendant of the scheduler
        return Drained(taken.rate, {**taken.cpu, AIRFLOW[-1]: taken.cpu[AIRFLOW[-1]] - ingest})

    def _families(self) -> Mapping[str, int]:
        return {**self.stack.families(), "ingest": int(self.watch.holder().rpartition(":")[2])}

    def _fill(self, events: int) -> None:
        wait_for(lambda: not self.watch.holder(), "the stream is let go", _PATIENCE)
        self.stack.tidy()
        prepared = requests(order_events.drafts(events, seed=self.published), _AT_ONCE)
        publish(self.stack.settings.event_port, [prepared[0::2], prepared[1::2]])
        self.published += events
        wait_for(
            lambda: self.stack.quiet(_DAG), "half a minute in which Airflow has nothing else to do", _PATIENCE
        )


def _add(samples: Samples, taken: Drained) -> None:
    samples.add("events/s", "events/s", taken.rate)
    for name, family in (("service", "api"), ("ingest", "ingest"), ("PostgreSQL", "PostgreSQL")):
        samples.add(name, "µs", taken.cpu[family])
    samples.add("Airflow", "µs", sum(taken.cpu[name] for name in AIRFLOW))
