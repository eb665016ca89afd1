"""`python -m sse_ingest`."""

from sse_ingest.cli import app

app()
