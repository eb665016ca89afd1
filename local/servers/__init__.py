"""The servers that the stack runs: how each is set up and reached."""
