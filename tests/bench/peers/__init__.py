"""Other tools that bring the same events into the same PostgreSQL, each in a virtual environment of its own."""
