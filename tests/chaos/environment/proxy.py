"""A TCP proxy that breaks on command: it cuts, resets, half-closes, stalls or swallows connections."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close() sends RST


@dataclass(eq=False)
class _Link:
    """One connection. `port` is the client's port as the server sees it; `origin` is the client's own port."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    port: int
    origin: int
    flowing: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy:
    """Forwards a port of its own to `target`. Its methods can be called from any thread, and return when it is done.

    `ports` are the connections that a method acts on, as the server sees them; None is all of them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, target: int) -> None:
        self._loop = loop
        self.target = target
        self._links: set[_Link] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._refusing = False
        self._server = self._call(self._listen())
        self.port = int(self._server.sockets[0].getsockname()[1])

    def links_of(self, origins: Collection[int]) -> set[int]:
        """The ports, as the server sees them, of the connections that come from these ports of the client."""
        return {link.port for link in list(self._links) if link.origin in origins}

    def cut(self, ports: Collection[int] | None = None) -> None:
        """End the connections in order, with FIN."""
        self._each(ports, _close)

    def reset(self, ports: Collection[int] | None = None) -> None:
        """End the connections with RST."""
        self._each(ports, _reset)

    def half_close(self, ports: Collection[int] | None = None, *, towards_client: bool = True) -> None:
        """End one direction only: one side reads the end of the other's data."""
        self._each(ports, lambda link: (link.client if towards_client else link.server).write_eof())

    def swallow(self, ports: Collection[int] | None = None) -> None:
        """Forward nothing more on these connections, for ever; new ones are forwarded."""
        self._each(ports, lambda link: link.flowing.clear())

    def resume(self) -> None:
        """Forward what `swallow` held back."""
        self._each(None, lambda link: link.flowing.set())

    def stall(self) -> None:
        """Forward nothing until `flow`, also on new connections."""
        self._call(_soon(self._open.clear))

    def flow(self) -> None:
        """End a stall, and forward what it held back."""
        self._call(_soon(self._open.set))

    def refuse(self, refusing: bool) -> None:
        """Close all connections and refuse new ones; or accept connections again."""
        self._refusing = refusing
        if refusing:
            self.cut()

    def close(self) -> None:
        """End everything."""
        self.flow()
        self.resume()
        self._call(_soon(self._server.close))
        self.reset()

    def _each(self, ports: Collection[int] | None, act: Callable[[_Link], Any]) -> None:
        def acts() -> None:
            for link in list(self._links):
                if ports is None or link.port in ports:
                    with suppress(OSError, RuntimeError):
                        act(link)

        self._call(_soon(acts))

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if self._refusing:
            client.close()
            return
        await self._open.wait()
        try:
            from_server, server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            client.close()
            return
        ports = (server.get_extra_info("sockname")[1], client.get_extra_info("peername")[1])
        link = _Link(client, server, *ports)
        link.flowing.set()
        self._links.add(link)
        try:
            await asyncio.gather(self._pump(link, reader, server), self._pump(link, from_server, client))
        finally:
            self._links.discard(link)
            for side in (client, server):
                with suppress(OSError, RuntimeError):
                    side.close()

    async def _pump(self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Forward one direction. An end is forwarded as an end; an error resets both directions."""
        try:
            while data := await source.read(65536):
                await self._open.wait()
                await link.flowing.wait()
                sink.write(data)
                await sink.drain()
            await self._open.wait()
            await link.flowing.wait()
            sink.write_eof()
        except (OSError, RuntimeError):
            _reset(link)


def _close(link: _Link) -> None:
    link.client.close()
    link.server.close()


def _reset(link: _Link) -> None:
    for side in (link.client, link.server):
        held: socket.socket | None = side.get_extra_info("socket")
        if held is not None and held.fileno() >= 0:
            with suppress(OSError):
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        side.transport.abort()


async def _soon(act: Callable[[], Any]) -> None:
    act()


class ProxyThread:
    """The thread that runs the proxies; a context manager."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="chaos-proxies", daemon=True)
        self._proxies: list[Proxy] = []

    def __enter__(self) -> "ProxyThread":
        self._thread.start()
        return self

    def proxy(self, target: int) -> Proxy:
        """A new proxy to this port."""
        self._proxies.append(Proxy(self.loop, target))
        return self._proxies[-1]

    def __exit__(self, *_exc: object) -> None:
        for proxy in self._proxies:
            proxy.close()
        asyncio.run_coroutine_threadsafe(self._finish(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _finish(self) -> None:
        """Let every connection's task end."""
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
