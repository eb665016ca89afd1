"""init_data_dir.py: what it makes, what it leaves alone, and what it says."""

import base64
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import init_data_dir
from init_data_dir import FOLDERS, ROOT, make_folders, read_env, write_env

EXAMPLE = ROOT / ".env.example"
NOBODY = 65534
as_root = pytest.mark.skipif(not init_data_dir.sets_owners(), reason="only root on Linux can give files away")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _values(path: Path) -> dict[str, str]:
    return {entry.name: entry.value for entry in read_env(path)}


CURRENCIES = ("api/__init__.py", "api/contract/__init__.py", "api/contract/currencies.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The script and what it reads in a folder of their own, as after a clone."""
    home = tmp_path / "project"
    shutil.copytree(
        ROOT / "local" / "env_file", home / "local" / "env_file", ignore=shutil.ignore_patterns("__pycache__")
    )
    (home / "api" / "contract").mkdir(parents=True)
    for name in ("init_data_dir.py", ".env.example", "local/__init__.py", "pyproject.toml", *CURRENCIES):
        shutil.copy(ROOT / name, home / name)
    return home


def _run(project: Path, *arguments: str, data_dir: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"]} | ({"DATA_DIR": data_dir} if data_dir else {})
    # -S: without any installed package.
    command = [sys.executable, "-E", "-s", "-S", str(project / "init_data_dir.py"), *arguments]
    return subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False)


def test_a_fresh_env_has_every_variable_and_no_placeholder(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    added = write_env(EXAMPLE, env)
    assert added == list(_values(EXAMPLE)) == list(_values(env))
    assert _mode(env) == 0o600
    assert "change-me" not in "".join(_values(env).values())
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_secrets_are_long_different_and_fit_a_url(tmp_path: Path) -> None:
    values: list[str] = []
    for name in ("one", "two"):
        write_env(EXAMPLE, tmp_path / name)
        secret = {entry.name for entry in read_env(EXAMPLE) if entry.value.startswith("change-me")}
        values += [value for key, value in _values(tmp_path / name).items() if key in secret]
    assert len(set(values)) == len(values) == 32
    assert all(len(value) >= 40 and any(map(str.isdigit, value)) for value in values)
    assert set("".join(values)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


def test_the_fernet_key_is_one(tmp_path: Path) -> None:
    write_env(EXAMPLE, tmp_path / ".env")
    assert len(base64.urlsafe_b64decode(_values(tmp_path / ".env")["AIRFLOW_FERNET_KEY"])) == 32


def test_comments_come_along(tmp_path: Path) -> None:
    write_env(EXAMPLE, tmp_path / ".env")

    def comments(path: Path) -> list[str]:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]

    assert comments(tmp_path / ".env") == comments(EXAMPLE)


def test_again_adds_nothing_and_touches_nothing(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    write_env(EXAMPLE, env)
    before, when = env.read_bytes(), env.stat().st_mtime_ns
    assert write_env(EXAMPLE, env) == []
    assert (env.read_bytes(), env.stat().st_mtime_ns) == (before, when)


def test_new_variables_are_added_and_what_was_written_stays_to_the_byte(tmp_path: Path) -> None:
    example, env = tmp_path / "example", tmp_path / ".env"
    example.write_text(
        "# The first.\nA=1\n\n# Of two lines:\n# the second.\nTOKEN=change-me-x\n#OPTIONAL=3\n"
    )
    mine = b"# mine\r\nexport A='my own'\r\nB = kept  # so\r\nlast=no newline"
    env.write_bytes(mine)
    env.chmod(0o644)
    assert write_env(example, env) == ["TOKEN"]
    text = env.read_bytes()
    assert text.startswith(mine + b"\n\n# Of two lines:\n# the second.\nTOKEN=")
    assert b"change-me" not in text
    assert b"OPTIONAL" not in text
    assert _mode(env) == 0o600
    assert write_env(example, env) == []


def test_an_env_that_is_a_link_stays_one(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("A=1\n")
    (tmp_path / ".env").symlink_to(elsewhere)
    write_env(EXAMPLE, tmp_path / ".env")
    assert (tmp_path / ".env").is_symlink()
    assert "EVENT_RATE" in _values(elsewhere)


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / ".env").write_text("A=1\n")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_env(EXAMPLE, tmp_path / ".env")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(".env", "A=1\n")]


@pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux", reason="only root on Linux can give folders away"
)
def test_as_root_each_folder_belongs_to_its_containers_user(tmp_path: Path) -> None:
    folders = make_folders(tmp_path / "data")
    assert [path.name for path in folders] == [folder.name for folder in FOLDERS]
    for path, folder in zip(folders, FOLDERS, strict=True):
        assert (path.stat().st_uid, path.stat().st_gid, _mode(path)) == (folder.uid, folder.gid, folder.mode)
    assert make_folders(tmp_path / "data") == []


@as_root
def test_what_sudo_makes_belongs_to_the_owner_of_the_project(project: Path) -> None:
    os.chown(project, NOBODY, NOBODY)
    assert _run(project).returncode == 0
    assert (project / ".env").stat().st_uid == NOBODY
    assert (project / "var").stat().st_uid == NOBODY


def test_without_root_they_are_open_behind_a_closed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init_data_dir, "sets_owners", lambda: False)
    folders = make_folders(tmp_path / "data")
    assert {_mode(path) for path in folders} == {0o777}
    assert _mode(tmp_path / "data" / "compose") == 0o700


