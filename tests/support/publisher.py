"""A producer that publishes whole orders at a steady rate, repeats requests without answer, and keeps the answers."""

import threading
import time
from itertools import count, islice

import httpx

from tests.support.events import published


class Publisher:
    """Runs in a thread inside the context. A request without answer is sent again, as a till does."""

    _orders = count(1_000)
    _client: httpx.Client

    def __init__(self, url: str, token: str, per_second: float = 10, orders_at_once: int = 1) -> None:
        self._url = f"{url}/events"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._pause = 1 / per_second
        self._orders_at_once = orders_at_once
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
        due = time.monotonic()
        with httpx.Client(headers=self._headers, timeout=10) as self._client:
            while not self._stop.is_set():
                orders = islice(self._orders, self._orders_at_once)
                events = [event for order in orders for event in published(order)]
                while not self._accepted(events):
                    time.sleep(0.2)
                self.orders += self._orders_at_once
                due = max(due + self._pause, time.monotonic() - 1)
                self._stop.wait(max(due - time.monotonic(), 0))

    def _accepted(self, events: list[dict[str, object]]) -> bool:
        try:
            return self._client.post(self._url, json=events).status_code == 202
        except httpx.TransportError:
            return False
