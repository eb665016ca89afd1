"""The schema: bootstrap (roles, databases), migrations, repeatables (views, functions, grants)."""

from sql.cluster import bootstrap
from sql.errors import WarehouseError
from sql.warehouse import Status, migrate, status

__all__ = ["Status", "WarehouseError", "bootstrap", "migrate", "status"]
