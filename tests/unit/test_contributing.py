"""What contributors find: hooks with the checks of ./stack test, a workflow that GitHub understands, one licence."""

import shlex
import subprocess
import sys
from pathlib import Path

import yaml

from local.checks.run import beside

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"


def run(*command: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_hooks_are_the_checks_beside_the_tests_from_the_same_environment() -> None:
    run("pre_commit", "validate-config")
    assert {hook["name"] for hook in HOOKS} == beside().keys()
    files = [word for word in beside()["house rules"] if word.startswith("tests/")]
    [rules] = [hook["entry"] for hook in HOOKS if hook["name"] == "house rules"]
    assert [word for word in shlex.split(rules) if word.startswith("tests/")] == files
    for hook in HOOKS:
        program = next(word for word in shlex.split(hook["entry"]) if word.startswith(".venv/"))
        assert (Path(sys.executable).parent / Path(program).name).exists(), hook["id"]


def test_github_understands_the_workflow() -> None:
    run("check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(WORKFLOW))


def test_the_workflow_runs_both_commands_on_the_oldest_and_the_newest_python() -> None:
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["test"]
    commands = "\n".join(step.get("run", "") for step in job["steps"]).split("\n")
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert any(command.startswith("./stack up") for command in commands)
    assert any(command.startswith("./stack test") for command in commands)


def test_every_package_has_the_licence_of_the_project() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert licence.startswith("MIT License\n")
    for package in ROOT.glob("airflow/packages/*/pyproject.toml"):
        assert package.with_name("LICENSE").read_text() == licence, package
