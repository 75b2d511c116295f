"""What residents type into the pages: forgiven where it can be meant, answered clearly where it cannot."""

import contextlib
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from ballots.board import Phase
from ballots.codes import ballot_number
from ballots.merkle import leaf_hash
from service.portal.errors import TypedError
from service.portal.find_view import parse_ballot_number, parse_roll_number
from service.portal.follow import Portal
from service.portal.store import PortalStore
from service.portal.wall_view import parse_position
from tests.service.page_reader import assert_good
from tests.service.portal_site import open_site
from tests.simulator import World, make_world

Client = AsyncTestClient[Litestar]
BROWSER = {"accept": "text/html,application/xhtml+xml"}


def first_ballot(world: World) -> tuple[int, str]:
    """Return where the first ballot stands, and its number."""
    place = next(place for place, raw in enumerate(world.entries) if b'"kind":"ballot"' in raw)
    return place, ballot_number(leaf_hash(world.entries[place]))


@pytest.mark.parametrize("spelling", [
    lambda number: number,
    str.lower,
    lambda number: f" {number[:5]}-{number[5:]} ",
    lambda number: number.replace("0", "O").replace("1", "l"),
    "\u2013".join,
])  # fmt: skip
async def test_ballot_is_found_by_its_number(database: str, folder: Path, spelling) -> None:
    """A ballot's number is found in every way in which somebody may write it."""
    world = make_world(Phase.CLOSED)
    place, number = first_ballot(world)
    async with open_site(database, folder, world) as client:
        answer = await client.post("/find", data={"number": spelling(number)})
    page = assert_good(answer.text)
    assert answer.status_code == 200
    assert "Ja, dit stembiljet hangt op de wand." in page.text
    assert f"/wall/{place}" in page.addresses
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("typed", "status", "said"), [
    ("", 400, "U hebt nog niets ingevuld"),
    ("ABC", 400, "Een stembiljetnummer heeft 10 tekens; u typte er 3"),
    ("0" * 11, 400, "u typte er 11"),
    ("0" * 15, 400, "u typte er 15"),
    ("AB12-" * 4, 400, "Dit lijkt op uw geheime code. Typ die hier niet"),
    ("UUUUUUUUUU", 400, "Dit teken komt in een stembiljetnummer niet voor: U"),
    ("ABCDE12é45", 400, "niet voor: É"),
    ("<script>ab", 400, "niet voor: < >"),
    ("0000000000", 200, "Dit nummer hangt niet op de wand. Kijk of u het nummer goed hebt overgenomen."),
])  # fmt: skip
async def test_ballot_number_that_is_none(
    database: str, folder: Path, typed: str, status: int, said: str
) -> None:
    """A number that cannot be meant or is not there is answered with what is wrong and what to do."""
    async with open_site(database, folder, make_world(Phase.CLOSED)) as client:
        answer = await client.post("/find", data={"number": typed})
    assert answer.status_code == status
    assert said in assert_good(answer.text).text


@pytest.mark.parametrize(("typed", "status", "said"), [
    ("1", 200, "Met nummer 1 is een aandeel aangevraagd."),
    (" 1 ", 200, "Met nummer 1 is een aandeel aangevraagd."),
    ("9", 200, "Met nummer 9 is nog geen aandeel aangevraagd."),
    ("99999", 200, "Nummer 99.999 staat niet op de kiezerslijst. De lijst loopt van 1 tot en met 10."),
    ("0", 400, "Dit nummer bestaat niet"),
    ("9999999999", 400, "Dit nummer bestaat niet"),
    ("-1", 400, "Een nummer op de kiezerslijst heeft alleen cijfers"),
    ("drie", 400, "Een nummer op de kiezerslijst heeft alleen cijfers"),
    ("\u0663", 400, "Een nummer op de kiezerslijst heeft alleen cijfers"),
    ("", 400, "U hebt nog niets ingevuld"),
])  # fmt: skip
async def test_roll_number(database: str, folder: Path, typed: str, status: int, said: str) -> None:
    """A roll number is told used or not used; what is no number is answered with what to type."""
    world = make_world(Phase.VOTING)
    placed = [world.append(world.ask(number).request.request) for number in range(8)]
    async with open_site(database, folder, world) as client:
        answer = await client.post("/roll", data={"number": typed})
    page = assert_good(answer.text)
    assert answer.status_code == status
    assert said in page.text
    assert (f"/wall/{placed[0].index}" in page.addresses) == ("is een aandeel aangevraagd" in said)


@pytest.mark.parametrize(("path", "typed", "again"), [
    ("/find", 'A"B-1 ', "A\"B-1 "),
    ("/find", "0" * 15, "0" * 15),
    ("/find", "0" * 16, ""),
    ("/find", "ab12 cd34-ef56 gh78", ""),
    ("/roll", "12a", "12a"),
    ("/roll", "AB12-CD34-EF56-GH78", ""),
])  # fmt: skip
async def test_what_was_wrong_can_be_mended(
    database: str, folder: Path, path: str, typed: str, again: str
) -> None:
    """What was typed stands in the field again, which has the focus and names the problem; no secret does."""
    async with open_site(database, folder, make_world(Phase.CLOSED)) as client:
        answer = await client.post(path, data={"number": typed})
    page = assert_good(answer.text)
    field = page.all("input")[0].attributes
    assert answer.status_code == 400
    assert (field["value"], field["aria-invalid"]) == (again, "true")
    assert "autofocus" in field
    assert field["aria-describedby"].split() == ["fout", "hulp"]
    assert [each.attributes["role"] for each in page.all("div") if each.attributes.get("id") == "fout"] == [
        "alert"
    ]
    assert bool(again) or typed not in answer.text


