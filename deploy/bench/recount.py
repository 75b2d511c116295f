"""Counting again in a browser: seconds and memory of the page in Chromium on whole records, six trustees.

The service serves the page and the record, as on a real site. Memory is that of the page's process, in which
its workers live too, and grows with the number of ballots only as far as "a further ballot" says.
"""

import asyncio
import os
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, async_playwright

from deploy.bench.election import make_options
from deploy.bench.figures import Figure
from deploy.bench.ground import BenchError, Ground, Site
from deploy.bench.machine import PROC, Watch, count_cores, find_tree
from deploy.bench.records import keep_record
from deploy.build_booth import build_booth
from tests.simulator import World

AIM_SECONDS = 180.0
"""For the larger of the two records."""
LIMIT_SECONDS = 900
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One count in the browser: seconds, and the most bytes of memory and processor seconds of the page."""

    cpu: float
    memory: int
    seconds: float


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of counting again in a browser."""
    build_booth()
    small, large = (100, 200) if quick else (1_000, 10_000)
    records = {count: keep_record(folder, count, large) for count in (small, large)}
    runs = asyncio.run(_run_all(records))
    figures = []
    for count, run in runs.items():
        what = f"count of {count:,} ballots again in Chromium, {count_cores()} cores"
        aim = AIM_SECONDS if count == large else None
        remark = f"{count / run.seconds:.0f} ballots/s; cores busy: page {run.cpu / run.seconds:.2f}"
        figures += [
            Figure(what=what, value=run.seconds, unit="s", at_most=aim, remark=remark),
            Figure(what="  peak memory of the page and its workers", value=run.memory / 2**20, unit="MiB"),
            Figure(what="  processor time a ballot", value=1000 * run.cpu / count, unit="ms"),
        ]
    grown = (runs[large].memory - runs[small].memory) / (large - small) / 1024
    return [*figures, Figure(what="  memory a further ballot and its request", value=grown, unit="KiB")]


async def _run_all(records: dict[int, Path]) -> dict[int, Run]:
    with Ground() as ground:
        site = await ground.make_site(World(make_options(1)))
        runs = {}
        with site.serve(1):
            for count, record in records.items():
                _publish(site, record / "record")
                runs[count] = await _run(site, (record / "manifest.hash").read_text())
        return runs


def _publish(site: Site, record: Path) -> None:
    """Let the site serve this record."""
    served = site.folder / "record"
    if served.is_symlink():
        served.unlink()
    elif served.exists():
        shutil.rmtree(served)
    served.symlink_to(record.resolve(), target_is_directory=True)


async def _run(site: Site, anchor: str) -> Run:
    """Count again in a fresh browser. Errors: BenchError if the verdict is not good."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{site.port}/recount#{anchor}")
        with ExitStack() as stack:
            watches = [stack.enter_context(Watch(pid)) for pid in _find_pages()]
            began = time.perf_counter()
            await page.get_by_role("button", name="Begin met natellen").click()
            await _assert_good(page)
            seconds = time.perf_counter() - began
        await browser.close()
    largest = max(watches, key=lambda watch: watch.cpu)
    return Run(cpu=largest.cpu, memory=largest.memory, seconds=seconds)


async def _assert_good(page: Page) -> None:
    shown = page.locator("#uitkomst .verdict")
    await shown.wait_for(timeout=1000 * LIMIT_SECONDS)
    said = await shown.inner_text()
    if "Het klopt" not in said or "niet" in said:
        raise BenchError(f"expected a good verdict, got: {said}")


def _find_pages() -> list[int]:
    """Return the browser's processes that hold pages."""
    found = []
    for pid in find_tree(os.getpid()):
        try:
            words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--type=renderer" in words or any(b"--type=renderer" in word for word in words[:2]):
            found.append(pid)
    return found


def find_chromium() -> str:
    """Return the browser's path. Errors: BenchError where there is none."""
    path = os.environ.get("WIJK_CHROMIUM") or shutil.which("chromium")
    if path is None:
        raise BenchError("expected chromium along PATH or in WIJK_CHROMIUM; install it, or leave recount out")
    return path
