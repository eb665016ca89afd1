"""The lock of tests, docs and builds adds to that of the product."""

from local.development.dev_tools import LOCK
from local.settings import ROOT


def test_the_lock_of_the_tools_agrees_with_the_lock_of_the_product() -> None:
    product, tools = (
        {
            (words[0].partition("==")[0], words[0])
            for line in path.read_text(encoding="utf-8").splitlines()
            if "==" in line and (words := line.split())
        }
        for path in (ROOT / "requirements.lock", LOCK)
    )
    names = {name for name, _ in product} & {name for name, _ in tools}
    assert {"numpy", "rich"} <= names
    assert {pin for name, pin in tools if name in names} == {pin for name, pin in product if name in names}
