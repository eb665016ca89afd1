"""The event types of a restaurant."""
