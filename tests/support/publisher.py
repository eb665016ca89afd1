"""A producer that never gives up: publishes whole orders at a steady pace and remembers what was accepted."""

import threading
import time
from itertools import count

import httpx

from tests.support.events import published


class Publisher:
    """Runs in a thread between `start` and `stop`. An answer that was lost is asked for again, as a till would."""

    _orders = count(1_000)

    def __init__(self, url: str, token: str, per_second: float = 10) -> None:
        self._url = f"{url}/events"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._pause = 1 / per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher")
        self.orders = 0

    def __enter__(self) -> "Publisher":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            events = published(next(self._orders))
            while not self._accepted(events):
                time.sleep(0.2)
            self.orders += 1
            self._stop.wait(self._pause)

    def _accepted(self, events: list[dict[str, object]]) -> bool:
        try:
            return httpx.post(self._url, json=events, headers=self._headers, timeout=10).status_code == 202
        except httpx.TransportError:
            return False
