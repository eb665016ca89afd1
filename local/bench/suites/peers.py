"""The same events into the same PostgreSQL by other tools, each with the guarantee that it gives."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg

from api.log import sse_frames
from local.bench import workload
from local.bench.bench import Bench
from local.bench.figures import Row, Samples
from local.bench.limit import Limit
from local.bench.peers import running, venvs
from local.bench.peers.peer import PEERS, Peer
from local.bench.peers.running import PeerFailed
from local.bench.peers.venvs import PeerUnavailable
from local.scratch import OWNER

_DATABASE = "bench_peer"


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """One row a peer; one that cannot be installed has the reason instead of figures. Raises PeerFailed."""
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
    """The workload as objects of the wire contract, one a line."""
    path = bench.folder / f"events-{events}.ndjson"
    if not path.exists():
        encoded = workload.encode(workload.drafts(events))
        path.write_bytes(b"".join(sse_frames.element(frame) + b"\n" for frame in encoded))
    return path


def _measure(bench: Bench, peer: Peer, python: Path, events: Path, ceiling: float, samples: Samples) -> None:
    cluster = bench.cluster
    url = cluster.url(OWNER, cluster.create(_DATABASE))
    ran = running.run(peer, python, events, url, bench.postmaster)
    _check(peer, url, events)
    cluster.drop(_DATABASE)
    rate = ran.events / ran.seconds
    samples.add("of the limit", "×", rate / ceiling)
    samples.add("events/s", "events/s", rate)
    for family, microseconds in ran.cpu.items():
        samples.add(family, "µs", microseconds)


def _check(peer: Peer, url: str, events: Path) -> None:
    """A peer that lost events, or stored some twice, has not done what its figure says."""
    with events.open("rb") as lines:
        given = sum(1 for _ in lines)
    with psycopg.connect(url) as connection:
        stored = connection.execute("SELECT count(*), count(DISTINCT event_id) FROM peers.events").fetchone()
    if stored != (given, given):
        raise PeerFailed(
            f"{peer.name} was given {given:,} events and stored {stored} (rows, of them distinct)."
        )
