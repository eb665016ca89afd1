"""What stops a replay. A bad line never does: it is a `BadRow` of the report.

ReplayError          the base: one sentence that says what to do
  BadInput           the file, its columns or an option cannot be used: nothing was published; exit code 2
  PublishingStopped  the service is away or refuses us: running again goes on from there; exit code 1
"""

from local.errors import StackError


class ReplayError(StackError):
    """One sentence that says what is wrong and what to do about it."""


class BadInput(ReplayError):
    """The file, its columns or an option cannot be used."""


class PublishingStopped(ReplayError):
    """The service is away or refuses us."""


class BadCell(ValueError):
    """A cell that cannot be used; the message says why. Becomes a `BadRow`."""
