"""The warehouse with a small restaurant's data in it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.warehouse import restaurant


@pytest.fixture
def fill(warehouse: Any) -> Callable[[], None]:
    """Puts a hundred orders into the warehouse."""

    def put() -> None:
        with warehouse.connect("restaurant_user") as owner:
            restaurant.fill(owner)

    return put
