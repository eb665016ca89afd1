"""One round's world: the processes, what lies between them, and what is known of both ends."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

import psutil

from local.chaos.event_service import TOKEN, EventService
from local.chaos.fleet import CORE, Fleet, Writer
from local.chaos.ledger import Ledger
from local.chaos.producer import Accepted, Producer
from local.chaos.proxy import Proxy, ProxyThread
from local.chaos.warehouse import Warehouse
from local.scratch import Cluster

_BATCHES_PER_SECOND = 12
_CHECKPOINT = "SELECT stream_id, event_offset FROM raw_data.stream_checkpoints"
_HOLDER = "SELECT holder FROM raw_data.stream_checkpoints WHERE holder IS NOT NULL"


class NotRecovered(Exception):
    """What had to happen after a fault did not happen in time."""


@dataclass
class World:
    """Everything that a fault can touch. `random` decides whatever the fault's name leaves open."""

    random: Random
    warehouse: Warehouse
    service: EventService
    producer: Producer
    fleet: Fleet
    database: Proxy
    source: Proxy
    publishing: Proxy
    ledger: Ledger = field(default_factory=Ledger)
    patience: float = 45.0
    """For how many seconds recovery is waited for."""
    gaps_due: int = 0
    """At least so many rows of stream_gaps are due."""

    def checkpoint(self) -> tuple[str | None, int]:
        rows = self.warehouse.query(_CHECKPOINT)
        return rows[0] if rows else (None, 0)

    def holder(self, within: float = 20) -> Writer:
        """The writer that holds the lease, as soon as one does."""
        found: list[Writer] = []

        def held() -> bool:
            rows = self.warehouse.query(_HOLDER)
            writer = self.fleet.find(rows[0][0]) if rows else None
            if writer is not None and not writer.stopped:
                found.append(writer)
            return bool(found)

        self.wait(held, "a writer holds the lease", within)
        return found[0]

    def standbys(self, holder: Writer) -> list[Writer]:
        """The others that could take over; one is started where there is none."""
        others = [w for w in self.fleet.streaming() if w is not holder and w.alive]
        return others or [self.fleet.start()]

    def connections(self, writer: Writer, purpose: str | None = None) -> set[int]:
        """The writer's connections to the database, as ports that both proxy and server know them by."""
        try:
            own = {
                end.laddr.port
                for end in psutil.Process(writer.process.pid).net_connections("tcp")
                if end.laddr
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

    def wait(self, condition: Callable[[], bool], what: str, within: float) -> float:
        """Seconds until it held; the fleet is kept at its number meanwhile."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > within:
                raise NotRecovered(f"not within {within:g} s: {what}")
            self.fleet.maintain()
            time.sleep(0.01)
        return time.monotonic() - began

    def recovered(self, since: float) -> float:
        """Seconds from that moment until an event that was sent after it is committed."""

        promises: list[Accepted] = []

        def committed() -> bool:
            promise = self.producer.accepted_since(since)
            # The first promise after the fault, unless its log was lost meanwhile.
            if promise is not None and (not promises or promises[-1].stream_id != promise.stream_id):
                promises.append(promise)
            if not promises:
                return False
            stream_id, offset = self.checkpoint()
            return stream_id == promises[-1].stream_id and offset >= max(promises[-1].offsets)

        self.wait(committed, "an event sent after the fault is committed", self.patience)
        return time.monotonic() - since

    def drain(self) -> None:
        """No more events: return when the last of them is committed."""
        self.producer.stop()
        self.ledger.absorb(self.service.log)
        stream_id = self.ledger.logs[-1]
        newest = self.ledger.newest(stream_id)
        self.wait(
            lambda: self.checkpoint() == (stream_id, newest),
            f"{stream_id}-{newest} is committed",
            self.patience,
        )


@contextmanager
def world(
    postgres: Cluster,
    folder: Path,
    seed: int,
    proxies: ProxyThread,
    core: Path = CORE,
    patience: float = 45.0,
) -> Iterator[World]:
    """A new warehouse, log and processes, with events flowing; all gone afterwards."""
    random = Random(seed)
    folder.mkdir()
    with ExitStack() as stack:
        warehouse = Warehouse(postgres, f"chaos_{uuid4().hex[:12]}")
        stack.callback(warehouse.drop)
        service = EventService(folder, random.getrandbits(32))
        stack.callback(service.close)
        service.start()
        database, source, publishing = (
            proxies.proxy(port) for port in (postgres.server.port, service.port, service.port)
        )
        for proxy in (database, source, publishing):
            stack.callback(proxy.close)
        url = f"http://127.0.0.1:{publishing.port}"
        producer = Producer(url, TOKEN, random.getrandbits(32), _BATCHES_PER_SECOND)
        fleet = Fleet(
            folder,
            {
                "INGEST_SOURCE_URL": f"http://127.0.0.1:{source.port}",
                "INGEST_DATABASE_URL": warehouse.writer_url(database.port),
                "CHAOS_STANDBY_SECONDS": random.choice(["", "", "0.8"]),
            },
            wanted=random.choice([1, 2, 2, 3]),
            core=core,
        )
        made = World(
            random, warehouse, service, producer, fleet, database, source, publishing, patience=patience
        )
        stack.callback(_end, made)
        producer.start()
        fleet.maintain()
        made.recovered(time.monotonic())
        yield made


def _end(made: World) -> None:
    """Whatever state a fault has left behind, the threads and processes end."""
    made.producer.abandon()
    for writer in made.fleet.writers:
        writer.send(signal.SIGKILL)
        writer.process.wait()
