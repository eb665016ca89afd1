"""Connections, named queries, time limits and locks of PostgreSQL."""
