"""Serve the style sheets and the drawings from our own origin."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from service.sheets import STATIC


def make_static_router() -> Router:
    """Return the router of /static; files keep for a day, and the pages name them with a version."""
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        include_in_schema=False,
        cache_control=CacheControlHeader(max_age=86_400, public=True),
    )


@get("/static/theme.css")
async def theme_sheet(request: Request[Any, Any, Any]) -> Response[str]:
    """Return the site's colours, a municipality's own where it has a file of them."""
    headers = {"cache-control": "public, max-age=600"}
    return Response(request.app.state.theme, media_type="text/css; charset=utf-8", headers=headers)
