"""Unusual payments: an Isolation Forest learns from the past and scores new ones. See docs/explanation/anomalies.md."""
