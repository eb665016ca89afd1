"""What the bench works on: simulated orders, frauds among them, and a warehouse with a past."""
