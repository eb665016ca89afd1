"""The chaos suite: the real processes under load, faults of every kind at every step, and a model to compare with.

    ./stack chaos --minutes 30 --seed 1

A run is a sequence of rounds. Each round has its own warehouse, event log and processes. A round follows from its seed
and number, so that a failed round can be run again alone. docs/explanation/reliability.md says what is promised.
"""
