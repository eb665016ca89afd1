"""A producer that publishes without end, sends again when it does not know the outcome, and keeps every answer."""

import threading
import time
from random import Random

import httpx

from tests.chaos.environment.restaurant import Event, Restaurant, ndjson
from tests.chaos.expected_state.event_history import Accepted

_REQUEST_SECONDS = 3.0
_REPEATED = 0.1


class Producer:
    """A thread between `start` and `stop`. `accepted` only grows."""

    def __init__(self, url: str, token: str, seed: int, per_second: float) -> None:
        self._url = f"{url}/events"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        self._pause = 1 / per_second
        self._random = Random(seed)
        self._restaurant = Restaurant(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos-producer", daemon=True)
        self.accepted: list[Accepted] = []
        self.refused: list[str] = []
        self._given_up = False
        self.unknown = 0
        """How often no answer came, so that the same events were sent again."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when the last batch is accepted."""
        self._stop.set()
        self._thread.join()

    def abandon(self) -> None:
        """Stop, whether or not the last batch is accepted."""
        self._given_up = True
        if self._thread.is_alive():
            self.stop()

    def accepted_since(self, moment: float) -> Accepted | None:
        """The newest answer, if its request was sent after the moment."""
        newest = self.accepted[-1] if self.accepted else None
        return newest if newest and newest.sent > moment else None

    def _run(self) -> None:
        earlier: list[Event] = []
        with httpx.Client(headers=self._headers, timeout=_REQUEST_SECONDS) as client:
            while not self._stop.is_set():
                events = self._restaurant.batch()
                if earlier and self._random.random() < _REPEATED:
                    events += earlier
                earlier = events[:3]
                self._publish(client, events)
                self._stop.wait(self._random.uniform(0, 2 * self._pause))

    def _publish(self, client: httpx.Client, events: list[Event]) -> None:
        body = ndjson(events)
        while not self._given_up:
            sent = time.monotonic()
            try:
                answer = client.post(self._url, content=body)
            except httpx.TransportError:
                self.unknown += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 202:
                stored = answer.json()
                ids = [event["event_id"] for event in events]
                self.accepted.append(Accepted(stored["stream_id"], stored["offsets"], ids, sent))
                return
            if answer.status_code < 500:
                self.refused.append(answer.text)
                return
            time.sleep(0.05)
