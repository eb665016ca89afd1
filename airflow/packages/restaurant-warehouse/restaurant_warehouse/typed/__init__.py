"""The typed tables: writes events as rows of the schema analytics."""
