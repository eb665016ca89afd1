"""One command of the installation: its elapsed time is shown, its output is kept for the case that it fails."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PLAIN_INTERVAL = 10.0  # seconds between two lines where no terminal shows a running clock


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    succeeded: bool
    output: str

    def last_lines(self, count: int = 12) -> str:
        return "\n".join(f"    {line}" for line in self.output.strip().splitlines()[-count:])


def run(title: str, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> Result:
    """Run the command and show `title` with the elapsed time on standard error."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            process = subprocess.Popen(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        except OSError as error:
            return Result(succeeded=False, output=str(error))
        with process:
            _show_time_until_end(title, process, begun)
        output.seek(0)
        result = Result(process.returncode == 0, output.read())
    _end_line(title, result, time.monotonic() - begun)
    return result


def succeeds(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> bool:
    """Whether a short command succeeds; nothing of it is shown."""
    try:
        return subprocess.run(command, env=env, cwd=cwd, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _show_time_until_end(title: str, process: subprocess.Popen[bytes], begun: float) -> None:
    while True:
        try:
            process.wait(0.2 if sys.stderr.isatty() else PLAIN_INTERVAL)
        except subprocess.TimeoutExpired:
            _show(f"{title} … {time.monotonic() - begun:.0f} s", last=False)
        else:
            return


def _end_line(title: str, result: Result, seconds: float) -> None:
    _show(
        f"{title} ({seconds:.1f} s)" if result.succeeded else f"{title}: failed after {seconds:.1f} s",
        last=True,
    )


def _show(text: str, *, last: bool) -> None:
    """On a terminal each line replaces the one before it."""
    before, after = ("\r\033[K", "\n" if last else "") if sys.stderr.isatty() else ("", "\n")
    sys.stderr.write(f"{before}stack: {text}{after}")
    sys.stderr.flush()
