"""The event log: its interface, the frames it keeps, its tail in memory, and one folder per engine."""
