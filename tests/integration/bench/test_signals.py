"""A signal ends `./stack bench` and `./stack chaos` with everything that they started."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from local.settings import ROOT
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """For temporary files. Every process of the run has it as TMPDIR, by which it is found."""
    folder = Path(tempfile.mkdtemp(prefix="signals-"))
    folder.chmod(0o711)
    yield folder
    for process in started(folder):
        with suppress(psutil.Error):
            process.kill()
    shutil.rmtree(folder)


def started(folder: Path) -> list[psutil.Process]:
    """The processes of the run that are alive."""
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            ours = process.environ().get("TMPDIR") == str(folder)
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                processes.append(process)
    return processes


def programs(folder: Path) -> str:
    lines = []
    for process in started(folder):
        with suppress(psutil.Error):
            lines.append(" ".join(process.cmdline()))
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chaos", "--faults", "1000"], ["postgres", "service_process", "writer_process"]),
        (["bench", "memory"], ["postgres", "-m api", "-m sse_ingest"]),
    ],
    ids=["chaos", "bench"],
)
def test_nothing_goes_on_after_sigterm(folder: Path, arguments: list[str], expected: list[str]) -> None:
    command = [sys.executable, "-m", "local", *arguments]
    if arguments[0] == "bench":
        command += ["--folder", str(folder / "figures")]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that the signal reaches the command alone
    ) as process:
        assert process.stdout is not None

        def ended() -> None:
            assert process.poll() is None, process.stdout.read() if process.stdout else ""

        wait_until(
            lambda: all(name in programs(folder) for name in expected),
            f"{expected} run",
            120,
            check=ended,
        )
        process.send_signal(signal.SIGTERM)
        output = process.stdout.read()

    assert process.returncode, output
    assert "Traceback" not in output, output
    assert started(folder) == [], programs(folder)
    assert [path.name for path in folder.iterdir() if path.name != "figures"] == []
