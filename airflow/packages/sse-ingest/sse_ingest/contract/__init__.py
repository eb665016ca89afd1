"""From a frame to an event: what a stream promises, and why a frame is refused."""
