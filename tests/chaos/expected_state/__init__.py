"""What the warehouse has to hold, computed from the event logs of a round."""
