"""Reads frames as events, and finds the reason for which a frame is refused."""
