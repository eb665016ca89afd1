"""What a round runs on: the real processes, the proxies between them, and a producer of events."""
