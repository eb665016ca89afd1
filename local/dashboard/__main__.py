"""`python -m local.dashboard`: serves the page on DASHBOARD_HOST:DASHBOARD_PORT, by default on 127.0.0.1 alone."""

import os
import sys

import uvicorn

from local.cards.definition import load
from local.dashboard.access import Access
from local.dashboard.app import LOCAL, create_app
from local.dashboard.warehouse import Reader
from local.errors import StackError


def main() -> None:
    try:
        url, port = from_environment()
        access = access_from_environment()
        app = create_app(Reader(url), load(), access)
    except StackError as error:
        sys.exit(f"dashboard: {error}")
    uvicorn.run(
        app,
        host=access.host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,  # a page that is open keeps its stream of updates
    )


def from_environment() -> tuple[str, int]:
    """The database's address and our port. Raises StackError naming the variable."""
    url = os.environ.get("DASHBOARD_DATABASE_URL")
    if not url:
        raise StackError(
            "DASHBOARD_DATABASE_URL is not set: ./stack up sets it to the warehouse as analytics_reader."
        )
    port = os.environ.get("DASHBOARD_PORT") or "8050"
    if not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise StackError(f"DASHBOARD_PORT is {port!r}: set it to a port number between 1 and 65535.")
    return url, int(port)


def access_from_environment() -> Access:
    """The address to listen on, and the password. Raises StackError when other machines could read without one."""
    access = Access(os.environ.get("DASHBOARD_HOST") or LOCAL.host, os.environ.get("DASHBOARD_PASSWORD", ""))
    if not access.is_local and not access.password:
        raise StackError(
            f"DASHBOARD_HOST is {access.host!r}, which other machines can reach: set DASHBOARD_PASSWORD in .env too."
        )
    return access


if __name__ == "__main__":
    main()
