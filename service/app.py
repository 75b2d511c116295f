"""The service as one application: its ground (database, keys, journal), its routes, its manners.

It refuses to start on a database that may forget (db/durability.py) or that lacks migrations. It keeps no
state but in the database and the journal, so any number of processes may serve at once. It logs no
addresses and no bodies, and has no access log.
"""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from service import faults, status
from service.answers import answer_error
from service.ballot_box import routes as ballot_box
from service.ballot_box.casting import Casting
from service.ballot_box.epoch import Epoch
from service.ballot_box.journal import Journal
from service.board import routes as board
from service.db.durability import verify_durability
from service.db.migrate import verify_migrated
from service.db.roles import Role, session_settings
from service.edge import TimeLimit, add_headers
from service.election_cache import ElectionCache
from service.lessons import routes as lessons
from service.lessons.lessons import Lessons
from service.portal import routes as portal
from service.portal.pages import answer_page_error, wants_page
from service.settings import Settings, read_operator_seed
from service.shares import routes as shares
from service.shares.asking import Asking
from service.shares.issuing import Issuing
from service.theme import read_theme
from service.threads import Threads

VERIFY_THREADS = 2
QUERY_SECONDS = 10
CONNECT_SECONDS = 5
"""How long a new connection to the database may take; casts wait for it, one batch behind the other."""
MAX_BODY = 2**18
TITLE = "Wijkaandeel"
DESCRIPTION = (
    "The public interface of one election. Bodies are canonical JSON. Every refusal is a problem (RFC 9457) "
    "whose `reason` is listed at /api/problems. What was answered with 503 may be sent again as it is."
)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    reach: Callable[[str], None] = faults.reach,
) -> Litestar:
    """Return the application. `reach` marks the points at which tests make it fail."""
    return Litestar(
        route_handlers=routers(),
        lifespan=[_lifespan(settings, clock, reach)],
        exception_handlers={Exception: answer_any},
        before_send=[add_headers],
        middleware=[DefineMiddleware(TimeLimit, seconds=settings.request_seconds)],
        request_max_body_size=MAX_BODY,
        openapi_config=OpenAPIConfig(
            title=TITLE,
            version="1",
            description=DESCRIPTION,
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin(path="/")],
            path="/openapi.json",
        ),
        logging_config=None,
        state=State({"theme": read_theme(settings.theme)}),
    )


def routers() -> list[ControllerRouterHandler]:
    """Return the routes of all parts."""
    return [shares.router, ballot_box.router, board.router, lessons.router, status.router, portal.router]


def answer_any(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer an error that no part answers itself: as a page to who reads pages, else as a problem."""
    machine = request.scope["path"].startswith(("/api/", "/board/"))
    return (
        answer_error(request, error)
        if machine or not wants_page(request)
        else answer_page_error(request, error)
    )


@asynccontextmanager
async def open_pool(settings: Settings, role: Role, size: int) -> AsyncIterator["asyncpg.Pool"]:
    """Open connections that work in a role."""
    async with asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=QUERY_SECONDS,
        server_settings=session_settings(role),
    ) as pool:
        yield pool


async def verify_ground(pool: "asyncpg.Pool") -> None:
    """Raise DurabilityError or MigrationError unless this database may hold an election."""
    async with pool.acquire() as connection:
        await verify_durability(connection)
        await verify_migrated(connection)


def _lifespan(
    settings: Settings, clock: Callable[[], float], reach: Callable[[str], None]
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def live(app: Litestar) -> AsyncIterator[None]:
        """Open what the handlers need, and close it in the opposite order."""
        threads = Threads(VERIFY_THREADS)
        async with (
            open_pool(settings, Role.SERVICE, 8) as pool,
            open_pool(settings, Role.PUBLIC, 4) as public_pool,
        ):
            await verify_ground(pool)
            elections = ElectionCache(pool, settings.origin)
            casting = Casting(
                pool=pool,
                elections=elections,
                journal=Journal(settings.journal_dir),
                epoch=Epoch(settings.state_dir),
                operator_seed=read_operator_seed(settings.state_dir),
                clock=clock,
                at_once=settings.at_once,
                reach=reach,
            )
            app.state.update(
                settings=settings,
                pool=pool,
                public_pool=public_pool,
                elections=elections,
                casting=casting,
                asking=Asking(pool, elections, threads),
                issuing=Issuing(pool, elections, threads),
                lessons=Lessons(pool, secrets.token_bytes),
            )
            try:
                yield
            finally:
                await casting.close()
                threads.close()

    return live
