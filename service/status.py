"""Where the election stands, in public facts; whether the service works; its figures and its problems."""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response, Router, get

from service import metrics
from service.answers import ANSWERS, Problem
from service.election_cache import ElectionCache
from service.interface import JSON, describes

if TYPE_CHECKING:
    import asyncpg

READ_STATUS = """
-- Where the board stands and whether requests and ballots come in.
SELECT h.phase, h.size, h.witnessed_size, p.open FROM board.head h CROSS JOIN box.phase p
"""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Public facts. `manifest` is in hexadecimal; it and `title` are empty before the manifest stands."""

    deadline: int
    manifest: str
    open: bool
    origin: str
    phase: str
    releases: list[int]
    size: int
    title: str
    witnessed_size: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The service works."""

    status: str


async def read_status(pool: "asyncpg.Pool", elections: ElectionCache, origin: str) -> Status:
    """Return where the election stands."""
    election = await elections.find()
    row = await pool.fetchrow(READ_STATUS)
    return Status(
        deadline=election.deadline if election else 0,
        manifest=election.manifest_hash.hex() if election else "",
        open=row["open"],
        origin=origin,
        phase=row["phase"],
        releases=list(election.manifest.releases) if election else [],
        size=row["size"],
        title=election.manifest.title if election else "",
        witnessed_size=row["witnessed_size"],
    )


@get("/api/status", operation_class=describes(answers={200: (Status, "Public facts.")}, refuses=(503,)))
async def show_status(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Say where the election stands."""
    state = request.app.state
    status = await read_status(state.pool, state.elections, state.settings.origin)
    return Response(msgspec.json.encode(status), media_type=JSON)


@get(
    "/api/problems",
    operation_class=describes(answers={200: (list[Problem], "One problem a reason.")}),
)
async def list_problems() -> Response[bytes]:
    """List the problems that this interface answers with, by reason."""
    problems = [
        Problem(
            type=f"/api/problems#{reason}",
            title=answer.title,
            status=answer.status,
            detail=answer.title,
            reason=reason,
            advice=answer.advice,
        )
        for reason, answer in sorted(ANSWERS.items())
    ]
    return Response(msgspec.json.encode(problems), media_type=JSON)


@get("/health", operation_class=describes(answers={200: (Health, "It works.")}, refuses=(503,)))
async def show_health(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Say whether service and database work."""
    await request.app.state.pool.fetchval("SELECT 1")
    return Response(msgspec.json.encode(Health(status="ok")), media_type=JSON)


@get(
    "/metrics",
    operation_class=describes(answers={200: (None, "Prometheus' text format.")}, media_type="text/plain"),
)
async def show_metrics() -> Response[bytes]:
    """Show counts and times for the operator's dashboards; nothing in them tells who or what."""
    return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


router = Router("/", route_handlers=[show_status, list_problems, show_health, show_metrics], tags=["status"])
