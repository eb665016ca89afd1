"""pgAdmin in server mode on loopback, set up in the steps of its image's entrypoint."""

import json
import subprocess
from pathlib import Path

import httpx

from tests.support.fresh_environment import environment
from tests.support.pgadmin.definition import Definition
from tests.support.ports import free_port
from tests.support.waiting import wait_until

_HANGS_SECONDS = 300.0


class PgAdmin:
    """Started by `start`, ended by `stop`; its data are in `home`. It reaches other machines through `proxy` only."""

    def __init__(self, python: Path, home: Path, definition: Definition, proxy: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._python = python
        [self._program] = python.parents[1].glob("lib/python*/site-packages/pgadmin4")
        self._definition = definition
        self._servers = home / "servers.json"
        self._log = home / "output.log"
        self._process: subprocess.Popen[bytes] | None = None
        own = {"DATA_DIR": str(home), "DEFAULT_SERVER": "127.0.0.1", "DEFAULT_SERVER_PORT": port}
        config = home / "config_distro.py"
        config.write_text(
            "".join(f"{name} = {value!r}\n" for name, value in (definition.settings | own).items())
        )
        self._env = environment() | {
            "CONFIG_DISTRO_FILE_PATH": str(config),
            "PGADMIN_SETUP_EMAIL": definition.email,
            "PGADMIN_SETUP_PASSWORD": definition.password,
            "http_proxy": proxy,
            "https_proxy": proxy,
            "no_proxy": "127.0.0.1,localhost",
        }

    def start(self, port: int, database: str) -> None:
        """Return once it answers. Its servers are those of the definition, at this port, with this database."""
        here = {
            "Host": "127.0.0.1",
            "Port": port,
            "MaintenanceDB": database,
            "DBRestriction": database,
        }
        servers = {str(n): server | here for n, server in enumerate(self._definition.servers, start=1)}
        self._servers.write_text(json.dumps({"Servers": servers}))
        self._run("-c", "import pgAdmin4")  # makes its database and its user
        self._run("setup.py", "load-servers", str(self._servers), "--user", self._definition.email)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._python), "pgAdmin4.py"], env=self._env, cwd=self._program, stdout=log, stderr=log
            )
        wait_until(self._answers, "pgAdmin answers", _HANGS_SECONDS, pause=0.2, check=self._check)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)

    def _run(self, *command: str) -> None:
        result = subprocess.run(
            [str(self._python), *command],
            env=self._env,
            cwd=self._program,
            capture_output=True,
            text=True,
            check=False,
            timeout=_HANGS_SECONDS,
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/misc/ping", timeout=10).is_success
        except httpx.TransportError:
            return False

    def _check(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-4000:]
