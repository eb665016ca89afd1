"""The warehouse with a small restaurant's data in it."""

from collections.abc import Callable
from typing import Any, LiteralString

import pytest

from tests.support.warehouse import restaurant

FAILED: LiteralString = """
WITH result AS (
    INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until, checked,
        failed, status, sample, remedy)
    VALUES ('payments_add_up', 'integrity', 'critical', 'finance', now(), now(), 1, 1, 'failed', '[1]', 'Correct it.')
    RETURNING result_id
)
INSERT INTO analytics.data_quality_failures
SELECT result_id, 'LOC-ON-001', current_date, 1, '[1]', gen_random_uuid(), now(), now() FROM result
"""


@pytest.fixture
def fill(warehouse: Any) -> Callable[[], None]:
    """Puts a hundred orders into the warehouse, and a day that data quality blocks."""

    def put() -> None:
        with warehouse.connect("restaurant_user") as owner:
            restaurant.fill(owner)
            owner.execute(FAILED)

    return put
