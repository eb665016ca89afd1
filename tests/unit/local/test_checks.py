"""What a green test run must have contained."""

from pathlib import Path

import pytest

from local import checks

CASE = '<testcase classname="{}" name="{}">{}</testcase>'
SKIP = '<skipped type="pytest.skip" message="needs a Mac"/>'


def report(folder: Path, *cases: str) -> Path:
    path = folder / "pytest.xml"
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    return path


def test_a_whole_run(tmp_path: Path) -> None:
    ran = report(tmp_path, CASE.format("tests.integration.sql.test_roles", "test_it", ""))
    assert checks.objections([ran], []) == []


def test_no_integration_test_ran(tmp_path: Path) -> None:
    skipped = CASE.format("tests.integration.sql.test_roles", "test_it", SKIP)
    unit = CASE.format("tests.unit.test_it", "test_it", "")
    assert checks.objections([report(tmp_path, skipped, unit)], ["*"]) == ["no integration test ran."]


def test_only_listed_skips(tmp_path: Path) -> None:
    ran = CASE.format("tests.integration.x", "test_it", "")
    skipped = CASE.format("tests.unit.test_mac", "test_it", SKIP)
    path = report(tmp_path, ran, skipped)
    assert checks.objections([path], ["tests.unit.test_mac.*: needs a Mac"]) == []
    assert checks.objections([path], ["tests.unit.test_mac.*: needs a PC"]) == [
        "skipped, and not in tests/allowed_skips.txt: tests.unit.test_mac.test_it: needs a Mac"
    ]


def test_a_run_that_broke_off(tmp_path: Path) -> None:
    assert "no report" in checks.objections([tmp_path / "none"], [])[0]


def test_the_list_can_be_read() -> None:
    assert all(": " in pattern for pattern in checks.read_allowed(checks.ALLOWED_SKIPS))


@pytest.mark.parametrize(("name", "command"), checks.steps())
def test_every_tool_is_installed(name: str, command: list[str]) -> None:
    assert Path(command[0]).exists(), name
