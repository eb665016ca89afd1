"""The document of the page: one text, and a policy that allows it and nothing else."""

import base64
import hashlib
import re

from local.dashboard.document import LIBRARY, build_document

DOCUMENT = build_document()


def test_the_page_has_no_addresses_of_others() -> None:
    addresses = set(re.findall(r"https?://[^\s\"']+", DOCUMENT.page))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, never fetched
    assert not re.search(r"@import|<link[^>]+stylesheet|url\(", DOCUMENT.page)
    assert re.findall(r"<script[^>]*src=\"([^\"]+)", DOCUMENT.page) == [DOCUMENT.library_path]
    assert "/* scripts */" not in DOCUMENT.page
    assert "/* styles */" not in DOCUMENT.page


def test_the_policy_allows_the_text_of_the_page() -> None:
    for tag in ("style", "script"):
        texts = re.findall(rf"<{tag}(?: type=\"module\")?>(.*?)</{tag}>", DOCUMENT.page, re.DOTALL)
        assert len(texts) == 1
        digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        assert f"{tag}-src " in DOCUMENT.policy
        assert f"'sha256-{digest}'" in DOCUMENT.policy
    assert "default-src 'none'" in DOCUMENT.policy
    assert "unsafe" not in DOCUMENT.policy


def test_the_library_has_its_hash_in_its_name_and_beside_it() -> None:
    digest = hashlib.sha256(DOCUMENT.library).hexdigest()
    assert DOCUMENT.library_path == f"/static/echarts.{digest[:16]}.js"
    assert LIBRARY.with_name("echarts.js.sha256").read_text() == f"{digest}  echarts.js\n"
    licences = LIBRARY.with_name("echarts.LICENSE.txt").read_text()
    assert all(name in licences for name in ("Apache License", "BSD 3-Clause", "Apache ECharts"))
