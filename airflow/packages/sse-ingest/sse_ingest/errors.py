"""What can go wrong with a run as a whole. A bad event is no error: see contract.py.

IngestError
├── TransientError            wait and try again: nothing was lost, nothing needs a person
│   ├── SourceUnavailable         the event service is down, slow or cut off
│   └── DatabaseUnavailable       PostgreSQL is down, restarting, full or busy
└── TerminalError             trying again cannot help: a person has to change something
    ├── ConfigurationError        an address, a name or a setting is wrong
    ├── Unauthorized              the event service refuses the token
    ├── FenceLost                 another writer took over: this one must stop, and needs no help
    ├── ProcessorError            a custom processor is misused
    ├── DeadLetterRefused             this cannot be done to that dead letter
    ├── RebuildRefused            the analytics tables cannot be rebuilt as things stand
    └── ArchiveRefused            a month of raw events cannot be archived as things stand
"""


class IngestError(Exception):
    """Base of all errors that the core raises on purpose. The message says what to do."""


class TransientError(IngestError):
    """Worth another try after a pause: the checkpoint stands, so that nothing is lost or taken twice."""


class SourceUnavailable(TransientError):
    """The event service cannot be reached or broke off. Start it, or wait: reading resumes by itself.

    `retry_after` is the pause in seconds that the service asked for, if it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailable(TransientError):
    """PostgreSQL cannot be reached or refuses work for now. Start it, or wait: writing resumes by itself."""


class TerminalError(IngestError):
    """Another try would end the same way. Do what the message says, then start the run again."""


class ConfigurationError(TerminalError):
    """A setting is wrong. The message names the setting and what it should hold."""


class Unauthorized(TerminalError):
    """The event service refuses the token. Give the run the EVENT_STREAM_TOKEN that the service has."""


class FenceLost(TerminalError):
    """A newer writer holds the fence. Nothing to do: it goes on from the same checkpoint."""


class ProcessorError(TerminalError):
    """A custom processor does what it must not. The message names it and what to write instead."""


class DeadLetterRefused(TerminalError):
    """What was asked cannot be done to this dead letter. The message says why, and what can be done."""


class RebuildRefused(TerminalError):
    """The analytics tables cannot be rebuilt as things stand. The message says what is in the way."""


class ArchiveRefused(TerminalError):
    """A month cannot be archived as things stand, and was not dropped. The message says what is in the way."""
