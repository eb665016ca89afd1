"""Up to a login: Metabase is healthy, of the right version, has an administrator, and lets us in as one."""

import re
import time
from collections.abc import Mapping
from typing import Any

from local.metabase.client import Client
from local.metabase.errors import (
    MissingRights,
    MissingSetting,
    Refused,
    Unreachable,
    UnsupportedVersion,
    WrongPassword,
)
from local.metabase.report import Report
from local.metabase.settings import Login, Target

SITE_NAME = "Restaurant warehouse"
SUPPORTED = "0.63"
"""The API has no versions of its own: the image of docker-compose.yml is of this release."""
_VERSION = re.compile(r"v[01]\.63\b")


def wait_until_healthy(client: Client, target: Target) -> None:
    """Raises Unreachable after the seconds of the target."""
    deadline = time.monotonic() + target.wait_seconds
    while (status := client.status("/api/health")) != 200:
        if time.monotonic() >= deadline:
            state = "nobody answers" if status is None else f"/api/health answers {status}"
            raise Unreachable(
                f"Metabase at {client.url} is not ready after {target.wait_seconds:.0f} s ({state}): "
                "is the address right? `docker compose logs metabase` says what it does."
            )
        time.sleep(target.poll_seconds)


def check_version(properties: Mapping[str, Any]) -> None:
    """Raises UnsupportedVersion."""
    tag = str((properties.get("version") or {}).get("tag"))
    if not _VERSION.match(tag):
        raise UnsupportedVersion(
            f"This is Metabase {tag}, and these requests are written for {SUPPORTED}: "
            "use the image of docker-compose.yml."
        )


def log_in(client: Client, target: Target, properties: Mapping[str, Any], report: Report) -> None:
    """As the administrator, who is made first in a new Metabase. Raises MetabaseError."""
    if target.api_key:
        client.headers["x-api-key"] = target.api_key
    else:
        if target.admin is None:
            raise MissingSetting("There is no login: give an API key, or METABASE_ADMIN_PASSWORD in .env.")
        if _is_new(properties):
            _set_up(client, target, target.admin, properties, report)
        client.headers["x-metabase-session"] = _session(client, target.admin)
    try:
        user = client.get("/api/user/current")
    except Refused:
        raise WrongPassword(
            f"Metabase at {client.url} refuses the API key: make one in Admin settings, Authentication."
        ) from None
    if not user.get("is_superuser"):
        raise MissingRights(
            f"{user.get('email')} is not an administrator of Metabase: give the login or API key of one."
        )


def _is_new(properties: Mapping[str, Any]) -> bool:
    if "has-user-setup" in properties:
        return not properties["has-user-setup"]
    return properties.get("setup-token") is not None


def _set_up(
    client: Client, target: Target, admin: Login, properties: Mapping[str, Any], report: Report
) -> None:
    token = target.setup_token or properties.get("setup-token")
    user = {"email": admin.email, "password": admin.password, "first_name": "Warehouse", "last_name": "Admin"}
    prefs = {"site_name": SITE_NAME, "site_locale": "en"}
    try:
        client.post("/api/setup", {"token": token, "user": user, "prefs": prefs})
    except MissingRights:
        return  # somebody else was first: the login below shows whether the password is the same
    report.changed(f"Made the administrator {admin.email}.")


def _session(client: Client, admin: Login) -> str:
    try:
        answer = client.post("/api/session", {"username": admin.email, "password": admin.password})
    except Refused as error:
        raise WrongPassword(
            f"Metabase at {client.url} refuses the login of {admin.email}: METABASE_ADMIN_PASSWORD in .env must be "
            f"the one that it was set up with. {error}"
        ) from None
    return str(answer["id"])