async def test_no_roll_yet(database: str, folder: Path) -> None:
    """Before the roll stands the page says that there is none yet."""
    async with open_site(database, folder, make_world(Phase.ROLL)) as client:
        answer = await client.post("/roll", data={"number": "1"})
    assert "Er is nog geen kiezerslijst." in assert_good(answer.text).text


async def test_nothing_typed_comes_back(database: str, folder: Path) -> None:
    """Forms answer to POST, and no answer repeats a number that could be meant in an address or a field."""
    async with open_site(database, folder, make_world(Phase.CLOSED)) as client:
        for path, typed in (("/find", "7777777777"), ("/roll", "77777")):
            form = assert_good((await client.get(path)).text)
            assert [each.attributes["method"] for each in form.all("form")] == ["post"]
            answer = await client.post(path, data={"number": typed})
            page = assert_good(answer.text)
            assert answer.history == []
            assert not [each for each in page.addresses if typed in each]
            assert not [each for each in page.all("input") if "value" in each.attributes]


@pytest.mark.parametrize(("path", "status", "said"), [
    ("/wall/999", 404, "Deze tegel hangt er niet. De wand loopt tot en met tegel"),
    ("/wall/-1", 400, "Dat is geen nummer van een tegel"),
    ("/wall/x", 400, "Dat is geen nummer van een tegel"),
    ("/wall/" + "9" * 40, 400, "Dat is geen nummer van een tegel"),
    ("/wall?from=999", 404, "Zover is de wand nog niet"),
    ("/wall?from=", 400, "Typ een heel getal"),
    ("/wall?from=1e3", 400, "Typ een heel getal"),
    ("/nergens", 404, "Deze bladzijde bestaat niet"),
    ("/static/nergens.css", 404, "Deze bladzijde bestaat niet"),
    ("/static/../app.py", 404, "Deze bladzijde bestaat niet"),
])  # fmt: skip
async def test_address_that_leads_nowhere(
    database: str, folder: Path, path: str, status: int, said: str
) -> None:
    """A wrong address is answered with a page that says what happened and what to do."""
    async with open_site(database, folder, make_world(Phase.ROLL)) as client:
        answer = await client.get(path, headers=BROWSER)
    page = assert_good(answer.text)
    assert answer.status_code == status
    assert said.partition(". ")[0] in page.text
    assert said.partition(". ")[2] in page.text
    assert "/" in page.addresses


async def test_programs_get_problems_and_people_pages(database: str, folder: Path) -> None:
    """An unknown address is a page to a browser and a problem (RFC 9457) to a program."""
    async with open_site(database, folder, make_world(Phase.ROLL)) as client:
        page = await client.get("/nergens", headers=BROWSER)
        problem = await client.get("/nergens", headers={"accept": "application/json"})
    assert page.headers["content-type"].startswith("text/html")
    assert problem.headers["content-type"] == "application/problem+json"
    assert (page.status_code, problem.status_code) == (404, 404)


async def test_wrong_methods_and_large_forms(database: str, folder: Path) -> None:
    """A page that takes no form, and a form with too much in it, are refused as pages."""
    async with open_site(database, folder, make_world(Phase.ROLL)) as client:
        assert (await client.post("/wall", data={"from": "1"})).status_code == 405
        large = await client.post("/find", data={"number": "0" * 5000}, headers=BROWSER)
    assert large.status_code == 413
    assert "Dat is te veel tekst" in assert_good(large.text).text


async def test_database_away(database: str, folder: Path) -> None:
    """When the database is away a page says that nothing is lost and when to come back."""
    async with open_site(database, folder, make_world(Phase.ROLL)) as client:
        closed = await asyncpg.create_pool(database)
        await closed.close()
        client.app.state.portal = Portal(PortalStore(closed))
        answer = await client.get("/", headers=BROWSER)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "Er is niets verloren." in assert_good(answer.text).text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_get_a_page(data: st.DataObject) -> None:
    """Reading any text gives a value or an error that says what to do; it never breaks."""
    typed = data.draw(st.text(max_size=30))
    for parse in (parse_ballot_number, parse_roll_number, parse_position):
        with contextlib.suppress(TypedError):
            parse(typed)


async def test_any_form_gets_a_page(database: str, folder: Path) -> None:
    """Any bytes as a form's body are answered with a page, never with a fault."""
    bodies = [
        b"",
        b"\xff\xfe",
        b"number",
        b"number=%",
        b"number=%00",
        b"&" * 50,
        b"number=1&number=2",
        b"{}",
        b"a=b",
    ]
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        for path in ("/find", "/roll"):
            for body in bodies:
                for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data"):
                    answer = await client.post(path, content=body, headers={"content-type": kind})
                    assert answer.status_code in {200, 400}, (path, body, kind, answer.status_code)
                    assert_good(answer.text)


@given(st.binary(min_size=32, max_size=32))
@example(bytes(32))
@example(b"\xff" * 32)
def test_number_and_range_agree(entry_hash: bytes) -> None:
    """A ballot's entry hash lies in the range of its number, and both ends have that number too."""
    number = ballot_number(entry_hash)
    least, most = parse_ballot_number(number)
    assert least <= entry_hash <= most
    assert ballot_number(least) == ballot_number(most) == number
