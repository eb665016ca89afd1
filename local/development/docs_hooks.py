"""MkDocs: the pages that lie in the top folder, where people look for them, are pages of the website too."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from api import __version__

PAGES = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Each page shows the version that it is about."""
    config.copyright = f"Version {__version__} · MIT licence"
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add them at the top of the website."""
    root = Path(config.config_file_path).parent
    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(root / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links between docs/ and the top folder: on the website both are one folder."""
    del config, files
    if page.file.src_uri in PAGES:
        return re.sub(r"\]\(docs/", "](", markdown)
    up = "../" * page.file.src_uri.count("/")
    return re.sub(
        rf"\]\({re.escape(up)}\.\./(?=({'|'.join(map(re.escape, PAGES))})[)#])", f"]({up}", markdown
    )
