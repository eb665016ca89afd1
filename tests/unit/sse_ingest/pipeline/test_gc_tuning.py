"""The interpreter is tuned while runs go on, and as it was after the last of them."""

import gc
import sys

from sse_ingest.pipeline.gc_tuning import tuned


def test_the_last_one_out_puts_it_back() -> None:
    usual = sys.getswitchinterval(), gc.isenabled()
    first, second = tuned(), tuned()
    first.__enter__()
    second.__enter__()
    assert sys.getswitchinterval() < usual[0]
    assert not gc.isenabled()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert (sys.getswitchinterval(), gc.isenabled()) == usual
