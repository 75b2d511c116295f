"""The public pages. A handler looks at the board, shows, and answers; what a page says is in `*_view.py`.

The app puts a pool of connections in the role wijk_public into its state as `public_pool`. Forms answer to
POST, so that what somebody typed stands in no address and no log.
"""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from litestar import MediaType, Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from ballots.entries import Ballot, Tally
from ballots.errors import ProtocolError
from service.booth_page import PAGES, SERVICE, Script, find_language, render_booth, show_booth
from service.errors import ServiceError
from service.headers import CAMERA, NOT_KEPT
from service.portal.addresses import list_paths
from service.portal.alone import NAME, make_alone
from service.portal.audit_view import show_audit
from service.portal.ballot_view import show_state
from service.portal.booth_view import tell_booth
from service.portal.docs_view import read_openapi
from service.portal.election_view import show_election
from service.portal.entry_view import parse_stored, show_entry
from service.portal.errors import MissingPartError, NotHereError, PageError, TypedError
from service.portal.find_view import (
    Answer,
    come_again,
    parse_ballot_number,
    parse_roll_number,
    say_ballots,
    say_no_roll_line,
    say_roll_line,
)
from service.portal.follow import Portal
from service.portal.ledger_store import read_pots
from service.portal.ledger_view import show_ledger
from service.portal.outcome_view import show_outcome
from service.portal.pages import answer_page_error, come_back, find_booth, render, say_refusal, words_of
from service.portal.static import make_static_router, theme_sheet
from service.portal.store import PortalStore
from service.portal.wall_view import PAGE, parse_position, parse_start, show_wall, wall_address
from service.portal.words import Words
from tally.texts.languages import SOURCE

MAX_FORM = 4096
MAX_FIELDS = 8

Asked = Request[Any, Any, Any]


def find_portal(request: Asked) -> Portal:
    """Return this process's one reader of the board."""
    state = request.app.state
    if "portal" not in state:
        state.portal = Portal(PortalStore(state.public_pool))
    found: Portal = state.portal
    return found


