"""The processes that are measured, and those that publish to them and read from them."""
