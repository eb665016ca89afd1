"""Every kind of fault by its name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer
from tests.chaos.faults import database, event_log, service, source, writer

Kind: TypeAlias = Callable[[Environment, Writer], Iterator[None]]

KINDS: Mapping[str, Kind] = {
    "writer.kill": writer.kill,
    "writer.error": writer.error,
    "writer.stop": writer.stop,
    "writer.freeze": writer.freeze,
    "writer.lease_lost": writer.lease_lost,
    "writer.restart": writer.restart,
    "rivals.stream": writer.streaming_rivals,
    "rivals.poll": writer.polling_rival,
    "database.cut": database.cut,
    "database.reset": database.reset,
    "database.half_close": database.half_close,
    "database.stall": database.stall,
    "database.swallow": database.swallow,
    "database.terminate_backend": database.terminate_backend,
    "database.kill_backend": database.kill_backend,
    "database.crash": database.crash,
    "database.restart": database.restart,
    "source.cut": source.cut,
    "source.reset": source.reset,
    "source.half_close": source.half_close,
    "source.stall": source.stall,
    "service.kill": service.kill,
    "service.restart": service.restart,
    "service.stop": service.stop,
    "service.clock": service.clock,
    "log.disk_full": event_log.disk_full,
    "log.deleted": event_log.deleted,
    "log.truncated": event_log.truncated,
}

FAILPOINT_ACTIONS = {"writer.kill": "kill", "writer.error": "error"}
"""What the failpoint does itself for these kinds. For all others the target waits there."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault, and the failpoint at which it is injected; without one, at a random moment."""

    kind: str
    point: str | None

    def __str__(self) -> str:
        return f"{self.kind} at {self.point or 'a random moment'}"
