"""The share on paper: one page that one would like to keep, and nothing on it of what was chosen."""

import io
import json
import re
import unicodedata

import pytest
from playwright.async_api import Browser, Route
from pypdf import PdfReader

from tests.journeys.station import Station
from tests.journeys.voter import enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def read_pages(raw: bytes) -> list[str]:
    """Return the text of every page, in words one space apart and without ligatures."""
    pages = PdfReader(io.BytesIO(raw)).pages
    return [" ".join(unicodedata.normalize("NFKC", page.extract_text()).split()) for page in pages]


@pytest.mark.parametrize("landscape", [False, True])
async def test_the_share_on_paper(station: Station, browser: Browser, landscape: bool) -> None:
    """One page with area and serial, however it lies; nothing chosen, nothing that leads to the ballot."""
    voter = await enter(station, await browser.new_context())
    sent: list[str] = []

    async def hear(route: Route) -> None:
        sent.append(route.request.post_data or "")
        await route.continue_()

    await voter.page.route("**/api/ballots", hear)
    await voter.open()
    await voter.get_share()
    await voter.choose()
    assert await voter.review()
    await voter.mark()
    marks = await voter.page.locator(".marks input:checked + label").all_inner_texts()
    number = await voter.cast()
    (page,) = read_pages(await voter.page.pdf(format="A4", landscape=landscape))
    assert re.search(r"Aandeel [0-9A-Za-z_-]{12} ", f"{page} ")
    cast = json.loads(sent[0])
    for leading in (number[:5], number[5:], cast["voting_key"][:6], cast["share"][0][:6]):
        assert leading not in page
    assert all(area.title in page for area in station.election.manifest.areas)
    projects = {each.title for contest in station.election.contests.values() for each in contest.projects}
    assert len(marks) == 2
    assert [word for word in (*projects, *marks) if word.strip().casefold() in page.casefold()] == []
