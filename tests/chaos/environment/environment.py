"""The environment of one round: its processes, the proxies between them, and what is known of both ends."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

import psutil

from local.servers.scratch import Cluster
from tests.chaos.environment.event_log import EventLog
from tests.chaos.environment.event_service import TOKEN, EventService
from tests.chaos.environment.fleet import CORE, Fleet, Writer
from tests.chaos.environment.producer import Producer
from tests.chaos.environment.proxy import Proxy, ProxyThread
from tests.chaos.environment.warehouse import Warehouse
from tests.chaos.expected_state.event_history import Accepted, EventHistory
from tests.support.waiting import wait_until

_BATCHES_PER_SECOND = 12
_CHECKPOINT = "SELECT stream_id, event_offset FROM raw_data.stream_checkpoints"
_HOLDER = "SELECT holder FROM raw_data.stream_checkpoints WHERE holder IS NOT NULL"


class NotRecovered(Exception):
    """What has to happen after a fault did not happen in time."""


@dataclass
class Environment:
    """Everything that a fault can act on. `random` decides what the name of a fault leaves open."""

    random: Random
    warehouse: Warehouse
    service: EventService
    log: EventLog
    producer: Producer
    fleet: Fleet
    database: Proxy
    source: Proxy
    publishing: Proxy
    history: EventHistory = field(default_factory=EventHistory)
    recovery_seconds: float = 45.0
    """How long a recovery may take."""
    expected_gaps: int = 0
    """The least number of rows that stream_gaps has to have."""

    def checkpoint(self) -> tuple[str | None, int]:
        rows = self.warehouse.query(_CHECKPOINT)
        return rows[0] if rows else (None, 0)

    def holder(self, seconds: float = 20) -> Writer:
        """The writer that holds the lease, as soon as there is one."""
        writers: list[Writer] = []

        def held() -> bool:
            rows = self.warehouse.query(_HOLDER)
            writer = self.fleet.find(rows[0][0]) if rows else None
            if writer is not None and not writer.stopped:
                writers.append(writer)
            return bool(writers)

        self.wait(held, "a writer holds the lease", seconds)
        return writers[0]

    def standbys(self, holder: Writer) -> list[Writer]:
        """The writers that can take over; one is started where there is none."""
        others = [writer for writer in self.fleet.streaming() if writer is not holder and writer.alive]
        return others or [self.fleet.start()]

    def connections(self, writer: Writer, purpose: str | None = None) -> set[int]:
        """The writer's connections to the database, as the ports that the server sees."""
        try:
            own = {
                connection.laddr.port
                for connection in psutil.Process(writer.process.pid).net_connections("tcp")
                if connection.laddr
            }
        except psutil.Error:
            return set()
        ports = self.database.links_of(own)
        if purpose is None:
            return ports
        rows = self.warehouse.query(
            "SELECT client_port FROM pg_stat_activity WHERE application_name = %(name)s",
            {"name": f"sse_ingest {purpose}"},
        )
        return ports & {row[0] for row in rows}

    def wait(self, condition: Callable[[], bool], what: str, seconds: float) -> float:
        """Seconds until the condition holds. Writers that end meanwhile are replaced. Raises NotRecovered."""
        try:
            return wait_until(condition, what, seconds, check=self.fleet.maintain)
        except TimeoutError as error:
            raise NotRecovered("; ".join([str(error), *self.fleet.findings[-2:]])) from error

    def recovered(self, since: float) -> float:
        """Seconds from that moment until an event that was sent after it is committed."""
        accepted: list[Accepted] = []

        def committed() -> bool:
            newest = self.producer.accepted_since(since)
            # The first answer after the fault counts, unless its log was lost meanwhile.
            if newest is not None and (not accepted or accepted[-1].stream_id != newest.stream_id):
                accepted.append(newest)
            if not accepted:
                return False
            stream_id, offset = self.checkpoint()
            return stream_id == accepted[-1].stream_id and offset >= max(accepted[-1].offsets)

        self.wait(committed, "an event sent after the fault is committed", self.recovery_seconds)
        return time.monotonic() - since

    def drain(self) -> None:
        """Stop publishing; return when the last event is committed."""
        self.producer.stop()
        self.history.read(self.log.path)
        stream_id = self.history.logs[-1]
        newest = self.history.newest(stream_id)
        self.wait(
            lambda: self.checkpoint() == (stream_id, newest),
            f"{stream_id}-{newest} is committed",
            self.recovery_seconds,
        )


@contextmanager
def running_environment(
    cluster: Cluster,
    folder: Path,
    seed: int,
    proxies: ProxyThread,
    core: Path = CORE,
    recovery_seconds: float = 45.0,
) -> Iterator[Environment]:
    """Start a new warehouse, log and processes, with events flowing; end all of them on exit."""
    random = Random(seed)
    folder.mkdir()
    with ExitStack() as stack:
        warehouse = Warehouse(cluster, f"chaos_{uuid4().hex[:12]}")
        stack.callback(warehouse.drop)
        service = EventService(folder)
        stack.callback(service.close)
        service.start()
        database, source, publishing = (
            stack.enter_context(closing(proxies.proxy(port)))
            for port in (cluster.server.port, service.port, service.port)
        )
        producer = Producer(
            f"http://127.0.0.1:{publishing.port}", TOKEN, random.getrandbits(32), _BATCHES_PER_SECOND
        )
        variables = {
            "INGEST_SOURCE_URL": f"http://127.0.0.1:{source.port}",
            "INGEST_DATABASE_URL": warehouse.writer_url(database.port),
            "CHAOS_STANDBY_SECONDS": random.choice(["", "", "0.8"]),
        }
        fleet = Fleet(folder, variables, wanted=random.choice([1, 2, 2, 3]), core=core)
        environment = Environment(
            random,
            warehouse,
            service,
            EventLog(service.log, random.getrandbits(32)),
            producer,
            fleet,
            database,
            source,
            publishing,
            recovery_seconds=recovery_seconds,
        )
        stack.callback(_kill, environment)
        producer.start()
        fleet.maintain()
        environment.recovered(time.monotonic())
        yield environment


def _kill(environment: Environment) -> None:
    """End the threads and processes, in whatever state a fault has left them."""
    environment.producer.abandon()
    for writer in environment.fleet.writers:
        writer.send(signal.SIGKILL)
        writer.process.wait()
