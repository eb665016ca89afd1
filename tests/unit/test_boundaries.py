"""Boundaries that import-linter cannot see: the single files that Airflow loads, and the words of the core."""

import ast
import re
from pathlib import Path

import pytest

AIRFLOW = Path(__file__).parents[2] / "airflow"
CORE = AIRFLOW / "packages" / "sse-ingest" / "sse_ingest"
EVENT_TYPES = AIRFLOW / "packages" / "restaurant-warehouse" / "restaurant_warehouse" / "event_types"
FILES = [*sorted((AIRFLOW / "plugins").glob("*.py")), *sorted((AIRFLOW / "dags").glob("*.py"))]


def imported(file: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").partition(".")[0])
    return modules


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_operators_and_dags_see_the_core_only(file: Path) -> None:
    assert not imported(file) & {"api", "local", "sql", "tests"}


def test_dags_hold_parameters_only() -> None:
    for file in (AIRFLOW / "dags").glob("*.py"):
        defined = [
            node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)
        ]
        assert not defined, f"{file.name} defines functions: they belong into a plugin"


def test_nothing_shadows_the_installed_airflow() -> None:
    assert not (AIRFLOW / "__init__.py").exists()
    assert not (AIRFLOW.parent / "tests" / "airflow").exists()


def test_the_core_names_nothing_of_a_restaurant() -> None:
    types = sorted(path.stem for path in EVENT_TYPES.glob("[a-z]*.py"))
    assert "order_created" in types
    restaurants = re.compile(rf"\b(?:analytics|restaurants?|{'|'.join(types)})\b", re.IGNORECASE)

    texts = [path for path in CORE.rglob("*") if path.suffix in (".py", ".sql")]
    assert {
        f"{path.relative_to(CORE)}:{number}: {line.strip()}"
        for path in texts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if restaurants.search(line)
    } == set()
    assert len(texts) > 80
