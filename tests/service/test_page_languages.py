"""Every page in every language: where it is found, what it leads to, and that nothing is left in Dutch."""

import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from ballots.board import Phase
from deploy.texts.catalogues import forms_of, names_of, read_catalogue
from service.portal.addresses import list_paths, plain_address, split_address
from tally.texts.languages import COMPLETE
from tests.related import Related
from tests.service.page_reader import Page, assert_good
from tests.service.portal_site import book_world, open_site
from tests.simulator import Options, World, make_world
from tests.tally.test_outcome import play_to_opening

BROWSER = {"accept": "text/html"}
PAGES = ["/", "/wall", "/find", "/roll", "/outcome", "/ledger", "/audit", "/recount", "/docs"]
PHASES = [Phase.SETUP, Phase.ROLL, Phase.VOTING, Phase.CLOSED, Phase.OPENED, Phase.COUNTED, Phase.CERTIFIED]
SHORTEST = 12
"""A Dutch text of fewer letters may stand in a title of the election, or be the same in English."""
Client = AsyncTestClient[Litestar]


def play(phase: Phase) -> World:
    """Return an election in a phase."""
    if phase is Phase.SETUP:
        return World(make_world(Phase.ROLL).options)
    world = make_world(Phase.COUNTED if phase is Phase.CERTIFIED else phase)
    if phase is Phase.CERTIFIED:
        world.certify(lambda official: f"report of {official}".encode())
    return world


def read_parts() -> dict[str, str]:
    """Return the parts of the Dutch texts that English does not have, with the ids of their texts."""
    dutch, english = read_catalogue("nl"), read_catalogue("en")
    parts: dict[str, str] = {}
    for name in names_of(dutch):
        same = " ".join(forms_of(english[name]))
        for form in forms_of(dutch[name]):
            for part in re.split(r"\{[a-z]+\}", form):
                if len(part.strip()) >= SHORTEST and part.strip() not in same:
                    parts[part.strip()] = name
    return parts


DUTCH = read_parts()


def read_said(page: Page) -> str:
    """Return what is seen and read aloud of a page, but the names of its languages."""
    names = ("aria-label", "data-label", "alt", "title", "placeholder")
    said = [each.attributes[name] for each in page.elements for name in names if name in each.attributes]
    return " | ".join([page.text, *said])


def assert_english(page: Page) -> None:
    """Nothing that the catalogue says in Dutch stands on the page."""
    said = read_said(page)
    assert not {part: name for part, name in DUTCH.items() if part in said}


async def read(client: Client, path: str, language: str) -> Page:
    """Return a page in a language."""
    answer = await client.get(path, headers=BROWSER)
    assert answer.status_code == 200, path
    assert answer.headers["content-language"] == language
    return assert_good(answer.text, language)


@pytest.mark.parametrize("phase", PHASES, ids=str)
async def test_no_dutch_on_an_english_page(database: str, folder: Path, phase: Phase) -> None:
    """In every phase, on every page and every tile."""
    world = play(phase)
    if phase is Phase.CERTIFIED:
        await book_world(database, world)
    async with open_site(database, folder, world) as client:
        for path in [*PAGES, *(f"/wall/{place}" for place in range(len(world.entries)))]:
            assert_english(await read(client, list_paths(path)[1], "en"))


async def test_no_dutch_on_a_contest_with_all_that_it_can_have(database: str, folder: Path) -> None:
    """Several pots, relations and a comparison are told in English too."""
    world = play_to_opening(Related(Options()))
    world.count()
    async with open_site(database, folder, world) as client:
        for path in ("/en", "/wall/2/en", "/outcome/en"):
            assert_english(await read(client, path, "en"))


