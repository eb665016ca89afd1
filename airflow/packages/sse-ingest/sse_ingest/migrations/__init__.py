"""The tables that any stream needs, and how a database gets them: `python -m sse_ingest init-db`."""
