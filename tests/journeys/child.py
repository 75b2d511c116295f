"""A child in a browser on a class's tablet, and its teacher; both do what the screen says."""

import re
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.journeys.site import listen
from tests.journeys.station import Station
from tests.journeys.voter import SHARE_MILLISECONDS, Look, nothing

HELLO = {"nl": "Hoi! Ga je mee stemmen?", "en": "Hi! Are you going to vote?"}
DONE = {"nl": "Je hebt gestemd!", "en": "You have voted!"}
MOST_SCREENS = 80


@dataclass
class Tablet:
    """One tablet with one page, on which children vote one after the other."""

    station: Station
    page: Page
    path: str = "/jeugd"
    heard: list[str] = field(default_factory=list)
    look: Look = nothing
    """Called with the name of every screen on the way."""

    @property
    def language(self) -> str:
        """The language of what the screen says; what is not in Arabic yet stands there in Dutch."""
        return "en" if self.path.endswith("/en") else "nl"

    async def open(self, behind: str = "") -> None:
        """Open the children's page."""
        await self.page.goto(f"{self.station.url}{self.path}{behind}")
        await expect(self.title).to_have_text(HELLO[self.language])

    @property
    def title(self):  # type: ignore[no-untyped-def]
        return self.page.get_by_role("heading", level=1)

    async def onward(self) -> None:
        """Press the one large button that leads on."""
        await self.page.locator(".onward .large").click()

    async def type_code(self, code: str) -> None:
        """Type a code, of a card or of a lesson."""
        if not await self.page.locator("#code").is_visible():
            await self.page.locator(".typing summary").click()
        await self.look("hello")
        await self.page.locator("#code").fill(code)
        await self.page.locator("#code").press("Enter")

    async def get_share(self, code: str) -> None:
        """Begin with a card, and wait for the first screen of the ballot."""
        await self.type_code(code)
        await self.page.locator("main > progress, main > .onward.youth").first.wait_for()
        await self.look("asking")
        await self.page.locator("main > .onward.youth").first.wait_for(timeout=SHARE_MILLISECONDS)

    async def choose(self, wanted: int = 2) -> list[str]:
        """Walk through all ideas, like the first `wanted` ones of each contest, and return their titles."""
        liked: list[str] = []
        for _ in range(MOST_SCREENS):
            title = await self.title.inner_text()
            await self.look(title)
            like = self.page.locator(".like")
            if await self.page.locator(".reviewed").count():
                return liked
            if await like.count():
                place = await self.page.locator(".dot.past").count()
                if place < wanted:
                    liked.append(title)
                await like.nth(0 if place < wanted else 1).click()
            else:
                await self.onward()
            await self.page.wait_for_function(
                "before => document.querySelector('h1').textContent !== before", arg=title
            )
        raise AssertionError("expected the review")

    async def titles(self) -> list[str]:
        """Return what the review shows."""
        return await self.page.locator(".reviewed .name").all_inner_texts()

    async def mark(self, first: int = 3, second: int = 17) -> None:
        """Say that the review is right, and choose two pictures."""
        await self.onward()
        for place in (first, second):
            await self.page.locator(f"#merk-{place}").click()
        await self.look("mark")

    async def cast(self) -> str:
        """Vote, and return the ballot's number."""
        await self.onward()
        await expect(self.title).to_have_text(DONE[self.language])
        await self.look("done")
        found = re.search(r"([0-9A-Z]{5})-([0-9A-Z]{5})", await self.page.locator(".big-number").inner_text())
        assert found
        return found[1] + found[2]

    async def vote(self, code: str, wanted: int = 2) -> str:
        """Do all of it, up to the promise."""
        await self.get_share(code)
        await self.choose(wanted)
        await self.mark()
        return await self.cast()

    async def leave(self) -> None:
        """Press Klaar, for the next child."""
        await self.onward()
        await expect(self.title).to_have_text(HELLO[self.language])


async def take_tablet(station: Station, context: BrowserContext, path: str = "/jeugd") -> Tablet:
    """Return a tablet with an empty page."""
    page = await context.new_page()
    return Tablet(station=station, page=page, path=path, heard=listen(page))


async def start_lesson(station: Station, browser: Browser, path: str = "/les") -> tuple[Page, str]:
    """Start a lesson as a teacher, and return the page with the join code that it shows."""
    page = await browser.new_page()
    await page.goto(f"{station.url}{path}")
    await page.locator(".onward button").click()
    shown = await page.locator(".join-code").inner_text()
    return page, shown
