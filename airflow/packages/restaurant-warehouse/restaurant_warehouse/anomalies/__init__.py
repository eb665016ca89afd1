"""Unusual payments: an Isolation Forest learns from old ones and scores new ones. See docs/explanation/anomalies.md."""