async def test_answers_and_refusals_in_english(database: str, folder: Path) -> None:
    """What a form answers, and every way in which a page says no, is in the page's language."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answers = [
            await client.post(f"{path}/en", data={"number": typed}, headers=BROWSER) for path, typed in TYPED
        ]
        answers += [await client.get(path, headers=BROWSER) for path in NOWHERE]
        answers.append(await client.post("/wall/en", headers=BROWSER))
        answers.append(await client.post("/find/en", data={"number": "0" * 5000}, headers=BROWSER))
    for answer in answers:
        assert_english(assert_good(answer.text, "en"))
    assert {answer.status_code for answer in answers} == {200, 400, 404, 405, 413}


TYPED = [
    *(("/find", typed) for typed in ("", "ABC", "UUUUUUUUUU", "0000000000")),
    *(("/roll", typed) for typed in ("", "1", "99999", "0", "drie")),
]
NOWHERE = ["/nergens/en", "/wall/999/en", "/wall/x/en", "/wall/en?from=999", "/wall/en?from=x"]


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_links_stay_in_the_language(database: str, folder: Path, language: str) -> None:
    """Every link on a page leads to a page in its language, or to a file that has none."""
    async with open_site(database, folder, make_world(Phase.COUNTED)) as client:
        for path in [*PAGES, "/wall/3", "/wall/20"]:
            page = await read(client, list_paths(path)[1 if language == "en" else 2], language)
            within = [each for each in page.all("a", "form") if "hreflang" not in each.attributes]
            for each in within:
                found = each.attributes.get("href", each.attributes.get("action", "#")).partition("?")[0]
                if not found.startswith(("#", "/board/", "/api/", "/openapi.json")):
                    assert split_address(found)[1] == language, (path, found)


async def test_the_switch_stays_on_the_page(database: str, folder: Path) -> None:
    """Each page names itself in every complete language, in its head and in its header, and no other."""
    async with open_site(database, folder, make_world(Phase.COUNTED)) as client:
        for path in [*PAGES, "/wall/3", "/wall?from=2"]:
            first, _, asked = path.partition("?")
            for here in list_paths(first):
                answer = await client.get(f"{here}?{asked}" if asked else here, headers=BROWSER)
                page = assert_good(answer.text, split_address(here)[1])
                there = list_paths(path)[: len(COMPLETE)]
                for kind in ("a", "link"):
                    named = [each for each in page.all(kind) if "hreflang" in each.attributes]
                    assert [each.attributes["href"] for each in named] == there
                    assert [each.attributes["hreflang"] for each in named] == list(COMPLETE)
                (canonical,) = [e for e in page.all("link") if e.attributes["rel"] == "canonical"]
                assert split_address(canonical.attributes["href"].partition("?")[0]) == split_address(here)


async def test_numbers_and_dates_are_english(database: str, folder: Path) -> None:
    """Amounts, percentages and moments are written as in English."""
    world = make_world(Phase.VOTING, releases=[1_900_000_000, 1_905_357_600])
    async with open_site(database, folder, world) as client:
        text = (await read(client, "/en", "en")).text
    for said in ("Buurtpot: €20,000.01", "Gemeente: 70%", "Saturday 18 May 2030 at 20:00", "Vote now"):
        assert said in text, said


async def test_a_begun_language_says_what_is_dutch(database: str, folder: Path) -> None:
    """An Arabic page runs from the right, and what it lacks is marked as Dutch."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        page = await read(client, "/audit/ar", "ar")
    (root,) = page.all("html")
    assert root.attributes["dir"] == "rtl"
    foreign = {each.text for each in page.all("span") if each.attributes.get("lang") == "nl"}
    assert "In uw browser" in foreign
    assert "Naar de inhoud" not in page.text


async def test_what_the_election_says_is_marked_as_dutch(database: str, folder: Path) -> None:
    """On an English page titles and texts of the election are read aloud as Dutch."""
    world = make_world(Phase.VOTING)
    contest = next(iter(world.election.contests.values()))
    said = {world.election.manifest.title, contest.title, *(each.title for each in contest.projects)}
    async with open_site(database, folder, world) as client:
        english, dutch = await read(client, "/en", "en"), await read(client, "/", "nl")
    marked = [each for each in english.all("span") if each.attributes.get("lang") == "nl"]
    assert said <= {each.text for each in marked}
    assert {each.attributes["dir"] for each in marked} == {"auto"}
    assert not [each for each in dutch.all("span") if "lang" in each.attributes]


def test_addresses() -> None:
    """An address is split as it was put together; what is odd leads to the first page."""
    for page in ("/", "/wall", "/wall/3", "/recount/alone"):
        for address, language in zip(list_paths(page), ("nl", "en", "ar"), strict=True):
            assert split_address(address) == (page, language)
    assert list_paths("/wall?from=50")[1] == "/wall/en?from=50"
    assert plain_address("/wall/3") == "/wall/3"
    for odd in ("//evil.example", "/a//b", "/%22", "/a b", '/"><b', "", "/wall/"):
        assert plain_address(odd) == "/", odd
