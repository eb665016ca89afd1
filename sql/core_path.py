"""Makes `python -m sql` work in a checkout as it stands. Elsewhere sse_ingest is installed or beside this package."""

import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("sse_ingest") is None:
    sys.path.append(str(Path(__file__).parents[1] / "airflow" / "packages" / "sse-ingest"))
