"""A backlog through the operator under the real scheduler, and by `python -m sse_ingest` beside the same processes.

Both run, one after the other, on one warehouse, which grows. Airflow runs all the time and has nothing else to do.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from local.servers.airflow import DAGS
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.checkpoint import Drain, Watch, measure_drain
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.process import Ingest
from tests.bench.processes.publishing import requests
from tests.bench.processes.whole_stack import AIRFLOW, WholeStack, whole_stack
from tests.bench.suites.publish import publish
from tests.bench.workload import order_events
from tests.support.waiting import wait_until

ROUNDS = 3
_EVENTS = (200_000, 10_000)
_WARM_UP = 30_000
_AT_ONCE = 1_000
_DAG = "restaurant_realtime_stream"
_STEP_SECONDS = 240.0


def rows(bench: Bench) -> Iterator[Row]:
    """Two rows: through Airflow, and beside it."""
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
                by_hand = rounds.beside(bench.size(*_EVENTS))
                by_dag = rounds.through(bench.size(*_EVENTS))
            _add(beside, by_hand)
            through.add("× of python -m sse_ingest", "×", by_dag.rate / by_hand.rate)
            _add(through, by_dag)
    yield Row("end to end", "through Airflow", through.figures())
    yield Row("end to end", "python -m sse_ingest beside Airflow", beside.figures())


@dataclass
class _Rounds:
    stack: WholeStack
    watch: Watch
    folder: Path
    published: int = 0

    def begin(self) -> None:
        """Wait until the first run streams, then pause all DAGs."""
        wait_until(lambda: bool(self.watch.holder()), "the DAG streams", _STEP_SECONDS)
        for dag in DAGS:
            self.stack.pause(dag, paused=True)

    def beside(self, events: int) -> Drain:
        """Fill the log while nobody reads it; then ingest with `python -m sse_ingest`."""
        self._fill(events)
        with Ingest(self.folder, self.stack.database_url, self.stack.settings.event_url) as ingest:
            families = {**self.stack.families(), "ingest": ingest.pid}
            return measure_drain(self.watch, self.published, lambda: families, ingest.check)

    def through(self, events: int) -> Drain:
        """The same with the DAG."""
        self._fill(events)
        self.stack.pause(_DAG, paused=False)
        drain = measure_drain(self.watch, self.published, self._families, seconds=_STEP_SECONDS)
        self.stack.pause(_DAG, paused=True)
        ingest = drain.cpu["ingest"]  # which is a descendant of the scheduler
        return Drain(drain.rate, {**drain.cpu, AIRFLOW[-1]: drain.cpu[AIRFLOW[-1]] - ingest})

    def _families(self) -> Mapping[str, int]:
        return {**self.stack.families(), "ingest": int(self.watch.holder().rpartition(":")[2])}

    def _fill(self, events: int) -> None:
        wait_until(lambda: not self.watch.holder(), "nobody holds the lease of the stream", _STEP_SECONDS)
        self.stack.tidy()
        prepared = requests(order_events.drafts(events, seed=self.published), _AT_ONCE)
        publish(self.stack.settings.event_port, [prepared[0::2], prepared[1::2]])
        self.published += events
        wait_until(
            lambda: self.stack.quiet(_DAG), "Airflow has half a minute without other work", _STEP_SECONDS
        )


def _add(samples: Samples, drain: Drain) -> None:
    samples.add("events/s", "events/s", drain.rate)
    for name, family in (("service", "api"), ("ingest", "ingest"), ("PostgreSQL", "PostgreSQL")):
        samples.add(name, "µs", drain.cpu[family])
    samples.add("Airflow", "µs", sum(drain.cpu[name] for name in AIRFLOW))
