"""What docker-compose.yml gives to pgAdmin: its release, its login, its settings and its list of servers."""

import ast
import json
from dataclasses import dataclass
from typing import Any

from tests.unit.compose.compose_file import ROOT, documented, load

_PREFIX = "PGADMIN_CONFIG_"


@dataclass(frozen=True)
class Definition:
    release: str
    email: str
    password: str
    settings: dict[str, Any]
    servers: list[dict[str, Any]]


def read() -> Definition:
    """With the defaults of .env.example. Settings have their paths in this repository, not in the container."""
    project = load(documented())
    service = project["services"]["pgadmin"]
    environment = service["environment"]
    settings = {
        name.removeprefix(_PREFIX): ast.literal_eval(value)
        for name, value in environment.items()
        if name.startswith(_PREFIX)
    }
    folders = {mount["target"]: str(ROOT / mount["source"]) for mount in service["volumes"]}
    for storage in settings["SHARED_STORAGE"]:
        storage["path"] = folders[storage["path"]]
    return Definition(
        release=service["image"].rpartition(":")[2],
        email=environment["PGADMIN_DEFAULT_EMAIL"],
        password=environment["PGADMIN_DEFAULT_PASSWORD"],
        settings=settings,
        servers=list(json.loads(project["configs"]["pgadmin-servers"]["content"])["Servers"].values()),
    )
