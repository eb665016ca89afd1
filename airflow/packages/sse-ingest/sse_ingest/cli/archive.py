"""`python -m sse_ingest archive`: moves old months of raw events into files, with the owner's login."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sse_ingest.archive.archive import Request, archive
from sse_ingest.archive.files import Manifest
from sse_ingest.errors import ConfigurationError, IngestError
from sse_ingest.settings import Warehouse, archive_folder


def archive_command(
    before: Annotated[
        str | None, typer.Option(help="Archive every month before this one.", metavar="YYYY-MM")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Into this folder, instead of INGEST_ARCHIVE_DIR.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was archived as JSON.")] = False,
) -> None:
    """Move old months of raw events into Parquet files, each verified before its partition is dropped.

    Without --before nothing is archived. The current month is never archived. Exit code 2: a person has to correct
    something. Months that were archived before the error are reported, and stay archived.
    """
    manifests: list[Manifest] = []
    try:
        for manifest in archive(Warehouse.from_environment(), _request(before, folder)) if before else ():
            manifests.append(manifest)
            if not as_json:
                typer.echo(_sentence(manifest))
    except (IngestError, OSError) as error:
        _report(manifests, as_json=as_json)
        typer.echo(f"sse_ingest: {error}", err=True)
        raise typer.Exit(2) from None
    _report(manifests, as_json=as_json)
    if not manifests and not as_json:
        typer.echo(
            f"Nothing to archive before {before}." if before else "Nothing archived: give --before YYYY-MM."
        )


def _request(before: str, folder: Path | None) -> Request:
    chosen = archive_folder(folder)
    if chosen is None:
        raise ConfigurationError(
            "INGEST_ARCHIVE_DIR is not set: name the folder of the archive, or give --folder."
        )
    return Request(before=before, folder=chosen)


def _report(manifests: list[Manifest], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(manifest) for manifest in manifests], indent=2))


def _sentence(manifest: Manifest) -> str:
    return (
        f"{manifest.month}: {manifest.rows:,} events in {manifest.file}, "
        f"{manifest.bytes / 1e6:,.1f} MB, sha256 {manifest.sha256}"
    )
