"""Connections for what the warehouse does beside ingestion: quality, rollups, anomalies, maintenance, checks."""

from typing import Any

import psycopg


def connect(url: str) -> psycopg.Connection[Any]:
    """An autocommit connection. Raises psycopg.OperationalError if the server does not answer within ten seconds."""
    return psycopg.connect(url, connect_timeout=10, autocommit=True)
