"""The metrics for Prometheus; one registry per app."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The service's own metrics."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.accepted = Counter("events_accepted", "Events stored, by source", ["source"], registry=registry)
        self.duplicates = Counter(
            "events_duplicate", "Repeats answered with the first offset", registry=registry
        )
        self.refused = Counter("publish_refused", "POSTs refused, by reason", ["reason"], registry=registry)
        self.connections_refused = Counter(
            "connections_refused",
            "Connections and requests refused for a limit",
            ["reason"],
            registry=registry,
        )
        self.cut = Counter("readers_cut", "Readers cut because they did not read", registry=registry)
        self.gaps = Counter("stream_gaps", "Gaps reported to readers", registry=registry)
        self.head = Gauge("log_head_offset", "Offset of the newest event", registry=registry)
        self.oldest = Gauge("log_oldest_offset", "Offset of the oldest event held", registry=registry)
        self.subscribers = Gauge("stream_subscribers", "Open streams", registry=registry)
        self.writable = Gauge("log_writable", "1 unless the last append failed", registry=registry)
        self.commit_seconds = Histogram(
            "log_commit_seconds",
            "Duration of a group commit, fsync included",
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=registry,
        )
        self.commit_events = Histogram(
            "log_commit_events",
            "New events in a group commit",
            buckets=(1, 3, 10, 30, 100, 300, 1000, 3000, 10000),
            registry=registry,
        )

    def committed(self, events: int, seconds: float) -> None:
        """Note a group commit."""
        self.commit_seconds.observe(seconds)
        self.commit_events.observe(events)
