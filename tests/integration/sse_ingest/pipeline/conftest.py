"""The settings of a run from the real service into the real warehouse."""

from collections.abc import Callable
from typing import Any

import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.settings import Settings
from tests.support.service import EventService


@pytest.fixture
def configured(service: EventService, warehouse: Any) -> Callable[..., Settings]:
    def make(**changes: Any) -> Settings:
        defaults = {
            "contract": CONTRACT,
            "stream": "restaurant",
            "source_url": service.url,
            "database_url": warehouse.url("airflow_user"),
            "lease_seconds": 1,
        }
        return Settings(**{**defaults, **changes})

    return make
