"""One writer per stream: the lock, the lease and the fence."""
