"""API_HOT_RELOAD: a change of the service's own files is served without anybody starting it again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.service import ROOT, EventService
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
MakeService = Callable[..., EventService]


def title(service: EventService) -> str:
    return str(httpx.get(f"{service.url}/openapi.json", timeout=60).json()["info"]["title"])


def test_a_change_is_served(make_service: MakeService, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(ROOT / "api", source / "api", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", source)  # where the service finds its version
    service = make_service(API_HOT_RELOAD="true", EVENT_SOURCE_PATH=str(source), PYTHONDONTWRITEBYTECODE="1")
    before = title(service)
    app = source / "api" / "http" / "app.py"
    app.write_text(app.read_text().replace(f'"{before}"', '"Changed"'))

    def changed() -> bool:
        served = title(service)
        if served == before:
            app.touch()  # again: the watcher may have seen the file for the first time after it was written
        return served == "Changed"

    eventually(changed, "the changed title is served", pause=0.5)


def test_a_wrong_switch_is_named(tmp_path: Path) -> None:
    service = EventService(tmp_path, {"API_HOT_RELOAD": "yes"})
    with pytest.raises(RuntimeError, match="API_HOT_RELOAD: write true or false, not 'yes'"):
        service.start()
