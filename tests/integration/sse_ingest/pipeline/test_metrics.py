"""What Prometheus reads of a run from the real service into the real warehouse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sse_ingest.pipeline.run import run
from sse_ingest.settings import Settings
from tests.support.events import published
from tests.support.service import EventService

pytestmark = pytest.mark.integration


def test_a_run_shows_its_metrics_to_prometheus(
    service: EventService, configured: Callable[..., Settings], tmp_path: Path
) -> None:
    service.publish(published(1))
    file = tmp_path / "writer.prom"
    result = run(configured(mode="poll", metrics_file=file))
    text = file.read_text()
    assert f'sse_ingest_events_total{{stream="restaurant"}} {result.events}.0' in text
    assert 'sse_ingest_committed_offset{stream="restaurant"} 7.0' in text
    assert 'sse_ingest_holds_lease{stream="restaurant"} 0.0' in text  # the run is over
