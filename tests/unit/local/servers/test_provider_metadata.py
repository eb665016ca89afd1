"""What a checkout says of itself to Airflow: what the wheel would say."""

from importlib.metadata import distributions
from pathlib import Path

from api import __version__
from local.servers import provider_metadata
from local.settings import Settings


def test_airflow_finds_the_provider_of_the_checkout(env_file: Path) -> None:
    settings = Settings.load(env_file=env_file)
    provider_metadata.write(settings)
    provider_metadata.write(settings)

    (distribution,) = distributions(path=[str(provider_metadata.folder(settings))])
    assert (distribution.metadata["Name"], distribution.version) == ("sse-ingest", __version__)
    (entry,) = distribution.entry_points.select(group="apache_airflow_provider")
    info = entry.load()()
    assert info["package-name"] == "sse-ingest"
    assert info["connection-types"]
