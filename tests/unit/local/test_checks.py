"""What a green test run must have contained, and what it says of itself."""

import json
import sys
from io import StringIO
from itertools import product
from pathlib import Path

import pytest
from rich.console import Console

from local.checks import reports, run
from local.checks.reports import Report
from local.errors import StackError

CASE = '<testcase classname="{}" name="{}">{}</testcase>'
SKIP = '<skipped type="pytest.skip" message="needs a Mac"/>'


def report(folder: Path, *cases: str, left_out: tuple[str, ...] = (), number: int = 0) -> Report:
    files = Report.within(folder, number)
    files.results.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    files.left_out.write_text(json.dumps(left_out))
    return files


def test_a_whole_run(tmp_path: Path) -> None:
    ran = report(tmp_path, CASE.format("tests.integration.sql.test_roles", "test_it", ""))
    assert reports.objections([ran], []) == []


def test_no_integration_test_ran(tmp_path: Path) -> None:
    skipped = CASE.format("tests.integration.sql.test_roles", "test_it", SKIP)
    unit = CASE.format("tests.unit.test_it", "test_it", "")
    assert reports.objections([report(tmp_path, skipped, unit)], ["*"]) == ["no integration test ran."]


def test_only_listed_skips(tmp_path: Path) -> None:
    ran = CASE.format("tests.integration.x", "test_it", "")
    skipped = CASE.format("tests.unit.test_mac", "test_it", SKIP)
    path = report(tmp_path, ran, skipped)
    assert reports.objections([path], ["tests.unit.test_mac.*: needs a Mac"]) == []
    assert reports.objections([path], ["tests.unit.test_mac.*: needs a PC"]) == [
        "skipped, and not in tests/allowed_skips.txt: tests.unit.test_mac.test_it: needs a Mac"
    ]


def test_a_run_that_broke_off(tmp_path: Path) -> None:
    assert "no report" in reports.objections([Report.within(tmp_path, 0)], [])[0]


def test_the_list_can_be_read() -> None:
    assert all(": " in pattern for pattern in reports.read_allowed(reports.ALLOWED_SKIPS))


def test_a_report_counts() -> None:
    assert Report.within(Path("nowhere"), 0).counts() == "no report"


def test_a_report_counts_what_passed_and_what_did_not(tmp_path: Path) -> None:
    failed = CASE.format("tests.unit.x", "test_it", "<failure/>")
    skipped = CASE.format("tests.unit.y", "test_it", SKIP)
    passed = CASE.format("tests.unit.z", "test_it", "")
    assert report(tmp_path, failed, skipped, passed, passed).counts() == "1 failed, 2 passed, 1 skipped"


def test_what_no_run_took_was_left_out(tmp_path: Path) -> None:
    first = report(tmp_path, left_out=("a.py::one", "a.py::two[x::y]", "b.py::one"))
    second = report(tmp_path, left_out=("a.py::one", "a.py::two[x::y]", "c.py::one"), number=1)

    assert reports.left_out([first, second]) == {"a.py": 2}


def test_the_runs_of_everything_share_no_test_and_leave_none_out() -> None:
    chosen = [options[options.index("-m") + 1] for options in run.ALL.values()]
    marks = ("stack", "chaos", "alone")

    for has in product((False, True), repeat=len(marks)):
        assert [eval(each, dict(zip(marks, has, strict=True))) for each in chosen].count(True) == 1
    assert "hypothesis" not in str(run.ALL), "everything tries every example"


def test_linters_run_beside_the_first_tests_and_not_beside_the_next(tmp_path: Path) -> None:
    """The linter waits for the first tests to begin, and they for it; the next find that it has ended."""
    waits = (
        "import sys, time, pathlib; mine, other = map(pathlib.Path, sys.argv[1:]); mine.touch()\n"
        "while not other.exists(): time.sleep(0.01)"
    )
    linter, tests, ended = (str(tmp_path / name) for name in ("linter", "tests", "ended"))
    lint = [sys.executable, "-c", f"{waits}\ntime.sleep(0.5); pathlib.Path({ended!r}).touch()", linter, tests]
    after = "import pathlib, sys; sys.exit(not pathlib.Path(sys.argv[1]).exists())"

    checks = run.run_all(
        {"lint": lint},
        {"first": [sys.executable, "-c", waits, tests, linter], "next": [sys.executable, "-c", after, ended]},
        Console(file=StringIO()),
    )

    assert [(check.name, check.passed) for check in checks] == [
        ("lint", True),
        ("first", True),
        ("next", True),
    ]


def test_all_takes_no_arguments_of_pytest() -> None:
    with pytest.raises(StackError, match="--all runs every test"):
        run.run(["tests/unit"], Console(), everything=True)


def test_what_a_linter_complains_of_is_shown() -> None:
    shown = StringIO()
    lint = [sys.executable, "-c", "print('unused import [x]'); exit(1)"]

    checks = run.run_all({"lint": lint}, {}, Console(file=shown))

    assert [check.passed for check in checks] == [False]
    assert "unused import [x]" in shown.getvalue()


@pytest.mark.parametrize("everything", [True, False])
def test_what_was_left_out_is_named_with_its_command(tmp_path: Path, *, everything: bool) -> None:
    shown = StringIO()
    left = () if everything else ("tests/e2e/test_a.py::one", "tests/e2e/test_a.py::two")

    run.print_left_out([report(tmp_path, left_out=left)], Console(file=shown), everything=everything)

    if everything:
        assert shown.getvalue() == "Nothing was left out.\n"
    else:
        assert "tests/e2e/test_a.py  2 tests" in shown.getvalue()
        assert "./stack test --all" in shown.getvalue()


@pytest.mark.parametrize(("name", "command"), run.beside().items())
def test_every_tool_is_installed(name: str, command: list[str]) -> None:
    assert Path(command[0]).exists(), name


def test_compiled_modules_are_kept_whatever_the_shell_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each of hundreds of processes compiles the same modules again."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("TEST_OF_CHECKS", "here")
    command = [
        sys.executable,
        "-c",
        "import os, sys; print(sys.dont_write_bytecode, os.environ['TEST_OF_CHECKS'])",
    ]
    [check] = run.run_all({"asked": command}, {}, Console(file=StringIO()))
    assert check.output == "False here\n"
