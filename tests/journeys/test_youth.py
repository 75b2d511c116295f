"""Children vote on a tablet, one after the other, and the teacher sees how many have; nothing is left."""

import json

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from ballots.codes import ballot_number
from tests.journeys.child import MOST_SCREENS, Tablet, start_lesson, take_tablet
from tests.journeys.faults import assert_no_faults
from tests.journeys.site import sideways
from tests.journeys.station import Station
from tests.journeys.test_vote import collect, go_to

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SCREENS = [
    ("phone", (320, 740), "nl"),
    ("tablet", (768, 1024), "en"),
    ("desk", (1280, 900), "ar"),
]
READ_ALL = """
async () => {
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, history: history.length };
  for (const { name } of await indexedDB.databases()) {
    const asked = indexedDB.open(name);
    const database = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAllKeys();
      const keys = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
      found[`${name}/${store}`] = keys.map(String);
    }
    database.close();
  }
  return JSON.stringify(found);
}
"""
NOTHING = {"local": {}, "wijkaandeel-kiosk/ballots": [], "wijkaandeel-kiosk/keys": ["queue"]}

AT_HOME = {"wijkaandeel/voters": []}
"""What a tablet has too that was opened without a lesson."""


async def kept(page: Page) -> dict[str, object]:
    """Return all that the page has stored, by place; of databases their keys."""
    found: dict[str, object] = json.loads(await page.evaluate(READ_ALL))
    del found["history"]
    return found


async def numbers_in_box(station: Station) -> set[str]:
    """Return the numbers of all ballots that the service has."""
    connection = await asyncpg.connect(station.site.dsn)
    try:
        rows = await connection.fetch("SELECT entry_hash FROM box.ballots")
    finally:
        await connection.close()
    return {ballot_number(row["entry_hash"]) for row in rows}


async def test_a_class_on_one_tablet(station: Station, browser: Browser) -> None:
    """Three children vote, the teacher sees three, their ballots are in; after each nothing is left."""
    teacher, join = await start_lesson(station, browser)
    await expect(teacher.locator("#geteld")).to_have_text("0 kinderen hebben gestemd")
    tablet = await take_tablet(station, await browser.new_context(viewport={"width": 768, "height": 1024}))
    asked = collect(tablet.page)
    await tablet.open(f"#les.{join.replace('-', '')}")
    assert "#" not in tablet.page.url
    await expect(tablet.page.locator("#les")).to_have_text("De les loopt.")
    numbers, codes = set(), []
    for place in range(3):
        codes.append(station.take_code("youth"))
        numbers.add(await tablet.vote(codes[-1], wanted=place))
        await tablet.leave()
        assert await kept(tablet.page) == NOTHING | {"session": {"wijkaandeel-les": join.replace("-", "")}}
        left = await tablet.page.content()
        assert [each for each in (*numbers, *codes) if each in left or f"{each[:5]}-{each[5:]}" in left] == []
    assert len(numbers) == 3
    assert numbers <= await numbers_in_box(station)
    await expect(teacher.locator("#geteld")).to_have_text("3 kinderen hebben gestemd")
    for request in asked:
        assert not any(code.replace("-", "") in request.url.replace("-", "") for code in [*codes, join])
    said = [request.post_data or "" for request in asked if request.url.endswith("/voted")]
    assert len({json.loads(text)["ticket"] for text in said}) == 3
    assert {tuple(json.loads(text)) for text in said} == {("join", "ticket")}
    assert tablet.heard == []


async def test_the_end_of_a_lesson(station: Station, browser: Browser) -> None:
    """The teacher is asked once more; then the tablet says that the lesson is over, and forgets it."""
    teacher, join = await start_lesson(station, browser)
    tablet = await take_tablet(station, await browser.new_context())
    await tablet.open()
    await tablet.type_code(join)
    await expect(tablet.page.locator("#les")).to_have_text("De les loopt.")
    await teacher.get_by_role("button", name="Stop de les").click()
    await teacher.get_by_role("button", name="Nee, ga door").click()
    await expect(teacher.locator(".join-code")).to_be_visible()
    await teacher.get_by_role("button", name="Stop de les").click()
    await teacher.get_by_role("button", name="Ja, stop de les").click()
    await expect(teacher.get_by_role("heading", level=1)).to_have_text("De les is klaar")
    assert await teacher.evaluate("JSON.stringify({ ...sessionStorage })") == "{}"
    await tablet.open()
    await expect(tablet.page.locator("#les")).to_have_text("De les is klaar.")
    assert await kept(tablet.page) == NOTHING | AT_HOME | {"session": {}}


