"""The run: read, parse, commit, and hand over."""
