"""`./stack completion SHELL`: the script with which a shell completes commands, options and services."""

from enum import StrEnum

from typer.completion import get_completion_script  # type: ignore[attr-defined]

from local.processes.past_process import PAST
from local.processes.stack import ORDER

PROGRAM = "stack"  # shells look for the last part of ./stack
VARIABLE = "_STACK_COMPLETE"


class Shell(StrEnum):
    """The shells for which there is a script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


# Typer's scripts call the program by its bare name; ours is not on the PATH, so it is called as it was typed.
AS_TYPED = {
    Shell.ZSH: (f"complete_zsh {PROGRAM})", 'complete_zsh "${words[1]}")'),
    Shell.FISH: (f"(commandline -cp) {PROGRAM}", "(commandline -cp) (commandline -opc)[1]"),
}


def script(shell: Shell) -> str:
    """To be read by the shell when it starts."""
    text = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value)
    return text.replace(*AS_TYPED[shell]) if shell in AS_TYPED else text


def service_names(incomplete: str) -> list[str]:
    """What a command that takes a service may be given."""
    return [name for name in ("postgres", *ORDER, PAST) if name.startswith(incomplete)]
