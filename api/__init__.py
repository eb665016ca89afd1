"""The event service: a durable log of restaurant events, published over HTTP and read over Server-Sent Events."""

__version__ = "0.1.0"
