"""For operators: /health, /ready, /metrics."""

import asyncio
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import api
from api.http.dependencies import ServiceDep
from api.http.problems import Problem
from api.http.routes.parameters import errors
from api.log.interface import LogUnavailable

router = APIRouter(tags=["operate"])

_PROBE_SECONDS = 5.0  # seconds that /ready waits for the disk


@router.get("/health")
async def health(service: ServiceDep) -> dict[str, Any]:
    """The process runs; its counters. `status` is `degraded` while the log accepts no appends."""
    log = service.log
    return {
        "status": "degraded" if log.trouble else "ok",
        "trouble": log.trouble,
        "version": api.__version__,
        "stream_id": log.stream_id,
        "head_offset": log.head,
        "oldest_offset": log.oldest,
        "events_stored": log.head - log.oldest + 1,
        "subscribers": service.subscribers.now,
        "uptime_seconds": round(service.uptime, 3),
        "simulator": service.publisher.status(),
    }


@router.get("/ready", responses=errors(e503="the log accepts no appends"))
async def ready(service: ServiceDep) -> dict[str, str]:
    """200 when events can be stored and read; it tests this with a write to the disk."""
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            await service.log.probe()
    except LogUnavailable as error:
        raise Problem(503, "not-ready", str(error), {"Retry-After": "1"}) from error
    except TimeoutError as error:
        detail = f"the event log did not accept a write within {_PROBE_SECONDS:g} s: look at its disk"
        raise Problem(503, "not-ready", detail, {"Retry-After": "1"}) from error
    return {"status": "ready", "stream_id": service.log.stream_id}


@router.get("/metrics", response_class=Response)
async def metrics(service: ServiceDep) -> Response:
    """For Prometheus."""
    log, gauges = service.log, service.metrics
    gauges.head.set(log.head)
    gauges.oldest.set(log.oldest)
    gauges.subscribers.set(service.subscribers.now)
    gauges.writable.set(not log.trouble)
    return Response(generate_latest(gauges.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
