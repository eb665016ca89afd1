"""What can go wrong while the packages are installed.

InstallError     one sentence that says what is wrong and what to do, with the installer's last lines.
"""


class InstallError(Exception):
    """Says what is wrong and what to do about it."""
