"""Unusual payments: an Isolation Forest that learns from the past and scores what is new. See docs/anomalies.md."""
