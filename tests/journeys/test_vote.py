"""Voting at home, in a browser: on every screen, by keyboard alone, with what goes wrong on the way."""

import json

import pytest
from playwright.async_api import Browser, Page, Request, expect

from tests.journeys.faults import assert_no_faults
from tests.journeys.site import sideways
from tests.journeys.station import Station
from tests.journeys.voter import Voter, enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SCREENS = [
    ("phone", (320, 740), "/vote"),
    ("desk", (1280, 900), "/vote/en"),
    ("phone", (360, 740), "/vote/ar"),
    ("kiosk", (1080, 1920), "/vote"),
]


def collect(page: Page) -> list[Request]:
    """Collect every request of a page."""
    asked: list[Request] = []

    def take(request: Request) -> None:
        asked.append(request)

    page.on("request", take)
    return asked


@pytest.mark.parametrize(("name", "size", "path"), SCREENS, ids=lambda value: str(value).replace("/", ""))
async def test_everybody_gets_through(
    station: Station, browser: Browser, name: str, size: tuple[int, int], path: str
) -> None:
    """From code to promise, every screen fits, loads nothing foreign, and has no fault in any theme."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    voter = await enter(station, context, path)

    async def look(screen: str) -> None:
        assert await sideways(voter.page) <= 0, (name, screen)
        await assert_no_faults(voter.page, (name, screen))

    voter.look = look
    await voter.vote()
    assert voter.heard == []


async def test_by_keyboard_alone(station: Station, browser: Browser) -> None:
    """Tab, space and Enter do: nothing needs a mouse, and the focus is always where the screen changed."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    voter = await enter(station, context)
    page = voter.page
    await page.goto(f"{station.url}/vote")
    await page.locator("#code").wait_for()
    assert await page.evaluate("document.activeElement.id") == "kop"
    await go_to(page, "#code")
    await page.keyboard.type(voter.code.lower().replace("-", " "))
    await page.keyboard.press("Enter")
    await page.locator("section.contest").first.wait_for(timeout=40_000)
    for contest in await page.locator("section.contest").all():
        name = await contest.get_attribute("aria-labelledby")
        is_points = await contest.locator(".stepper").count() > 0
        control = ".stepper button:nth-of-type(2)" if is_points else ".pick input"
        await go_to(page, f"section[aria-labelledby={name}] {control}")
        await page.keyboard.press("Space")
    for text in ("Verder: nakijken", "Dit klopt"):
        await go_to(page, f"button:text-is('{text}')")
        await page.keyboard.press("Enter")
        await page.wait_for_function("document.activeElement.id === 'kop'")
    for place in (5, 9):
        await go_to(page, f"#merk-{place}")
        await page.keyboard.press("Space")
    await go_to(page, "button:text-is('Stem nu')")
    await page.keyboard.press("Enter")
    assert await voter.voted()
    assert await page.evaluate("document.activeElement.id") == "kop"


async def test_links_within_a_screen_stay_on_it(station: Station, browser: Browser) -> None:
    """The skip link and the list of problems lead to a part of the same screen."""
    voter = await enter(station, await browser.new_context())
    await voter.open()
    await voter.get_share()
    await voter.choose()
    await voter.review()
    await voter.page.locator(".nl-skip-link").focus()
    await voter.page.keyboard.press("Enter")
    await voter.page.wait_for_timeout(300)
    assert await voter.page.locator(".reviewed").count() > 0
    await voter.press("right")
    await voter.press("cast")
    await voter.page.locator("#wat-mist a").click()
    await expect(voter.page.locator("#merk-0")).to_be_focused()


async def go_to(page: Page, selector: str) -> None:
    """Press Tab until the first element that fits has the focus."""
    wanted = page.locator(selector).first
    for _ in range(400):
        if await wanted.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"no way by keyboard to {selector}")


def swap(code: str) -> str:
    """Return the code with the first two different neighbours of a group exchanged."""
    place = next(i for i in range(3) if code[i] != code[i + 1])
    return code[:place] + code[place + 1] + code[place] + code[place + 2 :]


