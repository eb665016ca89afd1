"""`./stack screenshots`: the pictures of the README and the docs."""
