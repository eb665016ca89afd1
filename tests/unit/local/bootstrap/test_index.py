"""uv gets the index that pip's configuration names."""

import sys

from local.bootstrap.index import from_pip, translate


def test_without_an_index_in_the_configuration_uv_keeps_its_default() -> None:
    assert translate("global.timeout='60'\n:env:.no-input='1'\n", {}) == {}


def test_the_index_is_handed_on() -> None:
    assert translate("global.index-url='https://one.example/simple'\n", {}) == {
        "UV_DEFAULT_INDEX": "https://one.example/simple"
    }


def test_the_environment_wins_over_the_file_as_in_pip() -> None:
    config = ":env:.index-url='https://env.example/simple'\nglobal.index-url='https://file.example/simple'\n"
    assert translate(config, {})["UV_DEFAULT_INDEX"] == "https://env.example/simple"


def test_further_indexes_are_searched_as_pip_does() -> None:
    config = "global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'\n"
    assert translate(config, {}) == {
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_the_user_set_for_uv_wins() -> None:
    config = "global.index-url='https://one.example/simple'\nglobal.cert='/etc/ca.pem'\n"
    assert translate(config, {"UV_DEFAULT_INDEX": "x", "SSL_CERT_FILE": "y"}) == {}


def test_a_certificate_is_handed_on() -> None:
    assert translate("global.cert='/etc/ca.pem'\n", {}) == {"SSL_CERT_FILE": "/etc/ca.pem"}


def test_pip_itself_is_asked() -> None:
    pip = [sys._base_executable, "-m", "pip"]  # type: ignore[attr-defined]
    env = {"PIP_INDEX_URL": "https://env.example/simple", "PIP_CONFIG_FILE": "/dev/null"}
    assert from_pip(pip, env)["UV_DEFAULT_INDEX"] == "https://env.example/simple"
