"""What Airflow makes of the tuning in `.env`, and where it looks for DAGs: prints both."""

import json

from airflow.configuration import conf
from airflow.dag_processing.bundles.manager import DagBundlesManager

manager = DagBundlesManager()  # type: ignore[no-untyped-call]
print(  # noqa: T201 - the answer
    json.dumps(
        {
            "parallelism": conf.getint("core", "parallelism"),
            "max_active_tasks_per_dag": conf.getint("core", "max_active_tasks_per_dag"),
            "dags_are_paused_at_creation": conf.getboolean("core", "dags_are_paused_at_creation"),
            "bundles": sorted(bundle.name for bundle in manager.get_all_dag_bundles()),
        }
    )
)
