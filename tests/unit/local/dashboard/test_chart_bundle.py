"""The chart library that is served is what its sources build, with the versions and hashes of the lock."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.dashboard.document import LIBRARY
from tests.support.npm import fetch

SOURCES = Path(__file__).parents[4] / "local" / "dashboard" / "charts"
FILES = ("package.json", "package-lock.json", "entry.js", "build.js")


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    text = (SOURCES / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert not re.search(r"https?://|\"resolved\"", text)
    assert all(packages[name].get("integrity") for name in packages if name)
    wanted = json.loads((SOURCES / "package.json").read_text())["devDependencies"]
    assert {packages[f"node_modules/{name}"]["version"] for name in wanted} == set(wanted.values())


@pytest.mark.long
def test_the_bundle_is_what_its_sources_build(tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(SOURCES / name, tmp_path)
    fetch(tmp_path, "the bundle of charts was not built again")
    built = tmp_path / "built"
    subprocess.run(["node", "build.js", built], cwd=tmp_path, check=True, capture_output=True)
    for file in built.iterdir():
        assert file.read_bytes() == LIBRARY.with_name(file.name).read_bytes(), file.name
    assert len(list(built.iterdir())) == 3
