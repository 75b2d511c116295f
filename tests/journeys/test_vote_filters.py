"""Search and filters in a ballot: they hide, and say that the rest is there."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.station import Station
from tests.journeys.voter import enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


async def test_a_search_hides_and_says_so(station: Station, browser: Browser) -> None:
    """What does not fit is hidden, its number is told, and one button brings all back."""
    voter = await enter(station, await browser.new_context())
    await voter.open()
    await voter.get_share()
    contest = voter.page.locator("section.contest").first
    cards = contest.locator(".card")
    all_of_them = await cards.count()
    await contest.get_by_role("searchbox").fill("moestuin")
    await expect(contest.locator(".card:visible")).to_have_count(1)
    await expect(contest.locator(".search .said")).to_contain_text(f"1 van de {all_of_them}")
    await contest.get_by_role("button", name="Toon alle ideeën").click()
    await expect(contest.locator(".card:visible")).to_have_count(all_of_them)


async def test_filters_hide_and_say_so(station: Station, browser: Browser) -> None:
    """Filters leave what is chosen or was not on the screen yet, and tell of the rest."""
    voter = await enter(station, await browser.new_context(viewport={"width": 360, "height": 740}))
    await voter.open()
    await voter.get_share()
    await voter.choose()
    contest = voter.page.locator("section.contest", has=voter.page.locator("#wedstrijd-goedkeuren"))
    shown, all_of_them = contest.locator(".card:visible"), await contest.locator(".card").count()
    chosen = contest.get_by_role("button", name="Wat ik koos")
    await chosen.click()
    await expect(shown).to_have_count(1)
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await expect(contest.locator(".search .said")).to_contain_text(f"1 van de {all_of_them} ideeën")
    await shown.locator(".pick input").uncheck()
    await expect(shown).to_have_count(1)  # what is let go does not go from under the finger
    await chosen.click()
    await expect(shown).to_have_count(all_of_them)
    for card in await contest.locator(".card").all():
        await card.scroll_into_view_if_needed()
    await expect(contest.get_by_text(f"{all_of_them} van de {all_of_them} ideeën gezien")).to_be_visible()
    await contest.get_by_role("button", name="Wat ik nog niet zag").click()
    await expect(shown).to_have_count(0)
    await contest.get_by_role("button", name="Toon alle ideeën").click()
    await expect(shown).to_have_count(all_of_them)


async def test_a_purse_shows_what_it_still_pays_for(station: Station, browser: Browser) -> None:
    """With most of the money spent, the filter leaves what is chosen and what costs no more than is left."""
    voter = await enter(station, await browser.new_context())
    await voter.open()
    await voter.get_share()
    contest = voter.page.locator("section.contest", has=voter.page.locator("#wedstrijd-rugzak"))
    for title in DEAR:
        await contest.locator(".card", has_text=title).locator(".pick input").check()
    await contest.get_by_role("button", name="Wat nog past").click()
    left = cents_in((await contest.locator(".state-line").inner_text()).rpartition("nog")[2])
    costs = [cents_in(each) for each in await contest.locator(".card .cost").all_inner_texts()]
    shown = [cents_in(each) for each in await contest.locator(".card:visible .cost").all_inner_texts()]
    spent = sorted(costs)[-len(DEAR) :]
    assert sorted(shown) == sorted(cost for cost in costs if cost <= left or cost in spent)
    assert 0 < len(shown) < len(costs)


DEAR = ("Groen op het Turfplein", "Speeltuin De Wippe opknappen")
"""The two projects that cost most."""


def cents_in(text: str) -> int:
    """Return the last amount in a Dutch text, in cents."""
    euros, cents = re.findall(r"€\s([0-9.]+)(?:,([0-9]{2}))?", text)[-1]
    return 100 * int(euros.replace(".", "")) + int(cents or 0)
