"""What can go wrong with the local stack.

StackError      one sentence that says what is wrong and what to do; the command line prints it and exits 1.
"""


class StackError(Exception):
    """Says in one sentence what is wrong and what to do about it."""
