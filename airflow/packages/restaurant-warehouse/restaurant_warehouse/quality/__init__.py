"""The rules of data quality: reads their files, and runs them over the events that arrived."""
