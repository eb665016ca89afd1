"""What is measured: time, CPU and memory, and the figures that come of it."""
