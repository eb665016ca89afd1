"""The peers: their pins, the protocol of their programs, and a peer that cannot be installed."""

import io
import os
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row
from tests.bench.peers import running, venvs
from tests.bench.peers.peer import PEERS, SCRIPTS, Peer
from tests.bench.peers.running import PeerFailed
from tests.bench.peers.venvs import PeerUnavailable
from tests.bench.processes.limit import Limit
from tests.bench.suites import peers

EXACT = re.compile(r"[a-z0-9][a-z0-9-]*(\[[a-z,]+\])?==\d+(\.\d+)+")


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_has_pins_and_a_guarantee(peer: Peer) -> None:
    assert peer.requirements
    assert [pin for pin in peer.requirements if not EXACT.fullmatch(pin)] == []
    assert peer.guarantee.startswith("At least once")
    assert peer.guarantee.endswith(".")


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_has_a_program_that_compiles(peer: Peer) -> None:
    script = SCRIPTS / peer.script

    compile(script.read_text(), script, "exec")


def test_peers_that_share_an_environment_have_the_same_pins() -> None:
    pins: dict[str, set[tuple[str, ...]]] = {}
    for peer in PEERS:
        pins.setdefault(peer.environment, set()).add(peer.requirements)

    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def rows(monkeypatch: pytest.MonkeyPatch, *, quick: bool) -> list[Row]:
    """The suite where nothing can be installed, so that no database is needed."""

    def refuse(name: str, requirements: tuple[str, ...]) -> Path:
        raise PeerUnavailable(f"{name} could not be installed: no index")

    monkeypatch.setattr(venvs, "python", refuse)
    with Bench(Console(file=io.StringIO()), quick=quick) as bench:
        return list(peers.run(bench, Limit(bench)))


def test_a_peer_that_cannot_be_installed_has_its_reason_for_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    peer_rows = rows(monkeypatch, quick=False)

    assert [row.case for row in peer_rows] == [peer.name for peer in PEERS]
    assert all(row.figures == {} for row in peer_rows)
    assert peer_rows[0].note == "row_by_row could not be installed: no index"


def test_a_short_run_has_time_for_the_row_by_row_writer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [row.case for row in rows(monkeypatch, quick=True)] == [PEERS[0].name]
    assert PEERS[0].script == "row_by_row.py"


def ran(folder: Path, program: str, longest_seconds: float = 20.0) -> running.Run:
    """Run a program with this text."""
    script = folder / "program.py"
    script.write_text(program)
    peer = Peer("somebody", (), str(script), "")
    events = folder / "events.ndjson"
    return running.run(peer, Path(sys.executable), events, "url", os.getpid(), longest_seconds)


def test_a_run_is_timed_by_the_program_and_its_cpu_by_us(tmp_path: Path) -> None:
    program = (
        "import sys\nprint('ready', flush=True)\nsys.stdin.readline()\nsum(range(5_000_000))\n"
        'print(\'{"events": 10, "seconds": 0.5}\', flush=True)\nsys.stdin.read()\n'
    )

    run = ran(tmp_path, program)

    assert (run.events, run.seconds) == (10, 0.5)
    assert run.cpu["peer"] > 1_000
    assert "PostgreSQL" in run.cpu


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit('no such column')",
        "import sys\nprint('ready', flush=True)\nsys.stdin.readline()\nraise SystemExit('no such column')",
        "import sys\nsys.stderr.write('no such column')\nsys.stderr.flush()\nprint('hello', flush=True)\n",
    ],
    ids=["before it is ready", "while it loads", "prints something else"],
)
def test_a_program_that_ends_early_is_reported_with_its_last_line(tmp_path: Path, program: str) -> None:
    with pytest.raises(PeerFailed, match=r"somebody ended early.*no such column"):
        ran(tmp_path, program)


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match=r"ended after 1 s: it printed nothing"):
        ran(tmp_path, "import sys\nprint('ready', flush=True)\nsys.stdin.read()", longest_seconds=1)


def test_a_program_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")

    with pytest.raises(PeerFailed, match="None false"):
        ran(
            tmp_path,
            "import os\nraise SystemExit(f\"{os.environ.get('PYTHONPATH')} "
            "{os.environ['RUNTIME__DLTHUB_TELEMETRY']}\")",
        )
