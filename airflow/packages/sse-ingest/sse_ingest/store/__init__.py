"""One batch, one transaction: raw events, deduplication, ranges, dead letters and the checkpoint."""
