"""Events → `POST /events`: batches, retries, and a refused batch narrowed down to the line that spoils it."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from local.replay.errors import PublishingStopped
from local.replay.history import Line, encode
from local.replay.reading import BadRow

BATCH_EVENTS = 1000
BATCH_BYTES = 1 << 20
AGAIN = "Nothing is lost: run the same command again, it goes on and adds nothing twice."
_COME_BACK_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_SPOILT = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Message:
    """One encoded event and the line that it comes from."""

    line: int
    body: bytes


@dataclass
class Outcome:
    """What became of the events."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[BadRow] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.refused += other.refused


def batches(
    lines: Iterable[Line | BadRow], max_bytes: int = BATCH_BYTES
) -> Iterator[tuple[list[Message], int, list[BadRow]]]:
    """(messages, bytes of the file read, bad rows met on the way)."""
    messages: list[Message] = []
    bad: list[BadRow] = []
    size = position = 0
    for line in lines:
        if isinstance(line, BadRow):
            bad.append(line)
        else:
            fresh = [Message(line.line, encode(event)) for event in line.events]
            added = sum(len(message.body) + 1 for message in fresh)
            if messages and (len(messages) + len(fresh) > BATCH_EVENTS or size + added > max_bytes):
                yield messages, position, bad
                messages, bad, size = [], [], 0
            messages += fresh
            size += added
        position = max(position, line.position)
    yield messages, position, bad


class Publisher:
    """Publishes through one client; waits up to `wait_seconds` for a service that is away."""

    def __init__(
        self, client: httpx.Client, wait_seconds: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._wait_seconds = wait_seconds
        self._sleep = sleep

    def publish(self, messages: Sequence[Message]) -> Outcome:
        """Publish them all; what the service refuses comes back with its reason. Raises PublishingStopped."""
        if not messages:
            return Outcome()
        answer = self._post(b"\n".join(message.body for message in messages))
        if answer.status_code == HTTPStatus.ACCEPTED:
            body = answer.json()
            return Outcome(body["accepted"], body["duplicates"])
        if answer.status_code not in _SPOILT:
            raise _stopped(answer, messages)
        if len(messages) == 1:
            return Outcome(refused=[BadRow(messages[0].line, f"refused by the service: {_reason(answer)}")])
        middle = len(messages) // 2
        outcome = self.publish(messages[:middle])
        outcome.add(self.publish(messages[middle:]))
        return outcome

    def _post(self, body: bytes) -> httpx.Response:
        """One answer that is not 'later', however many attempts it takes in that time."""
        give_up = time.monotonic() + self._wait_seconds
        pause = 0.25
        while True:
            try:
                answer = self._client.post(
                    "/events", content=body, headers={"Content-Type": "application/x-ndjson"}
                )
                if answer.status_code not in _COME_BACK_LATER:
                    return answer
                trouble = f"answers {answer.status_code} ({_reason(answer)})"
            except httpx.TransportError as error:
                trouble = f"cannot be reached ({error or type(error).__name__})"
            if time.monotonic() + pause > give_up:
                raise PublishingStopped(
                    f"The event service at {self._client.base_url} {trouble} for {self._wait_seconds:g} s: "
                    f"is it running (./stack status)? {AGAIN}"
                )
            self._sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, 5)


def _stopped(answer: httpx.Response, messages: Sequence[Message]) -> PublishingStopped:
    status, reason = answer.status_code, _reason(answer)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PublishingStopped(
            f"The event service refuses our token ({status}: {reason}): "
            "EVENT_PUBLISH_TOKEN in .env must be the one that it was started with."
        )
    if status == HTTPStatus.CONFLICT:
        return PublishingStopped(
            f"Between lines {messages[0].line} and {messages[-1].line}: {reason}. "
            "This file was replayed before with other options, and an event does not change once published: "
            "use the same options."
        )
    return PublishingStopped(
        f"{answer.request.url} answers {status} ({reason}), as the event service never does: check --url."
    )


def _reason(answer: httpx.Response) -> str:
    """The detail of a problem document and its first errors, or else the text of the answer, or its reason phrase."""
    try:
        body = answer.json()
    except ValueError:
        return answer.text.strip()[:200] or answer.reason_phrase
    if not isinstance(body, dict):
        return answer.reason_phrase
    messages = [str(body.get("detail") or body.get("title") or answer.reason_phrase)]
    errors = body.get("errors")
    messages += [str(error) for error in errors[:3]] if isinstance(errors, list) else []
    return "; ".join(messages)
