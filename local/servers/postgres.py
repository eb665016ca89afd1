"""An embedded PostgreSQL 18: made, started and stopped as a plain process, on loopback TCP with scram."""

import hashlib
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from local.errors import StackError
from local.servers import postgres_binaries
from local.servers.postgres_binaries import Binaries
from local.settings import ADMIN

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "reserved_connections": "5",  # for the roles that bootstrap grants pg_use_reserved_connections
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "jit": "off",
}


@dataclass(frozen=True)
class PostgresServer:
    """One server: its data folder, port and log. The folder is made by `initialise`, once."""

    data_dir: Path
    port: int
    log_file: Path
    admin_password: str = field(repr=False)
    settings: dict[str, str] = field(default_factory=dict)
    binaries: Binaries = field(default_factory=postgres_binaries.find)

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    @property
    def admin_url(self) -> str:
        return self.url(ADMIN, self.admin_password, "postgres")

    def initialise(self) -> bool:
        """Make the data folder unless it is there; True if it was made now.

        It is made beside its place and moved there when whole, so that an interrupted run leaves nothing behind.
        """
        if (self.data_dir / "PG_VERSION").exists():
            return False
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise StackError(
                f"{self.data_dir} is neither empty nor a PostgreSQL data folder: "
                "move it away and run ./stack up again."
            )
        home = self._reachable_home()
        unfinished = home.with_name(home.name + ".initialising")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        self.binaries.give(unfinished, 0o700)
        self._initdb(unfinished)
        if (
            home != self.data_dir and home.exists()
        ):  # our link to it is gone, so somebody wants to begin again
            home.rename(home.with_name(f"{home.name}.{time.strftime('%Y%m%dT%H%M%S')}"))
        unfinished.rename(home)
        if home != self.data_dir:
            self.data_dir.symlink_to(home)
        return True

    def start(self, within_seconds: int = 60) -> int:
        """Start the server and wait until it answers; its pid. Does nothing if it runs already."""
        running = self.pid()
        if running is not None:
            return running
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        options = {**SETTINGS, **self.settings, "port": str(self.port)}
        command = [self.binaries.path("pg_ctl"), "start", "--wait", f"--timeout={within_seconds}"]
        command += ["-D", str(self.data_dir.resolve())]
        command += ["-o", " ".join(f"--{name}={shlex.quote(value)}" for name, value in options.items())]
        self.log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            started = subprocess.run(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                check=False,
                **self.binaries.popen_identity(),  # type: ignore[call-overload]
            )
        running = self.pid()
        if started.returncode != 0 or running is None:
            raise StackError(f"PostgreSQL did not start: {self._last_line()} (log: {self.log_file})")
        return running

    def stop(self, *, immediate: bool = False, within_seconds: float = 30) -> None:
        """Stop the server: fast by default, `immediate` as a crash would. Does nothing if it is down."""
        pid = self.pid()
        if pid is None:
            return
        postmaster = psutil.Process(pid)
        postmaster.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        if not _ended(postmaster, within_seconds):
            postmaster.send_signal(signal.SIGQUIT)
            if not _ended(postmaster, within_seconds):
                raise StackError(f"PostgreSQL (process {pid}) does not stop: see {self.log_file}.")

    def pid(self) -> int | None:
        """The running server's pid; None when it is down or its pid file is stale."""
        try:
            pid = int((self.data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            ours = process.name() == "postgres" and Path(process.cwd()).samefile(self.data_dir)
            return pid if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, psutil.Error):
            return None

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def listens_elsewhere(self) -> bool:
        """Whether the running server still has another port than ours."""
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().split("\n")
            return self.pid() is not None and int(lines[3]) != self.port
        except (OSError, ValueError, IndexError):
            return False

    def _initdb(self, folder: Path) -> None:
        with tempfile.NamedTemporaryFile("w") as password_file:
            password_file.write(self.admin_password)
            password_file.flush()
            self.binaries.give(Path(password_file.name), 0o600)
            command = [self.binaries.path("initdb"), "-D", str(folder), "-U", ADMIN, "--data-checksums"]
            command += ["--auth=scram-sha-256", f"--pwfile={password_file.name}", "--encoding=UTF8"]
            command += [
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ]
            result = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                **self.binaries.popen_identity(),  # type: ignore[call-overload]
            )
        if result.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            lines = result.stderr.strip().splitlines()
            raise StackError(
                f"PostgreSQL could not make {self.data_dir}: {lines[-1] if lines else 'initdb printed nothing'}"
            )

    def _reachable_home(self) -> Path:
        """Where the data really live: `data_dir`, or a folder of the system user's when it cannot get there."""
        user = self.binaries.user
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        if user is None or all(
            _may_enter(user.pw_uid, user.pw_gid, folder) for folder in self.data_dir.parents
        ):
            if self.data_dir.exists():
                self.data_dir.rmdir()
            return self.data_dir
        name = hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:12]
        return postgres_binaries.SYSTEM_HOME / f"data-{name}"

    def _last_line(self) -> str:
        with suppress(OSError):
            lines = self.log_file.read_text(errors="replace").strip().splitlines()
            reasons = [line for line in lines if "FATAL" in line or "PANIC" in line or "HINT" in line]
            return (reasons or lines)[-1] if lines else "it printed nothing"
        return "it printed nothing"


def _ended(process: psutil.Process, within_seconds: float) -> bool:
    """Wait until the process is gone, or only waits to be collected: whose child it is, is not for us to know."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.02)
                continue
        return True
    return False


def _may_enter(uid: int, gid: int, folder: Path) -> bool:
    status = folder.stat()
    bit = 0o100 if status.st_uid == uid else 0o010 if status.st_gid == gid else 0o001
    return bool(status.st_mode & bit)
