"""`python -m local.dashboard`: serves the page on 127.0.0.1:DASHBOARD_PORT."""

import os
import sys

import uvicorn

from local.cards.definition import load
from local.dashboard.app import create_app
from local.dashboard.warehouse import Reader
from local.errors import StackError


def main() -> None:
    try:
        url, port = from_environment()
        app = create_app(Reader(url), load())
    except StackError as error:
        sys.exit(f"dashboard: {error}")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, server_header=False)


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


if __name__ == "__main__":
    main()
