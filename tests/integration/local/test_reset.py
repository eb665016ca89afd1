"""`./stack reset` removes the data of a stack that does not run, after a question."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.display import counters

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
UP = ("up", "--without-airflow", "--detach")
Place = Any  # the fixture's class; conftest files cannot be imported from


def reset(place: Place, answer: str) -> str:
    from_terminal: subprocess.Popen[str] = place.start("reset", stdin=subprocess.PIPE)
    output, _ = from_terminal.communicate(answer)
    return output


@pytest.mark.long
def test_the_data_go_and_what_is_not_ours_stays(place: Place, tmp_path: Path) -> None:
    assert place.stack(*UP).returncode == 0
    data = place.settings.data_dir
    home = (data / "postgres").resolve()
    (data / "compose").mkdir()
    (data / "compose" / "theirs").touch()
    (tmp_path / "elsewhere").mkdir()
    (data / "archive").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "month").touch()

    refused = place.stack("reset", "--yes")
    assert refused.returncode == 1
    assert "stop it with ./stack down" in refused.stderr
    assert home.exists()

    assert place.stack("down").returncode == 0
    assert "Nothing was removed." in reset(place, "n\n")
    assert home.exists()

    assert str(home) in reset(place, "y\n")
    assert not home.exists()
    assert sorted(path.name for path in data.iterdir()) == ["compose", "run"]
    assert (data / "compose" / "theirs").exists()
    assert (tmp_path / "elsewhere" / "month").exists()
    assert place.env_file.exists()
    assert "There is nothing to remove" in place.stack("reset", "--yes").stdout

    assert place.stack(*UP).returncode == 0
    place.wait(lambda: (counters.read(place.settings).committed or 0) > 0)