@pytest.mark.parametrize("behind", ["#les.00000001", "#les.0000", "#les.", "#les.00000000.more", "#lesson"])
async def test_a_lesson_that_is_none(station: Station, browser: Browser, behind: str) -> None:
    """An address without a lesson's code in its one spelling is told; nothing is asked; voting goes on."""
    tablet = await take_tablet(station, await browser.new_context())
    asked = collect(tablet.page)
    await tablet.page.goto(f"{station.url}/jeugd{behind}")
    await expect(tablet.title).to_have_text("Deze les kennen we niet")
    await tablet.page.get_by_role("button", name="Verder").click()
    await expect(tablet.page.locator("#kaart")).to_be_visible()
    assert [request.url for request in asked if "/lessons" in request.url] == []


async def test_a_card_of_another_election(station: Station, browser: Browser) -> None:
    """Where site and card differ the child is told in its own words, and nothing is sent."""
    page = await browser.new_page()
    asked = collect(page)
    await page.goto(f"{station.url}/jeugd#{station.letters['youth'][0]}.{'0' * 64}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Deze kaart is van een andere verkiezing")
    await expect(page.locator("main")).to_contain_text("Vraag het aan je juf of meester.")
    assert not [request.url for request in asked if "/api/" in request.url]
    assert "#" not in page.url


async def test_a_double_tap_answers_one_idea(station: Station, browser: Browser) -> None:
    """The second half of a double tap falls on an idea that nobody has looked at yet, and does nothing."""
    tablet = await take_tablet(station, await browser.new_context())
    await tablet.open()
    await tablet.get_share(station.take_code("youth"))
    await tablet.onward()
    first = await tablet.title.inner_text()
    await tablet.page.locator(".like").first.click()
    await expect(tablet.title).not_to_have_text(first)
    await tablet.page.locator(".like").first.dispatch_event("click", {"detail": 2})
    assert await tablet.page.locator(".dot.past").count() == 1


async def test_a_child_at_home_loses_nothing(station: Station, browser: Browser) -> None:
    """Without a lesson a closed page goes on where it was; "Klaar" takes everything away."""
    context = await browser.new_context()
    tablet = await take_tablet(station, context)
    await tablet.open()
    await tablet.get_share(station.take_code("youth"))
    liked = await tablet.choose()
    await tablet.page.close()
    tablet.page = await context.new_page()
    await tablet.page.goto(f"{station.url}/jeugd")
    await tablet.page.locator("main > .onward.youth").first.wait_for()
    for _ in range(MOST_SCREENS):
        if await tablet.page.locator(".reviewed").count():
            break
        before = await tablet.title.inner_text()
        ideas, yes = tablet.page.locator(".like"), tablet.page.locator(".like[aria-pressed=true]")
        if await ideas.count():
            await (yes if await yes.count() else ideas.nth(1)).click()
        else:
            await tablet.onward()
        await tablet.page.wait_for_function(
            "before => document.querySelector('h1').textContent !== before", arg=before
        )
    assert sorted(await tablet.titles()) == sorted(liked)
    await tablet.mark()
    number = await tablet.cast()
    assert number in await numbers_in_box(station)
    await tablet.leave()
    assert await kept(tablet.page) == NOTHING | AT_HOME | {"session": {}}


async def test_voting_does_not_wait_for_the_lesson(station: Station, browser: Browser) -> None:
    """While the lesson cannot be reached children vote; what was not counted is counted later, once."""
    teacher, join = await start_lesson(station, browser)
    tablet = await take_tablet(station, await browser.new_context())
    await tablet.open()
    await tablet.type_code(join)
    await expect(tablet.page.locator("#les")).to_have_text("De les loopt.")
    await tablet.page.route("**/api/lessons/**", lambda route: route.abort())
    number = await tablet.vote(station.take_code("youth"))
    assert number in await numbers_in_box(station)
    await tablet.leave()
    await tablet.page.unroute_all()
    await expect(teacher.locator("#geteld")).to_have_text("1 kind heeft gestemd")


