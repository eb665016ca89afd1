"""The core with the contract of a restaurant, as the stack runs it."""

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.settings import Warehouse

CONTRACT_NAME = "restaurant_warehouse.contract:CONTRACT"
"""For INGEST_CONTRACT."""
SCHEMAS = (*CONTRACT.schemas, "raw_data")
"""Where the statements of the core look for tables."""


def owned(url: str) -> Warehouse:
    """A warehouse, for a login of its owner."""
    return Warehouse(url=url, contract=CONTRACT)
