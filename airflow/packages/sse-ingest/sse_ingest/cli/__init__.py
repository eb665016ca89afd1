"""The command line: python -m sse_ingest."""
