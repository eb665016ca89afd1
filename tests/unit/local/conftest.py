"""A settings file of its own for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest

import init_data_dir
from local.settings import ROOT


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """As `./stack up` makes it."""
    path = tmp_path / "env"
    init_data_dir.write_env(ROOT / ".env.example", path)
    return path


@pytest.fixture
def change(env_file: Path) -> Callable[..., None]:
    """Give variables other values; None takes the line out."""

    def apply(**values: str | None) -> None:
        lines = env_file.read_text().splitlines()
        rest = [line for line in lines if line.split("=", 1)[0] not in values]
        rest += [f"{name}={value}" for name, value in values.items() if value is not None]
        env_file.write_text("\n".join(rest) + "\n")

    return apply
