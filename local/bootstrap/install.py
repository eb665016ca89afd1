"""The installation itself: uv first, pip where uv is not to be had."""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.bootstrap import index, steps
from local.bootstrap.errors import InstallError

HASHED = ("--quiet", "--require-hashes")


class Installer:
    """Makes `.venv` below `root` hold what a lock says: requirements.lock alone, or another one in addition."""

    def __init__(self, root: Path, lock: str = "requirements.lock") -> None:
        self.root = root
        self.adds = lock != "requirements.lock"
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.lock = root / lock
        self.marker = self.venv / lock.replace("requirements", "installed")
        self.title = f"installing {lock}" if self.adds else "installing the locked packages"
        self.env = _environment()

    def run(self) -> None:
        """Install unless that is done; a second process waits for the first."""
        with _held(self.root):
            if self.marker.is_file() and self.marker.read_bytes() == self.lock.read_bytes():
                return
            if not self.adds:
                _remove(self.venv)
            with tempfile.TemporaryDirectory(prefix="stack-uv-") as folder:
                self._install(Path(folder))
            shutil.copyfile(self.lock, self.marker)

    def _install(self, folder: Path) -> None:
        pip = [sys.executable, "-m", "pip"]
        if not self._has_pip(pip):
            self._make_venv()
            pip = self._venv_pip
        uv = self._download_uv(pip, folder)
        if uv and self._install_with_uv(uv, index.from_pip(pip, self.env)):
            return
        if not self._has_pip(self._venv_pip):
            if not self.adds:
                _remove(self.venv)
            self._make_venv()
        self._install_with_pip()

    @property
    def _venv_pip(self) -> list[str]:
        return [str(self.python), "-m", "pip"]

    def _has_pip(self, pip: list[str]) -> bool:
        return steps.succeeds([*pip, "--version"], self.env, self.root)

    def _make_venv(self) -> None:
        command = [sys.executable, "-m", "venv", str(self.venv)]
        if not self._step("making .venv", command).succeeded:
            raise InstallError(
                f"'{sys.executable} -m venv' failed. On Debian and Ubuntu install the package python3-venv; "
                "elsewhere the one that carries ensurepip."
            )

    def _download_uv(self, pip: list[str], folder: Path) -> str | None:
        """The path of uv; None where bootstrap.lock has no wheel for this machine or the download fails."""
        options = ["--target", str(folder), "--no-deps", "--no-compile", "--only-binary=:all:", "--retries=2"]
        lock = ["-r", str(self.root / "bootstrap.lock")]
        result = self._step("downloading uv", [*pip, "install", *HASHED, *options, *lock])
        return str(folder / "bin" / "uv") if result.succeeded else None

    def _install_with_uv(self, uv: str, variables: dict[str, str]) -> bool:
        env = self.env | variables
        if not self.python.exists():
            command = [uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(self.venv)]
            if not self._step("making .venv", command, env).succeeded:
                return False
        install = [uv, "pip", "install", *HASHED, "--only-binary=:all:", "--python", str(self.python)]
        # Processes that may not write bytecode would compile all they import at each start. Otherwise the first start
        # writes what it needs, which is a tenth of it all.
        bytecode = ["--compile-bytecode"] if sys.dont_write_bytecode else []
        return self._step(self.title, [*install, *bytecode, "-r", str(self.lock)], env).succeeded

    def _install_with_pip(self) -> None:
        command = [*self._venv_pip, "install", *HASHED, "-r", str(self.lock)]
        result = self._step(f"{self.title} with pip, which takes minutes", command)
        if not result.succeeded:
            raise InstallError(
                f"the packages could not be installed. The last lines of pip:\n{result.last_lines()}\n"
                "Run ./stack again once the network or the disk is back."
            )

    def _step(self, title: str, command: list[str], env: dict[str, str] | None = None) -> steps.Result:
        return steps.run(title, command, env or self.env, self.root)


def _environment() -> dict[str, str]:
    """The caller's, without what would install elsewhere, and without pip's remarks that do not concern us."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX")
    }
    return env | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }


def _remove(venv: Path) -> None:
    if venv.is_symlink():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)


@contextmanager
def _held(root: Path) -> Iterator[None]:
    """One installation at a time; the kernel gives the lock back when its holder dies."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
