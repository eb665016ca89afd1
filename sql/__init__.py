"""The schema: bootstrap (roles, databases), migrations, repeatables (views, functions, grants)."""

from sql import core_path as core_path
from sql.tool.cluster import bootstrap
from sql.tool.errors import WarehouseError
from sql.tool.migrate import Status, migrate, status

__all__ = ["Status", "WarehouseError", "bootstrap", "migrate", "status"]
