"""The faults, by what they hit: a generator per kind.

A fault gets the environment and the target: the ingest process that waits at a failpoint, or at a random moment the
holder of the lease. Up to its `yield` the fault acts while the target waits; after it, the target goes on.
"""
