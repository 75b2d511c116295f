"""Turn what a page shows into HTML, and an error into a page.

No page loads anything foreign. Only the one on which a browser counts again has a script.

The headers that close the browser's doors are put on every answer in service/edge.py.
Everything that comes from the board or from a reader is escaped by the templates (Jinja's autoescape).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from service.answers import answer_error
from service.portal import words
from service.portal.errors import PageError
from service.sheets import STATIC, list_sheets, version_of

FOLDER = Path(__file__).parent / "templates"
STATUS_UNAVAILABLE = 503
STATUS_INTERNAL = 500
FAILURES = {
    404: (
        "Deze bladzijde bestaat niet",
        "Kijk of u het adres goed hebt overgenomen. Of begin op de eerste bladzijde.",
    ),
    405: ("Dit kan hier niet", "Ga terug en probeer het met de knop op de bladzijde."),
    413: ("Dat is te veel tekst", "Ga terug en vul alleen het nummer in."),
    503: (
        "Het lukt nu even niet",
        "Er is niets verloren. Wacht een halve minuut en laad de bladzijde opnieuw.",
    ),
}
INTERNAL = ("Er ging bij ons iets mis", "U deed niets fout. Probeer het straks opnieuw, of meld het ons.")
UNCLEAR = ("Dit begrijpen we niet", "Ga terug en probeer het opnieuw.")


def find_booth() -> dict[str, str] | None:
    """Return the versions of the browser's scripts by name, None where they have not been built."""
    try:
        return {name: version_of(STATIC / f"booth/{name}.js") for name in ("recount", "worker")}
    except FileNotFoundError:
        return None


_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "euros": words.say_euros,
    "number": words.say_number,
    "moment": words.say_moment,
    "day": words.say_day,
}
_environment.globals["sheets"] = list_sheets


def render_text(template: str, **shown: Any) -> str:
    """Return a page's text."""
    return _environment.get_template(template).render(**shown)


def render(
    template: str, status: int = 200, headers: Mapping[str, str] | None = None, **shown: Any
) -> Response[str]:
    """Return a page; what a template does not get, it may not use."""
    return Response(
        render_text(template, **shown),
        status_code=status,
        media_type=MediaType.HTML,
        headers={"cache-control": "no-cache"} | dict(headers or {}),
    )


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Say whether whoever asks is a browser that shows a page."""
    return "text/html" in request.headers.get("accept", "")


def answer_page_error(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    """Answer any error with a page: what happened, and what to do."""
    if isinstance(error, PageError):
        return render("failure.html", error.status, title=error.title, advice=error.advice)
    status = _status_of(request, error)
    headers = {"cache-control": "no-store"}
    if status == STATUS_UNAVAILABLE:
        headers["retry-after"] = "30"
    title, advice = FAILURES.get(status, INTERNAL if status >= STATUS_INTERNAL else UNCLEAR)
    return render("failure.html", status, headers, title=title, advice=advice)


def _status_of(request: Request[Any, Any, Any], error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if _is_database_away(error):
        return STATUS_UNAVAILABLE
    return answer_error(request, error).status_code or STATUS_INTERNAL


def _is_database_away(error: Exception) -> bool:
    import asyncpg

    away = (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.InsufficientResourcesError)
    return isinstance(error, (OSError, TimeoutError, asyncpg.OperatorInterventionError, *away))
