"""A voter in a browser, who does what the screen says and looks for buttons by what stands on them."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Page, expect

from tests.journeys.site import listen
from tests.journeys.station import Station

NL = {
    "again": "Stem opnieuw",
    "cast": "Stem nu",
    "check": "Ja, ik kijk het na",
    "go": "Haal mijn aandeel",
    "next": "Verder: nakijken",
    "right": "Dit klopt",
    "voted": "U hebt gestemd",
}
EN = {
    "again": "Vote again",
    "cast": "Cast my vote",
    "check": "Yes, I will check it",
    "go": "Get my share",
    "next": "Next: review",
    "right": "This is right",
    "voted": "You have voted",
}
AR = NL | {
    "again": "صوّت من جديد",
    "check": "نعم، سأراجعها",
    "go": "أحضر سهمي",
    "next": "التالي: المراجعة",
    "right": "هذا صحيح",
}
"""Arabic has been begun; what is not translated stands there in Dutch."""
SHARE_MILLISECONDS = 40_000
"""How long the issuers may take on a busy machine."""

Look = Callable[[str], Awaitable[None]]


async def nothing(_: str) -> None:
    """Look at a screen without doing anything."""


@dataclass
class Voter:
    """One person with one letter and one page."""

    station: Station
    page: Page
    code: str
    path: str = "/vote"
    heard: list[str] = field(default_factory=list)
    look: Look = nothing
    """Called with the name of every screen on the way."""

    @property
    def says(self) -> dict[str, str]:
        """What stands on the buttons."""
        return {"en": EN, "ar": AR}.get(self.path.rpartition("/")[2], NL)

    async def open(self) -> None:
        """Open the page as the letter's QR code does."""
        await self.page.goto(f"{self.station.url}{self.path}#{self.code}.{self.station.anchor}")
        await expect(self.page.locator("#code")).to_have_value(self.code)
        await self.look("code")

    async def press(self, name: str) -> None:
        """Press the button that says this."""
        await self.page.get_by_role("button", name=self.says.get(name, name)).click()

    async def get_share(self) -> None:
        """Ask for the share and wait for the ballot."""
        await self.press("go")
        await self.page.locator("section.contest, .signers").first.wait_for()
        await self.look("asking")
        await self.page.locator("section.contest").first.wait_for(timeout=SHARE_MILLISECONDS)

    async def choose(self, skip: int = 0) -> None:
        """Tick something in every contest that the ballot has, beginning at the card after `skip` others."""
        for contest in await self.page.locator("section.contest").all():
            boxes = contest.locator(".pick input")
            if await boxes.count():
                await boxes.nth(skip).check()
            else:
                await contest.locator(".stepper").nth(skip).get_by_role("button").nth(1).click()
        await self.look("ballot")

    async def titles(self) -> list[str]:
        """Return the titles of what is chosen, as the review shows them."""
        return await self.page.locator(".reviewed .name").all_inner_texts()

    async def review(self) -> list[str]:
        """Go to the review and return what it shows."""
        await self.press("next")
        await self.page.locator(".reviewed").first.wait_for()
        await self.look("review")
        return await self.titles()

    async def mark(self, first: int = 3, second: int = 17) -> None:
        """Go on and choose two pictures."""
        await self.press("right")
        await self.page.locator(f"#merk-{first}").check()
        await self.page.locator(f"#merk-{second}").check()
        await self.look("mark")

    async def cast(self) -> str:
        """Cast, and return the ballot's number."""
        await self.press("cast")
        return await self.voted()

    async def voted(self) -> str:
        """Wait until the screen says that this voter has voted, and return the ballot's number."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(self.says["voted"])
        await self.look("done")
        return await self.number()

    async def number(self) -> str:
        """Return the ballot's number that the page shows."""
        shown = await self.page.locator(".big-number").inner_text()
        found = re.search(r"([0-9A-Z]{5})-([0-9A-Z]{5})", shown)
        assert found, shown
        return found[1] + found[2]

    async def vote(self, skip: int = 0) -> str:
        """Do all of it."""
        await self.open()
        await self.get_share()
        await self.choose(skip)
        await self.review()
        await self.mark()
        return await self.cast()


async def enter(
    station: Station, context: BrowserContext, path: str = "/vote", style: str = "adult"
) -> Voter:
    """Return a voter with a letter of their own and an empty page."""
    page = await context.new_page()
    return Voter(station=station, page=page, code=station.take_code(style), path=path, heard=listen(page))
