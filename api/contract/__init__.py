"""The service's own contract of published events; it shares no code with the core's, so that their agreement counts."""
