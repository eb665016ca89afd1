"""Errors of a run as a whole. A bad event is no error but a dead letter: see dead_letter_reasons.py.

IngestError
├── TransientError            wait and try again: nothing was lost, no person has to act
│   ├── SourceUnavailable         the event service is down, slow or cut off
│   └── DatabaseUnavailable       PostgreSQL is down, restarting, full or busy
└── TerminalError             another try fails again: a person has to change something
    ├── ConfigurationError        an address, a name or a setting is wrong
    ├── Unauthorized              the event service refuses the token
    ├── FenceLost                 another writer took over: this one stops, and nobody has to act
    ├── ProcessorError            a custom processor does what it must not
    ├── DeadLetterRefused         the command cannot be applied to this dead letter
    ├── RebuildRefused            the typed tables cannot be rebuilt now
    └── ArchiveRefused            a month of raw events cannot be archived now
"""


class IngestError(Exception):
    """Base of all errors that the core raises on purpose. The message says what to do."""


class TransientError(IngestError):
    """Try again after a pause. The checkpoint is unchanged, so nothing is lost and nothing is taken twice."""


class SourceUnavailable(TransientError):
    """The event service cannot be reached, or the connection broke. Start it, or wait: reading resumes by itself.

    `retry_after` is the pause in seconds that the service requested; None when it requested none.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailable(TransientError):
    """PostgreSQL cannot be reached, or cannot work at the moment. Start it, or wait: writing resumes by itself."""


class TerminalError(IngestError):
    """Another try would fail in the same way. Do what the message says, then start the run again."""


class ConfigurationError(TerminalError):
    """A setting is wrong. The message names the setting and what it should hold."""


class Unauthorized(TerminalError):
    """The event service refuses the token. Give the run the EVENT_STREAM_TOKEN that the service has."""


class FenceLost(TerminalError):
    """A newer writer holds the fence. Nothing has to be done: it continues from the same checkpoint."""


class ProcessorError(TerminalError):
    """A custom processor does what it must not. The message names it and what to write instead."""


class DeadLetterRefused(TerminalError):
    """The command cannot be applied to this dead letter. The message says why, and what can be done."""


class RebuildRefused(TerminalError):
    """The typed tables cannot be rebuilt now. The message says what prevents it."""


class ArchiveRefused(TerminalError):
    """A month cannot be archived now, and was not dropped. The message says what prevents it."""
