"""What the commands of `./stack` do, one module each."""
