"""`python -m local.bootstrap ROOT [LOCK]`: makes ROOT/.venv, or adds a lock to it; called by `./stack`."""

import sys
from pathlib import Path

from local.bootstrap.errors import InstallError
from local.bootstrap.install import Installer


def main() -> int:
    """Exit code 0 when `.venv` holds the locked packages."""
    try:
        Installer(Path(sys.argv[1]).resolve(), *sys.argv[2:]).run()
    except (InstallError, OSError) as error:
        print(f"stack: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstack: interrupted; ./stack begins the installation again.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
