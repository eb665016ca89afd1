"""Adds the quality rules, which are in sql/ of the repository, to the package."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class QualityRules(BuildHookInterface[Any]):
    """Adds sql/quality of the repository; a source archive holds it already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - Hatch's signature
        """Called before each target is built."""
        rules = (Path(self.root) / "../../../sql/quality").resolve()
        if rules.is_dir():
            build_data["force_include"][str(rules)] = "restaurant_warehouse/quality/sql"
