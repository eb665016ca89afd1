"""Import contracts for what import-linter cannot see: the single files that Airflow loads."""

import ast
from pathlib import Path

import pytest

AIRFLOW = Path(__file__).parents[2] / "airflow"
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
