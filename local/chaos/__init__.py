"""The fire: the real processes under load, faults of every kind at every step, and a model to compare with.

./stack chaos --minutes 30 --seed 1

A run is a row of rounds. Each has a warehouse, an event log and processes of its own, and follows from (seed, round),
so that a round that fails can be run again alone. docs/explanation/reliability.md says what is promised and measured.
"""
