"""The event service: a durable log of restaurant events, published over HTTP and read over Server-Sent Events."""

import tomllib
from pathlib import Path

_PROJECT = Path(__file__).parents[1] / "pyproject.toml"

# The version of the project: `./stack --version`, the wheels and the docs take it from the same line.
__version__: str = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
