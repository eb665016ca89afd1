"""Opens the log that the settings name. Another engine needs its folder, a line here and its setting, nothing else."""

from api.log.interface import EventLog, OnCommit, Retention
from api.log.sqlite.log import SqliteLog
from api.settings import Settings


async def open_log(settings: Settings, on_commit: OnCommit) -> EventLog:
    """The log, in the event loop that uses it; LogError when it cannot be opened."""
    retention = Retention(settings.retention_age, settings.retention_count)
    return await SqliteLog.open(settings.log_path, retention, on_commit, settings.stream_name)
