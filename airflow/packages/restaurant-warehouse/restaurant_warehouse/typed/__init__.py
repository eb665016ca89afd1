"""The typed tables: how events become rows of the schema analytics."""
