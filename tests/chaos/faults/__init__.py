"""What can be broken, by what it strikes."""
