"""The proxy breaks the connections that it is asked to break, and no others."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.chaos.environment.proxy import Proxy, ProxyThread


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with connection:
                try:
                    while data := connection.recv(100):
                        connection.sendall(data)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with ProxyThread() as thread:
        yield thread.proxy(echo)


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        assert echoed(connection, b"hello") == b"hello"
        yield connection


def echoed(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    return connection.recv(100)


def test_cut_is_an_end(proxy: Proxy, client: socket.socket) -> None:
    proxy.cut()

    assert client.recv(100) == b""


def test_reset_is_an_error(proxy: Proxy, client: socket.socket) -> None:
    proxy.reset()

    with pytest.raises(ConnectionResetError):
        client.recv(100)


def test_half_closed_towards_the_client_it_still_listens(proxy: Proxy, client: socket.socket) -> None:
    proxy.half_close(towards_client=True)

    assert client.recv(100) == b""
    client.sendall(b"more")


def test_a_stall_holds_back_and_gives_back(proxy: Proxy, client: socket.socket) -> None:
    proxy.stall()
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        echoed(client, b"late")
    proxy.flow()
    client.settimeout(5)

    assert client.recv(100) == b"late"


def test_swallow_spares_new_connections(proxy: Proxy, client: socket.socket) -> None:
    proxy.swallow()
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        echoed(client, b"lost")

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as other:
        assert echoed(other, b"new") == b"new"


def test_only_the_connections_that_are_meant(proxy: Proxy, client: socket.socket) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as other:
        assert echoed(other, b"x") == b"x"
        proxy.cut(proxy.links_of({other.getsockname()[1]}))

        assert other.recv(100) == b""
    assert echoed(client, b"still") == b"still"


def test_refusing_takes_nobody(proxy: Proxy, client: socket.socket) -> None:
    proxy.refuse(True)

    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as other:
        assert other.recv(100) == b""
    proxy.refuse(False)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as other:
        assert echoed(other, b"again") == b"again"
