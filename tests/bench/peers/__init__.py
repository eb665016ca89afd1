"""Other tools that store the same events in the same PostgreSQL, each in a virtual environment of its own."""