async def read_field(request: Asked, name: str) -> str:
    """Return what stands in a form's field, empty if nothing does."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise TypedError("page.failure.unclear", "page.failure.large-advice") from None
    return fields.get(name, [""])[0]


def refuse_typed(request: Asked, template: str, typed: str, error: TypedError) -> Response[str]:
    """Return a form again with what is wrong with what was typed."""
    said = say_refusal(words_of(request), error)
    return render(request, template, error.status, NOT_KEPT, typed=come_again(typed), answer=None, error=said)


@get(list_paths("/"))
async def election_page(request: Asked) -> Response[str]:
    """Show the election and its next step."""
    portal = find_portal(request)
    snapshot = await portal.look()
    page = show_election(words_of(request), snapshot, await portal.store.count_roll(), time.time())
    return render(request, "election.html", page=page) if page else render(request, "soon.html")


@get(list_paths("/wall"))
async def wall_page(request: Asked) -> Response[str]:
    """Show a stretch of the board."""
    portal = find_portal(request)
    snapshot = await portal.look()
    start = parse_start(request.query_params.get("from", "0"), snapshot.size)
    entries = await portal.store.read_wall(start, min(start + PAGE, snapshot.size))
    page = show_wall(words_of(request), snapshot, start, entries)
    return render(request, "wall.html", page=page, address=wall_address(start))


@get(list_paths("/wall/{position:str}"))
async def entry_page(request: Asked, position: FromPath[str]) -> Response[str]:
    """Show one entry; for a ballot what became of it."""
    portal = find_portal(request)
    snapshot = await portal.look()
    stored = await portal.store.find_entry(parse_position(position))
    if stored is None:
        raise NotHereError("page.error.no-tile", "page.error.no-tile-advice", snapshot.size - 1)
    entry, state, words = parse_stored(stored), None, words_of(request)
    if isinstance(entry, Ballot):
        revisions = await portal.store.read_revisions(entry.voting_key)
        state = show_state(words, entry, stored.entry_hash, stored.position, revisions, snapshot)
    return render(request, "entry.html", page=show_entry(words, stored, snapshot), state=state)


@get(list_paths("/find"))
async def find_form(request: Asked) -> Response[str]:
    """Show the form that finds a ballot."""
    return render(request, "find.html", typed="", answer=None, error=None)


@post(list_paths("/find"), status_code=200, request_max_body_size=MAX_FORM)
async def find_ballot(request: Asked) -> Response[str]:
    """Find a ballot by its number."""
    portal, words, typed = find_portal(request), words_of(request), await read_field(request, "number")
    try:
        least, most = parse_ballot_number(typed)
    except TypedError as error:
        return refuse_typed(request, "find.html", typed, error)
    found = await portal.store.find_ballots(least, most)
    answer = say_ballots(words, found, await portal.look(), time.time())
    return render(request, "find.html", 200, NOT_KEPT, typed="", answer=answer, error=None)


@get(list_paths("/roll"))
async def roll_form(request: Asked) -> Response[str]:
    """Show the form that looks up a roll number."""
    return render(request, "roll.html", typed="", answer=None, error=None)


@post(list_paths("/roll"), status_code=200, request_max_body_size=MAX_FORM)
async def find_roll_number(request: Asked) -> Response[str]:
    """Say whether a roll number was used."""
    portal, words, typed = find_portal(request), words_of(request), await read_field(request, "number")
    try:
        number = parse_roll_number(typed)
    except TypedError as error:
        return refuse_typed(request, "roll.html", typed, error)
    answer = await answer_roll_number(words, portal, number)
    return render(request, "roll.html", 200, NOT_KEPT, typed="", answer=answer, error=None)


async def answer_roll_number(words: Words, portal: Portal, number: int) -> Answer:
    """Return what the board has about a roll number."""
    line = await portal.store.find_roll_line(number)
    if line is None:
        numbers, _ = await portal.store.count_roll()
        return say_no_roll_line(words, number, numbers)
    request = await portal.store.find_request(line.key)
    return say_roll_line(words, number, line, request, await portal.look())


@get(list_paths("/outcome"))
async def outcome_page(request: Asked) -> Response[str]:
    """Show the outcome with its reasons, or when it comes."""
    portal = find_portal(request)
    snapshot = await portal.look()
    tally = snapshot.find(Tally)
    page = show_outcome(words_of(request), snapshot, tally.outcome) if tally else None
    if page is None:
        return render(request, "no_outcome.html", election=snapshot.election, counted=tally is not None)
    positions = await portal.store.find_positions([hash_ for _, hash_, _ in page.invalid])
    return render(request, "outcome.html", page=page, positions=positions)


@get(list_paths("/ledger"))
async def ledger_page(request: Asked) -> Response[str]:
    """Show where the money is."""
    portal = find_portal(request)
    async with portal.store.pool.acquire() as connection:
        pots = await read_pots(connection)
    certified = {bytes.fromhex(each.certify) for pot in pots for each in pot.commitments}
    positions = await portal.store.find_positions(list(certified))
    shown = show_ledger(words_of(request), pots, await portal.look(), positions)
    return render(request, "ledger.html", pots=shown)


@get(list_paths("/audit"))
async def audit_page(request: Asked) -> Response[str]:
    """Show how to check everything."""
    portal = find_portal(request)
    return render(request, "audit.html", page=show_audit(words_of(request), await portal.look()))


@get(list_paths("/recount"))
async def recount_page(request: Asked) -> Response[str]:
    """Show the page on which a browser counts everything again."""
    return render(request, "recount.html", booth=find_booth(words_of(request).language))


@get(list_paths("/recount/alone"))
async def recount_file(request: Asked) -> Response[str]:
    """Return that page as one file that needs no server."""
    headers = {"content-disposition": f'attachment; filename="{NAME}"', "cache-control": "no-cache"}
    text = await asyncio.to_thread(make_alone, words_of(request).language)
    return Response(text, media_type=MediaType.HTML, headers=headers)


@get(["/vote", "/vote/{language:str}"])
async def vote_page(request: Asked) -> Response[str]:
    """Show the voting booth."""
    return await show_page(request, "vote")


@get(["/check", "/check/{language:str}"])
async def check_page(request: Asked) -> Response[str]:
    """Show the page on which a second device checks a ballot."""
    return await show_page(request, "check")


@get(["/kiosk", "/kiosk/{language:str}"])
async def kiosk_page(request: Asked) -> Response[str]:
    """Show the booth for a touch screen that many people use; it may ask for the camera."""
    answer = await show_page(request, "kiosk")
    answer.headers.update(CAMERA)
    return answer


@get(["/jeugd", "/jeugd/{language:str}"])
async def youth_page(request: Asked) -> Response[str]:
    """Show the booth for children; a card can be scanned here too."""
    answer = await show_page(request, "youth")
    answer.headers.update(CAMERA)
    return answer


@get(["/les", "/les/{language:str}"])
async def lesson_page(request: Asked) -> Response[str]:
    """Show the teacher's page, which starts and ends a lesson."""
    return await show_page(request, "lesson")


async def show_page(request: Asked, script: Script) -> Response[str]:
    """Return a page whose script does the work, in the language that the address ends with."""
    language = find_language(request.path_params.get("language", SOURCE))
    if language is None:
        raise NotHereError("page.error.language", "page.error.language-advice")
    snapshot = await find_portal(request).look()
    if snapshot.election is None:
        return render(request, "soon.html", headers=come_back(request))
    told = tell_booth(language, snapshot, request.app.state.settings.check_pages, time.time())
    shown = show_booth(PAGES[script], language, SERVICE, told)
    if shown is None:
        raise MissingPartError("page.error.no-booth", "page.error.no-booth-advice")
    return Response(render_booth(shown, script), media_type=MediaType.HTML, headers=NOT_KEPT)


@get(list_paths("/docs"))
async def docs_page(request: Asked) -> Response[str]:
    """Show the interface's documentation."""
    return render(request, "docs.html", docs=read_openapi(request.app.openapi_schema.to_schema()))


router = Router(
    "/",
    route_handlers=[
        election_page,
        wall_page,
        entry_page,
        find_form,
        find_ballot,
        roll_form,
        find_roll_number,
        outcome_page,
        ledger_page,
        audit_page,
        recount_page,
        recount_file,
        vote_page,
        check_page,
        kiosk_page,
        youth_page,
        lesson_page,
        docs_page,
        theme_sheet,
        make_static_router(),
    ],
    exception_handlers=dict.fromkeys(
        (PageError, HTTPException, ServiceError, ProtocolError, Exception), answer_page_error
    ),
    include_in_schema=False,
)
