"""The warehouse as a database of Metabase."""

import time
from collections.abc import Collection, Mapping
from typing import Any

from local.metabase.client import Client
from local.metabase.errors import Refused, SyncTimeout, WarehouseUnreachable
from local.metabase.report import Report
from local.metabase.settings import Target, Warehouse

NAME = "Restaurant warehouse"
_COMPARED = ("host", "port", "dbname", "user", "schema-filters-type", "schema-filters-patterns")


def ensure(client: Client, target: Target, report: Report) -> int:
    """Add the database, or correct it; its id. Raises MetabaseError."""
    try:
        found = _ensure(client, _details(target.warehouse), report)
        fault = _fault(client, found)
    except Refused as error:  # Metabase tries a connection before it takes one
        fault = str(error)
    if fault:
        where = f"{target.warehouse.host}:{target.warehouse.port}"
        raise WarehouseUnreachable(
            f"Metabase cannot read the warehouse at {where} as {target.warehouse.user} ({fault}): "
            "check METABASE_WAREHOUSE and ANALYTICS_DB_PASSWORD in .env."
        )
    return found


def _ensure(client: Client, details: Mapping[str, Any], report: Report) -> int:
    body = {"name": NAME, "engine": "postgres", "details": details}
    listed = client.get("/api/database")["data"]
    found = next((int(one["id"]) for one in listed if one["name"] == NAME), None)
    if found is None:
        found = int(client.post("/api/database", body)["id"])
        report.changed(f"Added the database {NAME}, as {details['user']}.")
    elif _differs(client.get(f"/api/database/{found}"), details) or _fault(client, found):
        client.put(f"/api/database/{found}", body)
        report.changed(f"Corrected the connection of the database {NAME}.")
    return found


def fields(client: Client, database: int, columns: Collection[str], target: Target) -> dict[str, int]:
    """The id of each column (schema.view.column). Reads the schema again while one is missing; raises SyncTimeout."""
    found = _columns(client, database)
    if not set(columns) - found.keys():
        return found
    client.post(f"/api/database/{database}/sync_schema")
    deadline = time.monotonic() + target.wait_seconds
    while missing := sorted(set(columns) - found.keys()):
        if time.monotonic() >= deadline:
            raise SyncTimeout(
                f"Metabase does not list {', '.join(missing)} after {target.wait_seconds:.0f} s: "
                "is the warehouse migrated (./stack up, or the service migrate of Compose)?"
            )
        time.sleep(target.poll_seconds)
        found = _columns(client, database)
    return found


def _details(warehouse: Warehouse) -> dict[str, Any]:
    return {
        "host": warehouse.host,
        "port": warehouse.port,
        "dbname": warehouse.database,
        "user": warehouse.user,
        "password": warehouse.password,
        "ssl": False,
        "schema-filters-type": "inclusion",
        "schema-filters-patterns": "analytics",
    }


def _differs(database: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """The password is not among what can be read."""
    details = database.get("details") or {}
    return any(details.get(name) != wanted[name] for name in _COMPARED)


def _fault(client: Client, database: int) -> str:
    answer = client.get(f"/api/database/{database}/healthcheck")
    return "" if answer.get("status") == "ok" else str(answer.get("message") or answer.get("status"))


def _columns(client: Client, database: int) -> dict[str, int]:
    metadata = client.get(f"/api/database/{database}/metadata")
    return {
        f"{table['schema']}.{table['name']}.{field['name']}": field["id"]
        for table in metadata["tables"]
        for field in table["fields"]
    }
