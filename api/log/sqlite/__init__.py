"""The engine that keeps the event log in one SQLite file."""
