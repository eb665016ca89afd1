"""Typed tables computed again from the raw events, and what differs."""
