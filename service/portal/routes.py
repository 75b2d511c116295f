"""The public pages. A handler looks at the board, shows, and answers; what a page says is in `*_view.py`.

The app puts a pool of connections in the role wijk_public into its state as `public_pool`. Forms answer to
POST, so that what somebody typed stands in no address and no log.
"""

import time
from typing import Any, Literal
from urllib.parse import parse_qs

from litestar import MediaType, Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from ballots.entries import Ballot, Tally
from ballots.errors import ProtocolError
from service.booth_page import SERVICE, find_language, render_booth, show_booth
from service.errors import ServiceError
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
from service.portal.pages import answer_page_error, find_booth, render
from service.portal.static import make_static_router, theme_sheet
from service.portal.store import PortalStore
from service.portal.wall_view import PAGE, parse_position, parse_start, show_wall
from tally.texts.languages import SOURCE

MAX_FORM = 4096
MAX_FIELDS = 8
NOT_KEPT = {"cache-control": "no-store"}

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
        raise TypedError("Dit begrijpen we niet", "Ga terug en vul alleen het nummer in.") from None
    return fields.get(name, [""])[0]


@get("/")
async def election_page(request: Asked) -> Response[str]:
    """Show the election and its next step."""
    portal = find_portal(request)
    snapshot = await portal.look()
    page = show_election(snapshot, await portal.store.count_roll(), time.time())
    return render("election.html", page=page) if page else render("soon.html")


@get("/wall")
async def wall_page(request: Asked) -> Response[str]:
    """Show a stretch of the board."""
    portal = find_portal(request)
    snapshot = await portal.look()
    start = parse_start(request.query_params.get("from", "0"), snapshot.size)
    entries = await portal.store.read_wall(start, min(start + PAGE, snapshot.size))
    return render("wall.html", page=show_wall(snapshot, start, entries))


@get("/wall/{position:str}")
async def entry_page(request: Asked, position: FromPath[str]) -> Response[str]:
    """Show one entry; for a ballot what became of it."""
    portal = find_portal(request)
    snapshot = await portal.look()
    stored = await portal.store.find_entry(parse_position(position))
    if stored is None:
        raise NotHereError("Deze tegel hangt er niet", f"De wand loopt tot en met tegel {snapshot.size - 1}.")
    entry, state = parse_stored(stored), None
    if isinstance(entry, Ballot):
        revisions = await portal.store.read_revisions(entry.voting_key)
        state = show_state(entry, stored.entry_hash, stored.position, revisions, snapshot)
    return render("entry.html", page=show_entry(stored, snapshot), state=state)


@get("/find")
async def find_form() -> Response[str]:
    """Show the form that finds a ballot."""
    return render("find.html", answer=None, error=None)


@post("/find", status_code=200, request_max_body_size=MAX_FORM)
async def find_ballot(request: Asked) -> Response[str]:
    """Find a ballot by its number."""
    portal = find_portal(request)
    try:
        least, most = parse_ballot_number(await read_field(request, "number"))
    except TypedError as error:
        return render("find.html", error.status, NOT_KEPT, answer=None, error=error)
    found = await portal.store.find_ballots(least, most)
    answer = say_ballots(found, await portal.look(), time.time())
    return render("find.html", 200, NOT_KEPT, answer=answer, error=None)


@get("/roll")
async def roll_form() -> Response[str]:
    """Show the form that looks up a roll number."""
    return render("roll.html", answer=None, error=None)


@post("/roll", status_code=200, request_max_body_size=MAX_FORM)
async def find_roll_number(request: Asked) -> Response[str]:
    """Say whether a roll number was used."""
    portal = find_portal(request)
    try:
        number = parse_roll_number(await read_field(request, "number"))
    except TypedError as error:
        return render("roll.html", error.status, NOT_KEPT, answer=None, error=error)
    return render("roll.html", 200, NOT_KEPT, answer=await answer_roll_number(portal, number), error=None)


async def answer_roll_number(portal: Portal, number: int) -> Answer:
    """Return what the board has about a roll number."""
    line = await portal.store.find_roll_line(number)
    if line is None:
        numbers, _ = await portal.store.count_roll()
        return say_no_roll_line(number, numbers)
    request = await portal.store.find_request(line.key)
    return say_roll_line(number, line, request, await portal.look())


@get("/outcome")
async def outcome_page(request: Asked) -> Response[str]:
    """Show the outcome with its reasons, or when it comes."""
    portal = find_portal(request)
    snapshot = await portal.look()
    tally = snapshot.find(Tally)
    page = show_outcome(snapshot, tally.outcome) if tally else None
    if page is None:
        return render("no_outcome.html", election=snapshot.election, counted=tally is not None)
    positions = await portal.store.find_positions([hash_ for _, hash_, _ in page.invalid])
    return render("outcome.html", page=page, positions=positions)


@get("/ledger")
async def ledger_page(request: Asked) -> Response[str]:
    """Show where the money is."""
    portal = find_portal(request)
    async with portal.store.pool.acquire() as connection:
        pots = await read_pots(connection)
    certified = {bytes.fromhex(each.certify) for pot in pots for each in pot.commitments}
    positions = await portal.store.find_positions(list(certified))
    return render("ledger.html", pots=show_ledger(pots, await portal.look(), positions))


@get("/audit")
async def audit_page(request: Asked) -> Response[str]:
    """Show how to check everything."""
    portal = find_portal(request)
    return render("audit.html", page=show_audit(await portal.look()))


@get("/recount")
async def recount_page() -> Response[str]:
    """Show the page on which a browser counts everything again."""
    return render("recount.html", booth=find_booth())


@get("/recount/alone", sync_to_thread=True)
def recount_file() -> Response[str]:
    """Return that page as one file that needs no server."""
    headers = {"content-disposition": f'attachment; filename="{NAME}"', "cache-control": "no-cache"}
    return Response(make_alone(), media_type=MediaType.HTML, headers=headers)


@get(["/vote", "/vote/{language:str}"])
async def vote_page(request: Asked) -> Response[str]:
    """Show the voting booth."""
    return await show_page(request, "vote")


@get(["/check", "/check/{language:str}"])
async def check_page(request: Asked) -> Response[str]:
    """Show the page on which a second device checks a ballot."""
    return await show_page(request, "check")


async def show_page(request: Asked, script: Literal["vote", "check"]) -> Response[str]:
    """Return a page whose script does the work, in the language that the address ends with."""
    language = find_language(request.path_params.get("language", SOURCE))
    if language is None:
        raise NotHereError("Deze taal hebben we niet", "Kies een taal boven aan de bladzijde.")
    snapshot = await find_portal(request).look()
    if snapshot.election is None:
        return render("soon.html")
    told = tell_booth(language, snapshot, request.app.state.settings.check_pages, time.time())
    shown = show_booth(f"/{script}", language, SERVICE, told)
    if shown is None:
        raise MissingPartError("Stemmen kan hier nu niet", "Dit deel van de site ontbreekt. Meld het ons.")
    return Response(render_booth(shown, script), media_type=MediaType.HTML, headers=NOT_KEPT)


@get("/docs")
async def docs_page(request: Asked) -> Response[str]:
    """Show the interface's documentation."""
    return render("docs.html", docs=read_openapi(request.app.openapi_schema.to_schema()))


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
        docs_page,
        theme_sheet,
        make_static_router(),
    ],
    exception_handlers=dict.fromkeys(
        (PageError, HTTPException, ServiceError, ProtocolError, Exception), answer_page_error
    ),
    include_in_schema=False,
)
