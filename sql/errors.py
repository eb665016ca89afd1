"""What can go wrong while the warehouse is made. Each message says what to do."""


class WarehouseError(Exception):
    """The warehouse could not be made or changed."""


class MissingPasswordError(WarehouseError):
    """A login has no password: set the variables that `python -m sql bootstrap --help` names."""


class NotBootstrappedError(WarehouseError):
    """The roles or schemas are missing: run `python -m sql bootstrap` first."""


class ObjectsInUseError(WarehouseError):
    """Another session keeps a lock: find it in pg_stat_activity (idle in transaction?), end it, try again."""


class ForeignDependentsError(WarehouseError):
    """Something that is not ours is built on what must be rebuilt: drop it, migrate, make it again."""