@pytest.mark.parametrize(("name", "size", "language"), SCREENS)
async def test_every_screen_fits(
    station: Station, browser: Browser, name: str, size: tuple[int, int], language: str
) -> None:
    """From card to number, and for the teacher: it fits, loads nothing foreign, and no theme has faults."""
    ending = "" if language == "nl" else f"/{language}"
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    tablet = await take_tablet(station, context, f"/jeugd{ending}")

    async def look(screen: str, page: Page = tablet.page) -> None:
        assert await sideways(page) <= 0, (name, screen)
        await assert_no_faults(page, (name, screen))

    tablet.look = look
    await tablet.open()
    await tablet.vote(station.take_code("youth"))
    teacher = await context.new_page()
    await teacher.goto(f"{station.url}/les{ending}")
    await teacher.locator(".onward button").wait_for()
    await look("start", teacher)
    await teacher.locator(".onward button").click()
    await teacher.locator("#geteld:not(:empty)").wait_for()
    await look("lesson", teacher)
    await teacher.emulate_media(media="print")
    await expect(teacher.locator(".join-code")).to_be_visible()
    await expect(teacher.locator("button:visible")).to_have_count(0)
    assert tablet.heard == []


async def test_by_keyboard_alone(station: Station, browser: Browser) -> None:
    """Tab, space and Enter do, and the focus is always where the screen changed."""
    tablet = await take_tablet(station, await browser.new_context(viewport={"width": 1280, "height": 900}))
    page = tablet.page
    await tablet.open()
    assert await page.evaluate("document.activeElement.id") == "kop"
    await go_to(page, ".typing summary")
    await page.keyboard.press("Enter")
    await go_to(page, "#code")
    await page.keyboard.type(station.take_code("youth").lower().replace("-", " "))
    await page.keyboard.press("Enter")
    await page.locator("main > .onward.youth").first.wait_for(timeout=40_000)
    for _ in range(40):
        title = await tablet.title.inner_text()
        if await page.locator(".reviewed").count():
            break
        await go_to(
            page, ".liking button:nth-of-type(2)" if await page.locator(".like").count() else ".onward .large"
        )
        await page.keyboard.press("Space")
        await page.wait_for_function(
            "before => document.querySelector('h1').textContent !== before", arg=title
        )
        assert await page.evaluate("document.activeElement.id") == "kop"
    await go_to(page, ".onward .large")
    await page.keyboard.press("Enter")
    for place in (5, 9):
        await go_to(page, f"#merk-{place}")
        await page.keyboard.press("Space")
    await go_to(page, ".onward .large")
    await page.keyboard.press("Enter")
    await expect(tablet.title).to_have_text("Je hebt gestemd!")
    assert await page.evaluate("document.activeElement.id") == "kop"


async def test_too_much_is_told_kindly_and_stays(station: Station, browser: Browser) -> None:
    """In every method too much is told, nothing is taken away but by the child, and then it goes on."""
    tablet = await take_tablet(station, await browser.new_context(viewport={"width": 768, "height": 1024}))
    page = tablet.page
    await tablet.open()
    await tablet.get_share(station.take_code("adult"))
    await tablet.onward()
    assert await page.locator("[aria-pressed=true]").count() == 0
    await like_all(tablet)
    await expect(page.locator("#te-veel")).to_contain_text("9 te veel. Wat haal je weg?")
    await expect(page.locator(".idea")).to_have_count(12)
    await refuse_then_take_away(tablet, 9)
    await tablet.onward()
    await like_all(tablet)
    await expect(page.locator("#te-veel")).to_contain_text("tekort. Welk idee haal je weg?")
    while await page.locator("#te-veel").is_visible():
        await page.locator("[id^=weg-]").first.click()
    await tablet.onward()
    await tablet.onward()
    await give_stars(tablet, [3, 3, 0])
    await expect(page.locator("#te-veel")).to_contain_text("1 ster te veel")
    await refuse_then_take_away(tablet, 1)
    await tablet.onward()
    while await page.locator(".dots").count():
        await tablet.onward()
    taps = page.locator(".tap")
    for place in (4, 1, 7):
        await taps.nth(place).click()
    await expect(taps.nth(1)).to_contain_text("Nummer 2")
    order = [await taps.nth(place).locator(".name").inner_text() for place in (4, 1, 7)]
    await taps.nth(0).click()
    await expect(page.locator("#te-veel")).to_contain_text("1 te veel")
    await taps.nth(0).click()
    await tablet.onward()
    assert await page.locator(".reviewed ol .name").all_inner_texts() == order
    await expect(page.locator(".reviewed").first.locator(".idea")).to_have_count(3)
    await tablet.mark()
    assert await tablet.cast() in await numbers_in_box(station)


