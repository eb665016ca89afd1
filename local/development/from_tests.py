"""Commands whose code is in tests/: `./stack bench`, `./stack chaos` and `./stack screenshots`.

They are imported when they are called: the stack runs without tests/, and nothing else here depends on it.
"""

from importlib import import_module

from local.errors import StackError


def run(name: str, arguments: list[str]) -> None:
    """Run the command line in tests/<name>/command.py, and exit with its code."""
    module = f"tests.{name}.command"
    try:
        command = import_module(module)
    except ModuleNotFoundError as error:
        if error.name not in {"tests", f"tests.{name}", module}:
            raise
        raise StackError(
            f"./stack {name} needs the folder tests/, which is not here: run it in a clone of the repository."
        ) from error
    command.app(arguments, prog_name=f"./stack {name}")
