"""One request to an application of ours, in this process."""

import asyncio
from collections.abc import Mapping

import httpx
from fastapi import FastAPI


def get(app: FastAPI, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """GET `path` as a browser on 127.0.0.1 would."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())