MISTAKES = {
    "a symbol that was misread": lambda code: ("2" if code[0] != "2" else "3") + code[1:],
    "two symbols the wrong way round": swap,
    "a symbol that no code has": lambda code: "U" + code[1:],
    "one symbol too many": lambda code: code + "7",
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
async def test_a_typing_error_is_told_before_anything_is_sent(
    station: Station, browser: Browser, mistake: object
) -> None:
    """The page says so while it is typed, and asks the service nothing."""
    assert callable(mistake)
    code = station.letters["adult"][0]
    page = await browser.new_page()
    await page.goto(f"{station.url}/vote")
    await page.locator("#code").wait_for()
    asked = collect(page)
    await page.locator("#code").fill(mistake(code))
    await expect(page.locator("#code-antwoord")).to_have_class("said complaint")
    await page.get_by_role("button", name="Haal mijn aandeel").click()
    await expect(page.locator("#code")).to_be_focused()
    await page.wait_for_timeout(300)
    assert [request.url for request in asked] == []


async def test_a_code_that_is_not_on_the_roll(station: Station, browser: Browser) -> None:
    """A code of another election is told in words, and nothing is kept."""
    page = await browser.new_page()
    await page.goto(f"{station.url}/vote#0000-0000-0000-0000.{station.anchor}")
    await page.get_by_role("button", name="Haal mijn aandeel").click()
    await expect(page.locator("#code-antwoord")).to_contain_text("hoort niet bij deze verkiezing")
    await expect(page.locator("#code")).to_be_editable()


async def test_a_letter_of_another_election(station: Station, browser: Browser) -> None:
    """Where site and letter differ the booth stops before anything is sent."""
    page = await browser.new_page()
    asked = collect(page)
    await page.goto(f"{station.url}/vote#{station.letters['adult'][0]}.{'0' * 64}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("andere verkiezing")
    assert not [request.url for request in asked if "/api/" in request.url]
    assert "#" not in page.url


async def test_a_letter_that_is_opened_in_the_same_tab(station: Station, browser: Browser) -> None:
    """At the first screen its code is taken, further on the voter stays there; no address keeps it."""
    voter = await enter(station, await browser.new_context())
    await voter.page.goto(f"{station.url}/vote")
    await voter.page.locator("#code").wait_for()
    letter = f"#{voter.code}.{station.anchor}"
    await voter.page.evaluate("hash => { location.hash = hash; }", letter)
    await expect(voter.page.locator("#code")).to_have_value(voter.code)
    assert "#" not in voter.page.url
    await voter.get_share()
    await voter.page.evaluate("hash => { location.hash = hash; }", letter)
    await expect(voter.page).to_have_url(f"{station.url}/vote")
    await expect(voter.page.locator("section.contest").first).to_be_visible()


async def test_nothing_is_ticked_beforehand_and_nothing_is_repaired(
    station: Station, browser: Browser
) -> None:
    """Too few, too many, too dear and too many points are told with a way to each, and stay as they are."""
    voter = await enter(station, await browser.new_context())
    page = voter.page
    await voter.open()
    await voter.get_share()
    assert await page.locator(".pick input:checked").count() == 0
    await voter.press("next")
    problems = page.locator("#wat-mist")
    await expect(problems).to_be_focused()
    await expect(problems.get_by_role("link")).to_have_count(2)
    approval, knapsack, points, ranking = await page.locator("section.contest").all()
    for place in range(4):
        await approval.locator(".pick input").nth(place).check()
    for box in await knapsack.locator(".pick input").all():
        await box.check()
    for place in range(2):
        for _ in range(3):
            await points.locator(".stepper").nth(place).get_by_role("button").nth(1).click()
    await ranking.locator(".pick input").first.check()
    await voter.press("next")
    await expect(problems.get_by_role("link")).to_have_count(3)
    assert await approval.locator(".pick input:checked").count() == 4
    said = await problems.inner_text()
    for text in ("1 idee te veel", "te veel. Haal een idee weg", "1 punt te veel"):
        assert text in said
    await problems.get_by_role("link").first.click()
    await expect(page.locator("#wedstrijd-goedkeuren")).to_be_focused()


async def test_every_voter_has_an_order_of_their_own(station: Station, browser: Browser) -> None:
    """Two voters see two orders, and one voter sees the same again."""
    orders = []
    for _ in range(2):
        voter = await enter(station, await browser.new_context())
        await voter.open()
        await voter.get_share()
        seen = await voter.page.locator("section.contest").first.locator("h3").all_inner_texts()
        await voter.page.reload()
        await voter.page.locator("section.contest").first.wait_for()
        assert seen == await voter.page.locator("section.contest").first.locator("h3").all_inner_texts()
        orders.append(seen)
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


async def test_the_ranking_is_what_the_voter_made_of_it(station: Station, browser: Browser) -> None:
    """Buttons and dragging both move a project, and the review has that order."""
    voter = await enter(station, await browser.new_context(viewport={"width": 1280, "height": 1200}))
    await voter.open()
    await voter.get_share()
    await voter.choose()
    contest = voter.page.locator("section.contest").last
    for place in (1, 2):
        await contest.locator(".pick input").nth(place).check()
    rows = contest.locator(".ranking li")
    before = await contest.locator(".ranking .name").all_inner_texts()
    await rows.nth(2).get_by_role("button").nth(0).click()
    moved = [before[0], before[2], before[1]]
    assert await contest.locator(".ranking .name").all_inner_texts() == moved
    await rows.nth(2).drag_to(rows.nth(0))
    dragged = [moved[2], moved[0], moved[1]]
    assert await contest.locator(".ranking .name").all_inner_texts() == dragged
    await voter.review()
    assert await voter.page.locator("ol.chosen-list .name").all_inner_texts() == dragged


async def test_what_was_reviewed_is_what_a_second_device_finds(station: Station, browser: Browser) -> None:
    """The page for a second device shows the same projects and the same mark, from the ballot itself."""
    voter = await enter(station, await browser.new_context())
    await voter.open()
    await voter.get_share()
    await voter.choose(skip=1)
    reviewed = await voter.review()
    await voter.mark(8, 40)
    number = await voter.cast()
    address = await open_qr(voter)
    second = await browser.new_page()
    assert address.startswith(f"{station.site.check_url}#")
    asked = collect(second)
    await second.goto(address)
    await expect(second.get_by_role("heading", level=1)).to_have_text("Is dit wat u koos?")
    assert await second.locator(".reviewed .name").all_inner_texts() == reviewed
    assert f"{number[:5]}-{number[5:]}" in await second.inner_text("main")
    assert await second.locator(".marks.chosen use").count() == 2
    assert "#" not in second.url
    partner = station.site.check_url.removesuffix("/check")
    assert {request.url[: len(partner)] for request in asked if not request.url.startswith("blob:")} == {
        partner
    }
    await second.get_by_role("button", name="Nee, dit koos ik niet").click()
    await expect(second.locator(".notice.wrong")).to_contain_text("opnieuw")
    await voter.press("Klaar met nakijken")
    await expect(voter.page.get_by_role("heading", name="Later nakijken")).to_be_visible()


async def open_qr(voter: Voter) -> str:
    """Ask to check now, and return the address in the QR code."""
    await voter.press("check")
    address = await voter.page.locator("#nakijken a").get_attribute("href")
    assert address
    return address


async def test_nothing_tells_what_was_chosen(station: Station, browser: Browser) -> None:
    """No address holds a code or a choice, requests have one length, and nothing stays behind."""
    lengths = []
    for skip in (0, 5):
        voter = await enter(station, await browser.new_context())
        asked = collect(voter.page)
        await voter.vote(skip)
        posted = {
            request.url.rsplit("/", 1)[1]: len(request.post_data or "")
            for request in asked
            if request.method == "POST"
        }
        lengths.append(posted)
        plain = voter.code.replace("-", "")
        assert not [request.url for request in asked if plain in request.url.replace("-", "")]
        await voter.press("Nee, dat hoeft niet")
        kept = await read_storage(voter.page)
        assert "asking" in kept
        for word in ("bankjes-", "moestuin-", "speeltuin-", "geveltuinen-", "buurtkamer-", voter.code, plain):
            assert word not in kept
        assert json.loads(kept)["database"][0]["draft"] is None
        assert json.loads(kept)["session"] == {}
    assert lengths[0] == lengths[1]
    assert set(lengths[0]) == {"roll-lines", "requests", "ballots"}


READ_STORAGE = """
async () => {
  const asked = indexedDB.open("wijkaandeel", 1);
  const database = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  const all = database.transaction("voters").objectStore("voters").getAll();
  const rows = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
  const text = (key, value) => value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  return JSON.stringify({ database: rows, local: { ...localStorage }, session: { ...sessionStorage } }, text);
}
"""


async def read_storage(page: Page) -> str:
    """Return all that the page has stored, as text."""
    found: str = await page.evaluate(READ_STORAGE)
    return found


async def test_forgetting_leaves_nothing(station: Station, browser: Browser) -> None:
    """Whoever erases everything starts with an empty device, after one question."""
    voter = await enter(station, await browser.new_context())
    await voter.vote()
    await voter.press("Wis alles van dit apparaat")
    await voter.press("Ja, wis alles")
    await expect(voter.page.get_by_role("heading", level=1)).to_have_text("Begin met uw code")
    assert json.loads(await read_storage(voter.page)) == {"database": [], "local": {}, "session": {}}