def test_the_command_says_what_it_did(project: Path) -> None:
    first, second = _run(project), _run(project)
    assert (first.returncode, second.returncode) == (0, 0)
    assert f"Wrote {project}/.env with generated secrets" in first.stdout
    assert f"Made {project}/var/compose/postgres" in first.stdout
    assert "nothing was changed" in second.stdout
    assert "Made" not in second.stdout
    secrets = [value for value in _values(project / ".env").values() if len(value) >= 40]
    assert secrets
    assert not any(secret in first.stdout + first.stderr for secret in secrets)


def test_check_reports_and_changes_nothing(project: Path) -> None:
    there = sorted(project.rglob("*"))
    result = _run(project, "--check")
    assert result.returncode == 1
    assert "POSTGRES_ADMIN_PASSWORD is not in .env." in result.stdout
    assert "compose/metabase is not there." in result.stdout
    assert sorted(project.rglob("*")) == there
    _run(project)
    result = _run(project, "--check")
    assert (result.returncode, result.stdout) == (0, "Everything is there.\n")


def test_check_names_placeholders_and_passwords_that_break_addresses(project: Path) -> None:
    _run(project)
    text = "AIRFLOW_DB_PASSWORD=a/b@c\nEVENT_PUBLISH_TOKEN=change-me\n"
    (project / ".env").write_text(text)
    result = _run(project, "--check")
    assert result.returncode == 1
    assert "AIRFLOW_DB_PASSWORD stands in connection addresses" in result.stdout
    assert "EVENT_PUBLISH_TOKEN is still a placeholder" in result.stdout


def test_a_line_without_effect_is_named_with_what_replaces_it(project: Path) -> None:
    lines = (
        "POSTGRES_SUPERUSER_PASSWORD=x",
        "METABASE_EXTERNAL_PORT=3001",
        "EVENT_RTAE=3",
        "TZ=America/Toronto",
    )
    (project / ".env").write_text("\n".join(lines))
    for result in (_run(project), _run(project, "--check")):
        assert (
            "POSTGRES_SUPERUSER_PASSWORD has no effect. Set POSTGRES_ADMIN_PASSWORD instead." in result.stdout
        )
        assert "METABASE_EXTERNAL_PORT has no effect. Set METABASE_PORT instead." in result.stdout
        assert "EVENT_RTAE has no effect. Did you mean EVENT_RATE?" in result.stdout
        assert "TZ has no effect. All times are stored in UTC." in result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("AIRFLOW_PARALLELISM=many", "AIRFLOW_PARALLELISM is 'many' in .env: write a whole number from 4"),
        (
            "POSTGRES_SHARED_BUFFERS='512 MB'",
            "POSTGRES_SHARED_BUFFERS is '512 MB' in .env: write a whole number and",
        ),
        ("AIRFLOW_PARALLELISM=32  # more", ""),
        ('POSTGRES_SHARED_BUFFERS="512MB" # more', ""),
    ],
)
def test_a_value_that_compose_would_hand_on_unread_is_checked(
    project: Path, line: str, complaint: str
) -> None:
    (project / ".env").write_text(f"{line}\n")
    output = _run(project).stdout
    assert complaint in output
    assert ("Note:" in output) == bool(complaint)


def test_data_dir_comes_from_the_environment_or_from_env(project: Path, tmp_path: Path) -> None:
    (project / ".env").write_text("DATA_DIR='other'\n")
    _run(project)
    assert (project / "other" / "compose" / "eventlog").is_dir()
    _run(project, data_dir=str(tmp_path / "third"))
    assert (tmp_path / "third" / "compose" / "eventlog").is_dir()


@as_root
def test_a_folder_of_somebody_else_gets_one_clear_sentence(project: Path) -> None:
    reachable = Path("/tmp") / f"init-data-dir-{os.getpid()}"  # pytest's own folders are closed to others
    shutil.copytree(project, reachable)
    reachable.chmod(0o755)
    try:
        result = subprocess.run(
            ["/usr/bin/env", "-i", "python3", str(reachable / "init_data_dir.py")],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(reachable)
    assert result.returncode == 1
    assert "belongs to somebody else: use sudo" in result.stderr
    assert "Traceback" not in result.stderr
