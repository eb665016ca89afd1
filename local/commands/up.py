"""The commands that change the stack: up and down."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

import init_data_dir
from local.display import counters, tables
from local.display.progress import Progress
from local.errors import StackError
from local.processes import preflight, private_folders
from local.processes.interrupts import Interrupts
from local.processes.restart_requests import RestartRequests
from local.processes.stack import POLL_SECONDS, Stack
from local.processes.stack_lock import StackLock
from local.processes.startup import Startup
from local.processes.supervisor import Supervisor
from local.servers import services
from local.servers.services import Service
from local.settings import ROOT, Settings


def prepare(env_file: Path | None, progress: Progress) -> Settings:
    """Make `.env` when it is missing and add what is new in the example; then read it."""
    env_file = env_file or ROOT / ".env"
    fresh = not env_file.exists()
    added = init_data_dir.write_env(ROOT / ".env.example", env_file)
    if fresh:
        progress.say(f"Wrote {env_file} with generated passwords; only you may read it.")
    elif added:
        progress.say(f"Added to {env_file}: {', '.join(added)}")
    settings = Settings.load(ROOT, env_file)
    for sentence in settings.without_effect():
        progress.say(f"{env_file}: {sentence}")
    preflight.check_writable(settings.data_dir)
    preflight.check_disk(settings.data_dir)
    return settings


def up(
    env_file: Path | None, console: Console, *, detach: bool, with_airflow: bool, show_passwords: bool
) -> None:
    """Start everything; stay until interrupted unless `detach`."""
    progress = Progress(console)
    settings = prepare(env_file, progress)
    with Interrupts() as interrupts, StackLock(settings.run_dir, "up"):
        stack = Stack(settings, progress, interrupts)
        refuse_second(stack)
        protect_data(stack)
        chosen = services.selected(settings, with_airflow=with_airflow)
        staying = False
        try:
            stack.forget_detached()
            RestartRequests(settings.run_dir).clear()
            Startup(stack, chosen, with_airflow=with_airflow).run()
            await_orders(stack)
            if detach:
                refuse_dead(stack, chosen)
            tables.show_doors(console, settings, with_airflow=with_airflow, show_passwords=show_passwords)
            if detach:
                with interrupts.held():
                    stack.detach(chosen)
                    staying = True
                console.print(tables.counters(counters.read(settings)))
                console.print("Running in the background: ./stack status shows it, ./stack down stops it.")
            else:
                Supervisor(stack, chosen).run()
        except KeyboardInterrupt:
            progress.say("Stopping; once more (Ctrl-C) kills what is left.")
        finally:
            if not staying:
                stack.stop()


def down(settings: Settings, console: Console) -> None:
    """Stop everything, whoever started it."""
    progress = Progress(console)
    with Interrupts() as interrupts:
        lock = StackLock(settings.run_dir, "down")
        stopped = lock.stop_holder(within_seconds=120)
        with lock:
            stack = Stack(settings, progress, interrupts)
            ended = stack.stop()
        console.print("Everything is stopped; the data stay." if ended or stopped else "Nothing was running.")


def refuse_second(stack: Stack) -> None:
    """Say so when a detached stack runs whole."""
    expected = stack.expected()
    if expected and set(expected) <= set(stack.alive()):
        raise StackError(
            "The stack is running already, in the background: ./stack status shows it, ./stack down stops it."
        )


def protect_data(stack: Stack) -> None:
    """Keep other users of this machine out; earlier versions did not."""
    settings = stack.settings
    passable = stack.postgres.binaries.user is not None
    for sentence in private_folders.protect(settings.data_dir, settings.root, passable=passable):
        stack.progress.say(sentence)


def refuse_dead(stack: Stack, chosen: Sequence[Service]) -> None:
    """Nobody watches over a detached stack: it is left running whole, or not at all."""
    for service in chosen:
        if service.name in stack.dead():
            raise StackError(stack.report_exit(service, "died right after its start"))


def await_orders(stack: Stack, within_seconds: float = 60) -> None:
    """Wait until something new is committed, so that "up" means that orders flow; never fails for it."""
    before = counters.read(stack.settings)
    if not before.accepted:
        return
    with stack.progress.step("orders on their way"):
        deadline = time.monotonic() + within_seconds
        while (now := counters.read(stack.settings)).lag_events != 0 and now.committed == before.committed:
            if time.monotonic() > deadline or stack.dead():
                break
            time.sleep(POLL_SECONDS)
    if now.committed == before.committed and now.lag_events != 0 and not stack.dead():
        stack.progress.say(
            f"No order was committed within {within_seconds:g} s: ./stack status names the logs."
        )
