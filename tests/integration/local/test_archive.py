"""`./stack archive` and `./stack rebuild`, on a stack that simulates the present and was given a past."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration
Place = Any  # the fixture's class; conftest files cannot be imported from
COUNT = "COPY (SELECT count(*) FROM raw_data.events_raw WHERE ts < '2021-01-01') TO STDOUT"


@pytest.mark.long
def test_an_old_month_is_archived_and_read_back(place: Place, tmp_path: Path) -> None:
    assert place.stack("up", "--without-airflow", "--detach").returncode == 0
    history = tmp_path / "orders.csv"
    history.write_text("order_id,item,quantity,item_price\n1,Soup,2,9.00\n1,Bread,1,2.50\n")
    assert place.stack("replay", str(history)).returncode == 0

    def held() -> int:
        return int(place.stack("psql", "--role", "restaurant_user", "-c", COUNT).stdout)

    place.wait(lambda: held() > 2)
    count = held()

    archived = place.stack("archive", "--before", "2021-01")

    assert (archived.returncode, archived.stderr) == (0, "")
    assert archived.stdout.startswith(f"2020-01: {count} events in events_raw_2020_01.parquet")
    assert held() == 0
    folder = place.settings.data_dir / "archive"
    assert {path.name for path in folder.iterdir()} == {
        "events_raw_2020_01.parquet",
        "events_raw_2020_01.json",
    }
    rebuilt = place.stack("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr

    (folder / "events_raw_2020_01.parquet").unlink()
    refused = place.stack("rebuild")
    assert refused.returncode == 2
    assert "put it back" in refused.stderr
