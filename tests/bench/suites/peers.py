"""The same events into the same PostgreSQL by other tools, each with its guarantee."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg

from api.log import sse_frames
from local.settings import OWNER
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row, Samples
from tests.bench.peers import running, venvs
from tests.bench.peers.peer import PEERS, Peer
from tests.bench.peers.running import PeerFailed
from tests.bench.peers.venvs import PeerUnavailable
from tests.bench.processes.limit import Limit
from tests.bench.workload import order_events

_DATABASE = "bench_peer"


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """One row per peer. A peer that cannot be installed has the reason instead of figures. Raises PeerFailed."""
    for peer in PEERS:
        if bench.quick and not peer.quick:
            continue
        try:
            with bench.step(f"{peer.name}: its virtual environment"):
                python = venvs.python(peer.environment, peer.requirements)
        except PeerUnavailable as reason:
            yield Row("peers", peer.name, {}, str(reason))
            continue
        events = bench.size(peer.events, 2_000)
        measure = partial(_measure, bench, peer, python, _file(bench, events), limit.rate(10_000))
        yield Row("peers", peer.name, bench.times(peer.name, measure), peer.guarantee)


def _file(bench: Bench, events: int) -> Path:
    """The workload as objects of the wire contract, one per line."""
    path = bench.folder / f"events-{events}.ndjson"
    if not path.exists():
        encoded = order_events.encode(order_events.drafts(events))
        path.write_bytes(b"".join(sse_frames.element(frame) + b"\n" for frame in encoded))
    return path


def _measure(bench: Bench, peer: Peer, python: Path, events: Path, ceiling: float, samples: Samples) -> None:
    cluster = bench.cluster
    url = cluster.url(OWNER, cluster.create(_DATABASE))
    result = running.run(peer, python, events, url, bench.postmaster)
    _check(peer, url, events)
    cluster.drop(_DATABASE)
    rate = result.events / result.seconds
    samples.add("of the limit", "×", rate / ceiling)
    samples.add("events/s", "events/s", rate)
    for family, microseconds in result.cpu.items():
        samples.add(family, "µs", microseconds)


def _check(peer: Peer, url: str, events: Path) -> None:
    """Raise PeerFailed when the peer lost events, or stored some twice: then its figure means nothing."""
    with events.open("rb") as lines:
        expected = sum(1 for _ in lines)
    with psycopg.connect(url) as connection:
        stored = connection.execute("SELECT count(*), count(DISTINCT event_id) FROM peers.events").fetchone()
    if stored != (expected, expected):
        raise PeerFailed(f"{peer.name} got {expected:,} events and stored {stored} (rows, distinct rows).")
