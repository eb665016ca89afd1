"""The migrations of the tables that every stream needs: `python -m sse_ingest init-db` runs them."""
