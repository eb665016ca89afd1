"""The DAGs as Airflow sees them, and the plugins folder as its loader sees it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).parents[2]

DAGS = {
    "restaurant_anomalies": {
        "schedule_seconds": 3600,
        "max_active_runs": 1,
        "catchup": False,
        "paused": False,
        "timeout": None,
        "tags": ["restaurant", "warehouse"],
        "documented": True,
        "tasks": {
            "score_payments": {
                "type": "PaymentScoringOperator",
                "owner": "data-engineering",
                "retries": 2,
                "retry_seconds": 30,
                "priority": 1,
            }
        },
    },
    "restaurant_data_quality": {
        "schedule_seconds": 600,
        "max_active_runs": 1,
        "catchup": False,
        "paused": False,
        "timeout": None,
        "tags": ["quality", "restaurant"],
        "documented": True,
        "tasks": {
            "critical_rules": {
                "type": "DataQualityOperator",
                "owner": "data-engineering",
                "retries": 2,
                "retry_seconds": 30,
                "priority": 1,
            },
            "warning_rules": {
                "type": "DataQualityOperator",
                "owner": "data-engineering",
                "retries": 2,
                "retry_seconds": 30,
                "priority": 1,
            },
            "health_check": {
                "type": "WarehouseCheckOperator",
                "owner": "data-engineering",
                "retries": 2,
                "retry_seconds": 30,
                "priority": 1,
            },
        },
    },
    "restaurant_maintenance": {
        "schedule_seconds": 86_400,
        "max_active_runs": 1,
        "catchup": False,
        "paused": False,
        "timeout": None,
        "tags": ["restaurant", "warehouse"],
        "documented": True,
        "tasks": {
            task_id: {
                "type": operator,
                "owner": "data-engineering",
                "retries": 3,
                "retry_seconds": 300,
                "priority": priority,
            }
            for task_id, operator, priority in (
                ("partitions_ahead", "PartitionsAheadOperator", 6),
                ("default_partition", "DefaultPartitionOperator", 5),
                ("retention", "RetentionOperator", 4),
                ("old_results", "OldResultsOperator", 3),
                ("analyze", "AnalyzeOperator", 2),
                ("validate_data_consistency", "WarehouseCheckOperator", 1),
            )
        },
    },
    "restaurant_realtime_stream": {
        "schedule_seconds": 60,
        "max_active_runs": 3,
        "catchup": False,
        "paused": False,
        "timeout": None,
        "tags": ["ingestion", "restaurant"],
        "documented": True,
        "tasks": {
            "stream": {
                "type": "SSEToPostgresOperator",
                "owner": "data-engineering",
                "retries": 3,
                "retry_seconds": 5,
                "priority": 100,
            }
        },
    },
    "restaurant_rollups": {
        "schedule_seconds": 600,
        "max_active_runs": 1,
        "catchup": False,
        "paused": False,
        "timeout": None,
        "tags": ["restaurant", "warehouse"],
        "documented": True,
        "tasks": {
            "refresh": {
                "type": "RollupRefreshOperator",
                "owner": "data-engineering",
                "retries": 2,
                "retry_seconds": 30,
                "priority": 1,
            }
        },
    },
    "restaurant_stream_ingest_polling": {
        "schedule_seconds": 120,
        "max_active_runs": 1,
        "catchup": False,
        "paused": False,
        "timeout": None,
        "tags": ["ingestion", "restaurant"],
        "documented": True,
        "tasks": {
            "poll": {
                "type": "SSEToPostgresOperator",
                "owner": "data-engineering",
                "retries": 2,
                "retry_seconds": 10,
                "priority": 1,
            }
        },
    },
}


@pytest.fixture(scope="module")
def report(probe: Any) -> Any:
    return probe("structure")


def test_the_dags_are_these(report: Any) -> None:
    assert report["import_errors"] == {}
    assert report["dags"] == DAGS


def test_the_list_of_the_dags_follows_the_path_of_an_event(report: Any) -> None:
    assert [dag_id for _, dag_id in report["titles"]] == [
        "restaurant_realtime_stream",
        "restaurant_stream_ingest_polling",
        "restaurant_rollups",
        "restaurant_data_quality",
        "restaurant_anomalies",
        "restaurant_maintenance",
    ]


def test_the_sums_follow_from_the_stream_as_airflow_shows_it(report: Any) -> None:
    assert report["assets"] == {
        "stream": [[], ["sse:restaurant"]],
        "poll": [[], ["sse:restaurant"]],
        "refresh": [["sse:restaurant"], ["restaurant_rollups"]],
    }


def test_the_standby_waits_all_but_ten_seconds_of_the_interval(report: Any, probe: Any) -> None:
    assert report["standby_seconds"] == 50
    shorter = probe("structure", {"RESTAURANT_STREAM_INTERVAL_SECONDS": "30"})
    assert shorter["standby_seconds"] == 20
    assert shorter["dags"]["restaurant_realtime_stream"]["schedule_seconds"] == 30


def test_a_wrong_interval_is_an_import_error_that_names_it(probe: Any) -> None:
    report = probe("structure", {"RESTAURANT_STREAM_INTERVAL_SECONDS": "soon"})
    error = report["import_errors"]["restaurant_realtime_stream.py"]
    assert "RESTAURANT_STREAM_INTERVAL_SECONDS='soon' must be a whole number of seconds, 15 or more" in error


@pytest.mark.parametrize("months", ["0", "-1", "twelve"])
def test_a_wrong_number_of_months_is_an_import_error_that_names_it(probe: Any, months: str) -> None:
    report = probe("structure", {"RESTAURANT_KEEP_MONTHS": months})
    error = report["import_errors"]["restaurant_maintenance.py"]
    assert f"RESTAURANT_KEEP_MONTHS='{months}' must be a whole number of months, 1 or more, or empty" in error


def test_the_plugin_loader_executes_none_of_our_files(report: Any) -> None:
    assert report["executed_by_the_loader"] == []
    assert report["plugins_of_ours"] == []
    assert report["plugin_errors"] == []


def test_nothing_shadows_the_standard_library(report: Any) -> None:
    assert "plugins" not in report["types_is"]
    assert report["in_the_way"] == []


@pytest.mark.parametrize(("ignored", "executed"), [(True, []), (False, ["witness"])])
def test_it_is_the_ignore_file_that_keeps_it_away(
    probe: Any, tmp_path: Path, ignored: bool, executed: list[str]
) -> None:
    (tmp_path / "witness.py").write_text("")
    if ignored:
        shutil.copy(ROOT / "airflow" / "plugins" / ".airflowignore", tmp_path)
    report = probe("structure", {"AIRFLOW__CORE__PLUGINS_FOLDER": str(tmp_path)})
    assert report["executed_by_the_loader"] == executed


def test_airflow_is_never_a_package_of_ours() -> None:
    assert list((ROOT / "airflow").glob("__init__.py")) == []
    assert [path.name for path in (ROOT / "airflow").rglob("operator.py")] == []
