"""The booth in Chromium: until a code can be typed, and from pressing "cast" to the promise.

A whole site answers, with four kinds of contest on the ballot; no voter's browser has kept anything before.
Half of the voters have a page whose processor is four times slower, as on an old telephone: the browser does
that, so servers and database are as fast as before. Times are taken within the page.
"""

import asyncio
import gzip
import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
from playwright.async_api import Browser, Page, async_playwright

from deploy.bench.figures import Figure
from deploy.bench.ground import BenchError
from deploy.bench.recount import FLAGS, find_chromium
from deploy.build_booth import build_booth
from tests.journeys.station import Station, open_station
from tests.journeys.voter import NL, Voter

SLOWER = 4
"""How many times, for the pages of which the issue has an aim."""
AIM_SECONDS = 1.0
"""Sealing and casting, with the slower processor."""
AIM_KILOBYTES = 150.0
"""All files of a page, compressed; what the board has of the election comes on top."""
ROUNDS = 7
PAGES = {"vote": "/vote", "check": "/check"}

WATCH = """
(voted) => {
  const times = globalThis.benchTimes = {};
  const note = (name, holds) => { if (!(name in times) && holds) times[name] = performance.now(); };
  new MutationObserver(() => {
    note("usable", document.querySelector("input#code:enabled"));
    note("voted", document.querySelector("h1")?.textContent === voted);
  }).observe(document, { childList: true, subtree: true });
  document.addEventListener("click", () => { times.pressed = performance.now(); }, true);
}
"""
READ = """
() => {
  const sent = performance.getEntriesByName(new URL("/api/ballots", location.href).href)[0];
  return { ...benchTimes, sent: sent.startTime, promised: sent.responseEnd };
}
"""


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Moments of one voter, in milliseconds since the page was asked for; all from one `performance.now`."""

    usable: float
    pressed: float
    sent: float
    promised: float
    voted: float


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of the booth in a browser."""
    build_booth()
    times, sizes = asyncio.run(_run(1 if quick else ROUNDS))
    figures = [*_figures_of(times[1], times[SLOWER])]
    for name, (packed, plain) in sizes.items():
        what = f"all files of the page /{name}, compressed (gzip)"
        remark = f"{plain / 1000:.0f} kB as the service sends it"
        figures.append(
            Figure(what=what, value=packed / 1000, unit="kB", at_most=AIM_KILOBYTES, remark=remark)
        )
    return figures


async def _run(rounds: int) -> tuple[dict[int, list[Times]], dict[str, tuple[int, int]]]:
    """Let voters vote in turns, with a fast and with a slow processor; weigh the pages."""
    times: dict[int, list[Times]] = {1: [], SLOWER: []}
    with TemporaryDirectory(prefix="wijk-bench-") as folder:
        async with open_station(Path(folder) / "site") as station, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            for _ in range(rounds):
                for slower, taken in times.items():
                    taken.append(await _vote(station, browser, slower))
            sizes = {name: await weigh(browser, station.url, path) for name, path in PAGES.items()}
            await browser.close()
    return times, sizes


async def _vote(station: Station, browser: Browser, slower: int) -> Times:
    """Vote once in a browser without anything kept. Errors: BenchError if the page complains."""
    context = await browser.new_context()
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.add_init_script(f"({WATCH})({msgspec.json.encode(NL['voted']).decode()})")
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    await Voter(station=station, page=page, code=station.take_code()).vote()
    found = msgspec.convert(await page.evaluate(READ), Times)
    await context.close()
    if wrong:
        raise BenchError(f"expected a page without errors, got: {'; '.join(wrong)}")
    return found


async def weigh(browser: Browser, url: str, path: str) -> tuple[int, int]:
    """Return the bytes of all files of a page but the board's: compressed one by one, and as they are."""
    page = await browser.new_page()
    addresses = await _load(page, f"{url}{path}")
    await page.close()
    packed = plain = 0
    async with httpx.AsyncClient(trust_env=False) as client:
        for address in addresses:
            content = (await client.get(address)).raise_for_status().content
            packed, plain = packed + len(gzip.compress(content)), plain + len(content)
    return packed, plain


async def _load(page: Page, address: str) -> list[str]:
    """Load a page; return its address and those of its style, scripts, texts and all drawings of marks."""
    found: list[str] = []
    page.on("request", lambda asked: found.append(asked.url))
    await page.goto(address, wait_until="networkidle")
    found.append(await page.evaluate("new URL(document.documentElement.dataset.marks, location.href).href"))
    return sorted({each for each in found if "/board/" not in each and "/api/" not in each})


def _figures_of(fast: list[Times], slow: list[Times]) -> list[Figure]:
    """Return medians, and what the slower processor costs."""
    usable = "from the address to a code that can be typed"
    cast = 'from "cast" to the promise on the screen'
    figures = []
    for what, take in ((usable, lambda each: each.usable), (cast, lambda each: each.voted - each.pressed)):
        quick, late = _seconds(fast, take), _seconds(slow, take)
        aim = AIM_SECONDS if what == cast else None
        figures += [
            Figure(what=what, value=statistics.median(quick), unit="s", remark=_spread(quick)),
            Figure(
                what=f"  with a processor {SLOWER} times slower",
                value=statistics.median(late),
                unit="s",
                at_most=aim,
                remark=_spread(late),
            ),
            Figure(
                what="  in relation to the fast one",
                value=statistics.median(late) / statistics.median(quick),
                unit="times",
            ),
        ]
    sealing, showing = (
        _seconds(slow, take)
        for take in (lambda each: each.sent - each.pressed, lambda each: each.voted - each.promised)
    )
    return [
        *figures,
        Figure(
            what="  of the slower: until it is sealed and sent", value=statistics.median(sealing), unit="s"
        ),
        Figure(
            what="  of the slower: from the answer to the screen", value=statistics.median(showing), unit="s"
        ),
    ]


def _seconds(times: list[Times], take: Callable[[Times], float]) -> list[float]:
    return [take(each) / 1000 for each in times]


def _spread(seconds: list[float]) -> str:
    return f"median of {len(seconds)}; fastest {min(seconds):.2f}, slowest {max(seconds):.2f}"
