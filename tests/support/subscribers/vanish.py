"""Peers that disappear without FIN or RST. Runs inside `unshare --user --map-root-user --net`; see test_crowd.py."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.subscribers.company import crowd, serving
from tests.support.waiting import eventually

_ELSEWHERE = "10.9.8.7"
_HEARTBEAT, _SEND_TIMEOUT = 1.0, 2.0


def ip(*words: str) -> None:
    """Run `ip`; an error of it is an exception."""
    subprocess.run(["ip", *words], check=True)


def main() -> None:
    """Remove the address of twenty readers; print the seconds until the service has noticed all of them."""
    ip("link", "set", "lo", "up")
    ip("address", "add", f"{_ELSEWHERE}/32", "dev", "lo")
    environment = {
        "EVENT_HEARTBEAT_SECONDS": str(_HEARTBEAT),
        "EVENT_SEND_TIMEOUT_SECONDS": str(_SEND_TIMEOUT),
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), environment) as (service, _),
        crowd(service, "good", 20, _ELSEWHERE),
    ):
        eventually(lambda: bool(service.health()["subscribers"] == 20), "twenty read")
        ip("address", "delete", f"{_ELSEWHERE}/32", "dev", "lo")
        ip("route", "add", "blackhole", f"{_ELSEWHERE}/32")
        seconds = eventually(lambda: bool(service.health()["subscribers"] == 0), "they are found to be gone")
    sys.stdout.write(f"20 vanished peers were gone after {seconds:.1f} s\n")


if __name__ == "__main__":
    main()