async def like_all(tablet: Tablet) -> None:
    """Say to every idea of a contest that it is nice."""
    await tablet.onward() if not await tablet.page.locator(".like").count() else None
    while await tablet.page.locator(".like").count():
        await tablet.page.locator(".like").first.click()


async def give_stars(tablet: Tablet, given: list[int]) -> None:
    """Give so many stars to the first ideas, and none to the others."""
    place = 0
    while await tablet.page.locator(".giving").count():
        for _ in range(given[place] if place < len(given) else 0):
            await tablet.page.locator(".giving button").nth(1).click()
        place += 1
        await tablet.onward()


async def refuse_then_take_away(tablet: Tablet, count: int) -> None:
    """Try to go on, which does nothing but tell; then take so many away, and go on."""
    title = await tablet.title.inner_text()
    await tablet.onward()
    await expect(tablet.page.locator("#te-veel")).to_be_focused()
    assert await tablet.title.inner_text() == title
    for _ in range(count):
        await tablet.page.locator("[id^=weg-]").first.click()
    await tablet.onward()


async def test_what_is_shown_is_what_was_liked(station: Station, browser: Browser) -> None:
    """The review shows what was liked, also after going back and changing it."""
    tablet = await take_tablet(station, await browser.new_context())
    await tablet.open()
    await tablet.get_share(station.take_code("youth"))
    liked = await tablet.choose(2)
    assert sorted(await tablet.titles()) == sorted(liked)
    await tablet.page.get_by_role("button", name="Terug").click()
    await tablet.page.get_by_role("button", name="Kijk nog een keer").click()
    await expect(tablet.page.locator(".like").first).to_have_attribute("aria-pressed", "true")
    await tablet.page.locator(".like").nth(1).click()
    while await tablet.page.locator(".like").count():
        pressed = await tablet.page.locator(".like").nth(0).get_attribute("aria-pressed")
        await tablet.page.locator(".like").nth(0 if pressed == "true" else 1).click()
    await tablet.onward()
    assert await tablet.titles() == liked[1:]


VOICE = """
globalThis.said = [];
const voice = { lang: "nl-NL", localService: %s, name: "Stem", voiceURI: "stem", default: true };
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => [voice], addEventListener: () => undefined, cancel: () => undefined,
  speak: (utterance) => { said.push(utterance.text); },
} });
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


async def test_reading_aloud(station: Station, browser: Browser) -> None:
    """A voice of the device itself reads each screen when it comes; the next child starts in silence."""
    tablet = await take_tablet(station, await browser.new_context())
    await tablet.page.add_init_script(VOICE % "true")
    await tablet.open()
    await tablet.page.get_by_role("button", name="Lees voor").click()
    await tablet.get_share(station.take_code("youth"))
    await tablet.onward()
    title = await tablet.title.inner_text()
    said = await tablet.page.evaluate("said")
    assert any("Hoi!" in text for text in said)
    assert any(title in text for text in said)
    await tablet.choose(1)
    await tablet.mark()
    await tablet.cast()
    await tablet.leave()
    await expect(tablet.page.get_by_role("button", name="Lees voor")).to_have_attribute(
        "aria-pressed", "false"
    )


async def test_no_remote_voice_is_used(station: Station, browser: Browser) -> None:
    """Where there is only a voice of some service, the page says that it cannot read aloud, and does not."""
    tablet = await take_tablet(station, await browser.new_context())
    await tablet.page.add_init_script(VOICE % "false")
    await tablet.open()
    await expect(tablet.page.locator("#voorlezen")).to_have_text("Voorlezen kan hier niet.")
    await expect(tablet.page.locator("#voorlezen button")).to_have_count(0)
    await tablet.get_share(station.take_code("youth"))
    assert await tablet.page.evaluate("said") == []
