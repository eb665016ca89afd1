"""Ports for the servers of tests."""

from local.servers.ports import free_port

__all__ = ["free_port"]
