"""The migrations of the raw tables."""
