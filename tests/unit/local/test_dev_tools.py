"""The tools of tests, docs and builds are installed once, by hash, and again when their lock has changed."""

import sys
from pathlib import Path

import pytest

from local import dev_tools
from local.errors import StackError
from local.settings import ROOT


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment with the real installer, which is given nothing to install."""
    (tmp_path / "bin").mkdir()
    for program in Path(sys.executable).parent.glob("*"):
        if program.name in {"python", "uv"}:
            (tmp_path / "bin" / program.name).symlink_to(program)
    return tmp_path


def test_a_lock_is_installed_once(environment: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lock = environment / "tools.lock"
    lock.write_text("# nothing\n")
    dev_tools.ensure(lock, environment)
    assert "installing tools.lock" in capfd.readouterr().err

    dev_tools.ensure(lock, environment)
    assert capfd.readouterr().err == ""

    lock.write_text("# still nothing\n")
    dev_tools.ensure(lock, environment)
    assert "installing tools.lock" in capfd.readouterr().err


def test_a_package_without_a_hash_is_refused_and_tried_again(environment: Path) -> None:
    lock = environment / "tools.lock"
    lock.write_text("no-such-package-of-ours==1\n")
    for _ in range(2):
        with pytest.raises(StackError, match=r"tools\.lock could not be installed"):
            dev_tools.ensure(lock, environment)


def test_the_lock_of_the_tools_agrees_with_the_lock_of_the_product() -> None:
    product, tools = (
        {
            (words[0].partition("==")[0], words[0])
            for line in path.read_text(encoding="utf-8").splitlines()
            if "==" in line and (words := line.split())
        }
        for path in (ROOT / "requirements.lock", dev_tools.LOCK)
    )
    names = {name for name, _ in product} & {name for name, _ in tools}
    assert {"numpy", "rich"} <= names
    assert {pin for name, pin in tools if name in names} == {pin for name, pin in product if name in names}
