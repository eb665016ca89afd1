"""The dashboards are valid by the types that Grafana publishes, made into a JSON schema. Grafana does not run here.

Grafana makes these types and its own JSON schema from one source. The package of npm has the types only.
"""

import json
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.support.monitoring import dashboards
from tests.support.npm import fetch
from tests.support.service import ROOT

PACKAGES = ("@grafana/grafana-foundation-sdk@0.0.21", "ts-json-schema-generator@2.10.0")
TYPES = ROOT / "tests" / "support" / "monitoring" / "grafana_dashboard.ts"
# Types of different panels have the same names: so none becomes a definition with its name.
GENERATE = "--tsconfig tsconfig.json --type DashboardFile --expose none"
OPTIONS = {"module": "nodenext", "moduleResolution": "nodenext", "strict": True}
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Draft7Validator:
    """Of the schema of a dashboard."""
    folder = tmp_path_factory.mktemp("npm")
    commands = fetch(folder, "Grafana's published types were not compared with the dashboards", *PACKAGES)
    types = Path(shutil.copy(TYPES, folder))
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": [types.name]}))
    generator = [str(commands / "ts-json-schema-generator"), *GENERATE.split(), "--path", types.name]
    schema = subprocess.run(generator, cwd=folder, capture_output=True, text=True, check=False)
    assert schema.returncode == 0, schema.stdout + schema.stderr
    return Draft7Validator(json.loads(schema.stdout))


@pytest.mark.parametrize("name", dashboards.load())
def test_a_dashboard_is_valid(name: str, validator: Draft7Validator) -> None:
    for error in validator.iter_errors(dashboards.load()[name]):
        pytest.fail(f"{error.json_path}: {error.message:.500}")


@pytest.mark.parametrize("change", ["panel", "query", "options", "unit", "variable"])
def test_what_grafana_does_not_know_is_noticed(change: str, validator: Draft7Validator) -> None:
    dashboard: dict[str, Any] = deepcopy(dashboards.load()["event-service"])
    panel = dashboard["panels"][0]
    match change:
        case "panel":
            panel["kind"] = "stat"
        case "query":
            panel["targets"][0]["expression"] = "up"
        case "options":
            panel["options"]["graphMode"] = "lines"
        case "unit":
            panel["fieldConfig"]["defaults"]["unit"] = 1
        case "variable":
            dashboard["templating"]["list"][0]["type"] = "prometheus"
    assert not validator.is_valid(dashboard)
