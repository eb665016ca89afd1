"""What Airflow makes of our folders: prints the DAGs, the import errors, and what the plugin loader touched."""

import json
import sys
import types
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import conf
from airflow.serialization.serialized_objects import DagSerialization

from airflow import plugins_manager


def described(dag: Any) -> dict[str, Any]:
    DagSerialization.serialize_dag(dag)
    return {
        "schedule_seconds": dag.schedule.total_seconds(),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "paused": dag.is_paused_upon_creation,
        "timeout": dag.dagrun_timeout,
        "tags": sorted(dag.tags),
        "documented": bool(dag.doc_md and dag.description),
        "tasks": {
            task.task_id: {
                "type": task.task_type,
                "owner": task.owner,
                "retries": task.retries,
                "retry_seconds": task.retry_delay.total_seconds(),
                "priority": task.priority_weight,
            }
            for task in dag.tasks
        },
    }


folder = Path(conf.get("core", "plugins_folder"))
before = set(sys.modules)
plugins, plugin_errors = plugins_manager._get_plugins()
loaded = sorted(set(sys.modules) - before)
bag = DagBag(dag_folder=conf.get("core", "dags_folder"))
stream: Any = bag.dags.get("restaurant_realtime_stream")
sys.stdout.write(
    json.dumps(
        {
            "dags": {dag_id: described(dag) for dag_id, dag in sorted(bag.dags.items())},
            "titles": sorted((dag.dag_display_name, dag_id) for dag_id, dag in bag.dags.items()),
            "assets": {
                task.task_id: [
                    sorted(asset.name for asset in assets) for assets in (task.inlets, task.outlets)
                ]
                for dag in bag.dags.values()
                for task in dag.tasks
                if task.inlets or task.outlets
            },
            "import_errors": {Path(file).name: error for file, error in bag.import_errors.items()},
            "standby_seconds": stream.get_task("stream").standby.total_seconds() if stream else None,
            "plugins_of_ours": [str(p.source) for p in plugins if "PLUGINS_FOLDER" in str(p.source)],
            "plugin_errors": sorted(plugin_errors),
            "executed_by_the_loader": [name for name in loaded if (folder / f"{name}.py").exists()],
            "types_is": types.__file__,
            "in_the_way": sorted(
                path.stem
                for path in folder.rglob("*.py")
                if path.stem in sys.stdlib_module_names and path.parent == folder
            ),
        }
    )
    + "\n"
)
