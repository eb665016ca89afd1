"""Where events come from: SSE frames over HTTP, as a stream or page by page."""
