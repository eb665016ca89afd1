"""How many examples a property is tried with: all, or with `--hypothesis-profile=quick` a part of them.

No example has a deadline: on a busy machine one would fail that is right.
"""

from hypothesis import settings

_QUICK = "quick"
_FULL = "full"
_PART = 8
_FEWEST = 5


def register_profiles() -> None:
    """Make the profiles known, `quick` with its part of the hundred examples that are usual. `full` is the default."""
    settings.register_profile(_QUICK, max_examples=100 // _PART, deadline=None)
    settings.register_profile(_FULL, deadline=None)
    settings.load_profile(_FULL)


def examples(number: int) -> int:
    """The number for this run, of as many as there are when everything runs."""
    return max(number // _PART, _FEWEST) if settings.get_current_profile_name() == _QUICK else number
