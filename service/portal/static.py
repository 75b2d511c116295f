"""Serve the style sheet and the drawings from our own origin."""

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from service.booth_page import STATIC


def make_static_router() -> Router:
    """Return the router of /static; files keep for a day, and the pages name them with a version."""
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        include_in_schema=False,
        cache_control=CacheControlHeader(max_age=86_400, public=True),
    )
