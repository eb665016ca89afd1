"""pip's own configuration, for uv, which does not read it: a company's index works for both."""

import re
import subprocess
from collections.abc import Mapping, Sequence

OPTION = re.compile(r"^(:env:|install|global)\.(index-url|extra-index-url|cert)='(.*)'$", re.MULTILINE)
SECTIONS = ("global", "install", ":env:")  # the later one wins


def from_pip(pip: Sequence[str], env: Mapping[str, str]) -> dict[str, str]:
    """The variables that give uv the index of pip's configuration."""
    listed = subprocess.run(
        [*pip, "config", "list"],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return translate(listed.stdout, env)


def translate(config: str, env: Mapping[str, str]) -> dict[str, str]:
    """`pip config list` as variables of uv. What the user has set for uv wins; without both, uv has its default."""
    entries = sorted(OPTION.findall(config), key=lambda option: SECTIONS.index(option[0]))
    options = {name: value for _, name, value in entries}
    variables: dict[str, str] = {}
    if not {"UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"} & env.keys():
        if "index-url" in options:
            variables["UV_DEFAULT_INDEX"] = options["index-url"]
        if "extra-index-url" in options:
            variables["UV_INDEX"] = " ".join(options["extra-index-url"].replace("\\n", " ").split())
            # As pip does: any index may have the release. The hashes decide which file is accepted.
            variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "cert" in options and "SSL_CERT_FILE" not in env:
        variables["SSL_CERT_FILE"] = options["cert"]
    return variables
