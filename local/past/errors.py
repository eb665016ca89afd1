"""What can go wrong while the past is loaded."""


class PastError(Exception):
    """The simulator could not make its past; the message says why."""
