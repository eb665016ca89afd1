"""What can go wrong with Metabase. Each message says what is wrong and what to do."""

from local.errors import StackError


class MetabaseError(StackError):
    """Metabase could not be brought to what is defined."""


class Unreachable(MetabaseError):
    """Nobody answers, or Metabase did not get ready in time."""


class UnsupportedVersion(MetabaseError):
    """Metabase is of a version whose API these requests are not written for."""


class MissingSetting(MetabaseError):
    """A setting has no value, or a wrong one."""


class WrongPassword(MetabaseError):
    """The administrator's login or the API key is refused."""


class MissingRights(MetabaseError):
    """The login is not an administrator's."""


class Refused(MetabaseError):
    """Metabase does not take a request."""


class NotFound(Refused):
    """There is nothing at this address of the API."""


class Conflict(Refused):
    """Somebody else changed the same thing in between."""


class WarehouseUnreachable(MetabaseError):
    """Metabase cannot connect to the warehouse."""


class SyncTimeout(MetabaseError):
    """Metabase did not list the columns of the warehouse in time."""
