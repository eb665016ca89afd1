"""`python -m local.metabase`: the one-shot service of Compose. Everything comes from the environment."""

import os
import sys

from local.cards.definition import load
from local.errors import StackError
from local.metabase.provision import provision
from local.metabase.settings import from_values


def main() -> None:
    try:
        report = provision(from_values(os.environ), load())
    except StackError as error:
        sys.exit(f"metabase: {error}")
    print("\n".join(report.lines()))


if __name__ == "__main__":
    main()
