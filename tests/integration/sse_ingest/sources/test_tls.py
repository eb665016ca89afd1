"""Certificates are verified unless somebody says otherwise."""

import datetime
import ssl
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sse_ingest.sources.stream import StreamSource
from tests.support.servers.scripted_server import END, QUICK, Server, answering, frame, numbers, take

pytestmark = pytest.mark.integration


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for localhost, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem)
    )
    return path


@pytest.fixture
def url(certificate: Path, serve: Callable[..., Server]) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = serve(answering(frame(1)), END, tls=context)
    return server.url.replace("http://127.0.0.1", "https://localhost")


def test_an_unknown_certificate_is_no_connection(url: str) -> None:
    with closing(StreamSource(url, limits=QUICK)) as source:
        assert [some for some in source.batches("", lambda: source.down_seconds >= 0.4) if some] == []


def test_a_certificate_that_is_trusted(url: str, certificate: Path) -> None:
    assert numbers(
        take(StreamSource(url, limits=QUICK, verify=ssl.create_default_context(cafile=str(certificate))))
    ) == [1]


def test_verification_can_be_left_out(url: str) -> None:
    assert numbers(take(StreamSource(url, limits=QUICK, verify=False))) == [1]
