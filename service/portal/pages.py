"""Turn what a page shows into HTML, and an error into a page.

No page loads anything foreign. Only the one on which a browser counts again has a script.

The headers that close the browser's doors are put on every answer in service/edge.py.
Everything that comes from the board or from a reader is escaped by the templates (Jinja's autoescape).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from service.answers import answer_error
from service.booth_page import PAGES
from service.portal.addresses import list_languages, plain_address, split_address
from service.portal.errors import PageError
from service.portal.templates_in import templates_in
from service.portal.words import Words, words_in
from service.sheets import STATIC, version_of
from tally.texts.languages import Language

UNATTENDED = ("/kiosk", "/jeugd", "/les")
"""Pages before which nobody may stand who loads them again; a kiosk's script sends ballots that wait."""
COME_BACK = {"refresh": "20"}
STATUS_UNAVAILABLE = 503
STATUS_INTERNAL = 500
FAILURES = {
    404: ("page.failure.missing", "page.failure.missing-advice"),
    405: ("page.failure.method", "page.failure.method-advice"),
    413: ("page.failure.large", "page.failure.large-advice"),
    503: ("page.failure.away", "page.failure.away-advice"),
}
TEXTS = "texts.recount"
INTERNAL = ("page.failure.ours", "page.failure.ours-advice")
UNCLEAR = ("page.failure.unclear", "page.failure.unclear-advice")


class Refusal(NamedTuple):
    """What a page says no with: what happened, and what to do."""

    title: str
    advice: str


def texts_of(language: Language) -> str:
    """Return the name of the file with what the script that counts again says in a language."""
    return f"{TEXTS}.{language}.json"


def find_booth(language: Language) -> dict[str, str] | None:
    """Return the addresses of what counts again in the browser, None where it has not been built."""
    files = {"recount": "recount.js", "worker": "worker.js", "texts": texts_of(language)}
    try:
        return {
            name: f"/static/booth/{file}?v={version_of(STATIC / 'booth' / file)}"
            for name, file in files.items()
        }
    except FileNotFoundError:
        return None


def find_marks() -> str | None:
    """Return the address of the drawings of the marks, None where they have not been built."""
    try:
        return f"/static/booth/marks.svg?v={version_of(STATIC / 'booth' / 'marks.svg')}"
    except FileNotFoundError:
        return None


def render_text(template: str, language: Language, **shown: Any) -> str:
    """Return a page's text."""
    return templates_in(language).get_template(template).render(**shown)


def render(
    request: Request[Any, Any, Any],
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **shown: Any,
) -> Response[str]:
    """Return a page in the language that was asked for; what a template does not get, it may not use.

    `address` is where the page is found in Dutch, where it is not what was asked for.
    """
    page, language = split_address(request.scope["path"])
    address = shown.pop("address", plain_address(page))
    text = render_text(template, language, address=address, languages=list_languages(address), **shown)
    return Response(
        text,
        status_code=status,
        media_type=MediaType.HTML,
        headers={"cache-control": "no-cache", "content-language": language} | dict(headers or {}),
    )


def words_of(request: Request[Any, Any, Any]) -> Words:
    """Return the words of the language that a page was asked for in."""
    return words_in(split_address(request.scope["path"])[1])


def say_refusal(words: Words, error: PageError) -> Refusal:
    """Return what a page says of an error."""
    return Refusal(*(words.say(name, error.n, **error.values) for name in (error.title, error.advice)))


def find_booth_page(request: Request[Any, Any, Any]) -> str | None:
    """Return which of the booth's pages was asked for, in whatever language; None for any other page."""
    page = "/" + request.scope["path"].split("/")[1]
    return page if page in PAGES.values() else None


def come_back(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the header by which a page that cannot be shown now is loaded again where nobody may do so."""
    return dict(COME_BACK) if find_booth_page(request) in UNATTENDED else {}


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Say whether whoever asks is a browser that shows a page."""
    return "text/html" in request.headers.get("accept", "")


def answer_page_error(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    """Answer any error with a page: what happened, and what to do."""
    words, page = words_of(request), find_booth_page(request)
    address = {} if page is None else {"address": page}
    if isinstance(error, PageError):
        headers = come_back(request) if error.status >= STATUS_INTERNAL else {}
        refusal = say_refusal(words, error)
        return render(request, "failure.html", error.status, headers, error=refusal, **address)
    status = _status_of(request, error)
    headers = {"cache-control": "no-store"}
    if status >= STATUS_INTERNAL:
        headers |= come_back(request)
    if status == STATUS_UNAVAILABLE:
        headers["retry-after"] = "30"
    names = FAILURES.get(status, INTERNAL if status >= STATUS_INTERNAL else UNCLEAR)
    return render(request, "failure.html", status, headers, error=Refusal(*map(words.say, names)), **address)


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
