"""How many examples a property is tried with: all, or with `--hypothesis-profile=quick` a part of them."""

from hypothesis import settings

_QUICK = "quick"
_PART = 8
_FEWEST = 5


def register_profile() -> None:
    """Make the profile known, with its part of the hundred examples that are usual."""
    settings.register_profile(_QUICK, max_examples=100 // _PART)


def examples(number: int) -> int:
    """The number for this run, of as many as there are when everything runs."""
    return max(number // _PART, _FEWEST) if settings.get_current_profile_name() == _QUICK else number
