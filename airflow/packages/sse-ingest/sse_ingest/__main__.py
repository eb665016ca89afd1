"""`python -m sse_ingest`."""

from sse_ingest.cli.main import app

app()
