"""What can go wrong while the past is loaded."""

from sse_ingest.errors import TransientError


class PastError(Exception):
    """The simulator could not make its past; the message says why."""


class PartInterrupted(TransientError):
    """A part was not loaded to its end. Loading it again goes on where it was."""
