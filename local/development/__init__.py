"""The commands for those who change the project: tests, docs, builds, and their tools."""
