"""A server that lies: the booth refuses each lie in words that say what is safe and what to do.

What the attacker controls is every answer of the site but the page and its script, which must be honest.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.journeys.station import Station
from tests.journeys.voter import Voter, enter

pytestmark = [
    pytest.mark.attack,
    pytest.mark.journey,
    pytest.mark.timeout(240),
]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def flip(text: str, place: int) -> str:
    """Return base64url with one symbol, of whole bits, changed."""
    return text[:place] + ALPHABET[ALPHABET.index(text[place]) ^ 1] + text[place + 1 :]


async def test_a_signature_by_a_foreign_issuer(station: Station, browser: Browser) -> None:
    """A share that an issuer of the election did not sign is refused; the honest answer is still taken."""
    voter = await enter(station, await browser.new_context())

    async def lie(route: Route) -> None:
        answer = await route.fetch()
        if answer.status != 200:
            await route.fulfill(response=answer)
            return
        signed = json.loads(await answer.body())
        signed["blind_signatures"][0] = flip(signed["blind_signatures"][0], 100)
        await route.fulfill(response=answer, body=json.dumps(signed, separators=(",", ":")))

    await voter.page.route("**/api/requests", lie)
    await voter.open()
    await voter.press("go")
    heading = voter.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Uw aandeel is niet gemaakt", timeout=40_000)
    await expect(voter.page.locator("main")).to_contain_text("Er is niets verloren")
    await voter.page.unroute_all()
    await voter.press("Probeer opnieuw")
    await voter.page.locator("section.contest").first.wait_for(timeout=40_000)


def other_ballot(promise: str, other: str) -> str:
    """Return the promise that somebody else got."""
    return other


def other_signature(promise: str, other: str) -> str:
    """Return the promise with a signature that the operator did not make."""
    said = json.loads(promise)
    said["signature"] = flip(said["signature"], 20)
    return json.dumps(said, separators=(",", ":"))


def later_deadline(promise: str, other: str) -> str:
    """Return the promise for a day later."""
    said = json.loads(promise)
    said["deadline"] += 86_400
    return json.dumps(said, separators=(",", ":"))


def second_spelling(promise: str, other: str) -> str:
    """Return the promise with a blank more."""
    return promise.replace(":", ": ", 1)


def no_promise(promise: str, other: str) -> str:
    """Return something that is no promise."""
    return "{}"


PROMISES = [other_ballot, other_signature, later_deadline, second_spelling, no_promise]


async def test_promises_that_do_not_hold(station: Station, browser: Browser) -> None:
    """Nobody is told that they have voted, lie after lie; then the true promise is taken."""
    first = await enter(station, await browser.new_context())
    true: list[str] = []

    async def hear(route: Route) -> None:
        answer = await route.fetch()
        true.append((await answer.body()).decode())
        await route.fulfill(response=answer)

    await first.page.route("**/api/ballots", hear)
    await first.vote()
    voter = await enter(station, await browser.new_context())
    lies = list(PROMISES)

    async def answer_with_lie(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=lies.pop(0)((await answer.body()).decode(), true[0]))

    await voter.page.route("**/api/ballots", answer_with_lie)
    await voter.open()
    await voter.get_share()
    await voter.choose()
    await voter.review()
    await voter.mark()
    await voter.press("cast")
    heading = voter.page.get_by_role("heading", level=1)
    for lie in PROMISES:
        await expect(heading, lie.__name__).to_have_text("Uw stembiljet is niet aangenomen")
        await expect(voter.page.locator("main")).to_contain_text("geen goed bewijs")
        await expect(voter.page.locator("#nog-niet")).to_be_visible()
        if not lies:
            await voter.page.unroute_all()
        await voter.press("Probeer opnieuw")
    await voter.voted()


@dataclass(frozen=True)
class Cast:
    """A ballot that is in: where a second device checks it, and its bytes."""

    address: str
    raw: str


async def cast(station: Station, browser: Browser, skip: int) -> Cast:
    """Let somebody vote, and return what a second device would be shown."""
    voter = await enter(station, await browser.new_context())
    sent: list[str] = []

    async def hear(route: Route) -> None:
        sent.append(route.request.post_data or "")
        await route.continue_()

    await voter.page.route("**/api/ballots", hear)
    await voter.vote(skip)
    await voter.press("check")
    address = await voter.page.locator("#nakijken a").get_attribute("href")
    assert address
    return Cast(address=address, raw=sent[0])


Serve = Callable[[Page, Cast], Awaitable[None]]


async def serve_other_ballot(page: Page, other: Cast) -> None:
    """Give two voters the same ballot."""
    await page.route("**/ballots/*", lambda route: route.fulfill(body=other.raw))


async def serve_changed_ballot(page: Page, other: Cast) -> None:
    """Give the ballot with one bit of its body changed."""

    async def change(route: Route) -> None:
        answer = await route.fetch()
        ballot = json.loads(await answer.body())
        ballot["body"] = flip(ballot["body"], 30)
        await route.fulfill(response=answer, body=json.dumps(ballot, separators=(",", ":")))

    await page.route("**/ballots/*", change)


async def serve_other_proof(page: Page, other: Cast) -> None:
    """Give a proof that proves nothing."""
    await page.route("**/proofs/*", lambda route: route.fulfill(body="c2sp.org/tlog-proof@v1\nindex 3\n\n"))


async def serve_other_set_up(page: Page, other: Cast) -> None:
    """Give an election in which one project costs something else."""

    async def change(route: Route) -> None:
        answer = await route.fetch()
        raw = (await answer.body()).replace(b'"cost":950000', b'"cost":150000', 1)
        await route.fulfill(response=answer, body=raw)

    await page.route("**/board/tile/entries/**", change)


LIES: dict[str, tuple[Serve, str]] = {
    "another voter's ballot": (serve_other_ballot, "Dit stembiljet klopt niet"),
    "a changed ballot": (serve_changed_ballot, "Dit stembiljet klopt niet"),
    "a proof of nothing": (serve_other_proof, "Dit stembiljet klopt niet"),
    "another election": (serve_other_set_up, "Dit stembiljet klopt niet"),
}


async def test_lies_to_a_second_device(station: Station, browser: Browser) -> None:
    """Each lie is refused with what to do, no choices are shown, and the honest answers are taken."""
    one, other = await cast(station, browser, 0), await cast(station, browser, 3)
    for name, (serve, said) in LIES.items():
        page = await (await browser.new_context()).new_page()
        await serve(page, other)
        await page.goto(one.address)
        await expect(page.locator(".notice.wrong h2"), name).to_have_text(said)
        await expect(page.locator("main")).to_contain_text("Stem opnieuw op een ander apparaat")
        assert await page.locator(".reviewed").count() == 0, name
    page = await (await browser.new_context()).new_page()
    await page.goto(one.address)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Is dit wat u koos?")


async def test_a_ballot_that_is_not_there(station: Station, browser: Browser) -> None:
    """A ballot that the service does not have is told as that, and not as a fraud."""
    one = await cast(station, browser, 1)
    page = await browser.new_page()
    await page.route("**/ballots/*", lambda route: route.fulfill(status=404, body="{}"))
    await page.goto(one.address)
    await expect(page.locator(".notice.wrong h2")).to_have_text("Dit stembiljet is hier niet")


async def test_a_changed_election_at_home(station: Station, browser: Browser) -> None:
    """Where the set-up is not the manifest's the booth does not begin."""
    page = await browser.new_page()
    await serve_other_set_up(page, Cast(address="", raw=""))
    await page.goto(f"{station.url}/vote")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Stemmen lukt nu niet")
    await expect(page.locator("main")).to_contain_text("een verkiezing die niet klopt")
    assert await page.locator("#code").count() == 0


async def test_an_old_board(station: Station, browser: Browser) -> None:
    """A board that goes back is told, and so is one that another operator signed."""
    voter = await enter(station, await browser.new_context())
    old = await (await voter.page.request.get(f"{station.url}/board/checkpoint")).body()
    await voter.vote()
    where = voter.page.locator(".where")
    await expect(where).to_contain_text("uiterlijk")
    await serve_checkpoint(voter, old)
    await expect(where).to_contain_text("klopt niet met wat dit apparaat eerder zag")
    fresh = await (await voter.page.request.get(f"{station.url}/board/checkpoint")).body()
    await serve_checkpoint(voter, fresh.replace(b"\n\xe2\x80\x94 ", b"\n\xe2\x80\x94 x", 1))
    await expect(where).to_contain_text("niet goed getekend")


async def serve_checkpoint(voter: Voter, note: bytes) -> None:
    """Let the site show this checkpoint, and load the page again."""
    await voter.page.unroute_all()
    await voter.page.route("**/board/checkpoint", lambda route: route.fulfill(body=note))
    await voter.page.reload()
    await voter.voted()
