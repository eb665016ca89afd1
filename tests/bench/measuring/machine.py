"""What the figures were measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

_PACKAGES = ("psycopg", "msgspec", "httpx", "fastapi", "uvicorn", "sse-starlette", "apache-airflow")


def describe(postgres_version: str) -> dict[str, object]:
    """Processor, cores, memory, system and versions; nothing that identifies the machine."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": postgres_version,
        **{name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )
