"""Loads the simulator's past into the warehouse, as a stream of its own beside the live one."""
