"""`./stack test`: lint, types and tests, and what a green run must have contained."""
