"""`python -m sql bootstrap | migrate | status | locations`."""

from sql.tool.cli import main

if __name__ == "__main__":
    main()
