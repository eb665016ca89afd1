"""Errors of bootstrap, migrations and restaurants. Each message says what to do."""

from collections.abc import Sequence
from typing import Self

MOST_PROBLEMS = 20


class WarehouseError(Exception):
    """The warehouse could not be created or changed."""


class MissingPasswordError(WarehouseError):
    """A login has no password: set the variables that `python -m sql bootstrap --help` names."""


class NotBootstrappedError(WarehouseError):
    """The roles or schemas are missing: run `python -m sql bootstrap` first."""


class ObjectsInUseError(WarehouseError):
    """Another session holds a lock: find it in pg_stat_activity (idle in transaction?), end it, try again."""


class ForeignDependentsError(WarehouseError):
    """An object of a user depends on one that must be dropped: drop that object, migrate, create it again."""


class NotMigratedError(WarehouseError):
    """The tables are missing: run `python -m sql migrate` first."""


class UnknownCurrencyError(WarehouseError):
    """It must be a currency of ISO 4217, such as CAD: see analytics.currencies. Set it in .env, and migrate again."""


class NotTheOwnerError(WarehouseError):
    """Only the owner of the warehouse may do this: log in as restaurant_user."""


class BadLocationsError(WarehouseError):
    """A file of restaurants is invalid; nothing of it was written."""

    @classmethod
    def of(cls, name: str, problems: Sequence[str]) -> Self:
        """One line per problem, at most MOST_PROBLEMS."""
        shown = [f"{name}, {problem}." for problem in problems[:MOST_PROBLEMS]]
        more = len(problems) - len(shown)
        return cls("\n".join([*shown, *([f"And {more} more."] if more else []), "Nothing was written."]))
