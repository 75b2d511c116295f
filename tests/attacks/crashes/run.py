"""One whole run: the voting under kills, an old backup in the middle, the close, the count, the verdict."""

import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ballots.board import Phase
from service.partner.state import StateDir
from tests.attacks.crashes import points
from tests.attacks.crashes.restore import restore_old_backup, settle
from tests.attacks.crashes.rig import Report, Rig
from tests.attacks.crashes.site import Size, open_site
from tests.attacks.crashes.verdict import judge
from tests.service.partner_fakes import pins_of

PHASE_SECONDS = 120.0
FIXED = len(points.MAKING_A_NODE) + len(points.RESTORING) + len(points.CLOSING) + len(points.OPENING)
"""The kills that every run has beside those of the voting."""


async def run(
    folder: Path,
    *,
    seed: int,
    kills: int,
    repeats: int = 2,
    size: Size | None = None,
    sabotages: Sequence[str] = (),
    tell: Callable[[str], object] = lambda line: None,
) -> Report:
    """Hold one election under so many kills, and return what came of it."""
    async with open_site(folder, size or Size(residents=60 + kills), sabotages) as site:
        rig = Rig(site, seed)
        try:
            await rig.open()
            await make_a_node(rig)
            plan = rig.plan(max(0, kills - FIXED - repeats * len(points.VOTING)), repeats)
            for number, name in enumerate(plan):
                if number == len(plan) // 2:
                    await restore_old_backup(rig)
                await rig.kill(name)
                if number % 20 == 19:
                    tell(f"{rig.report.total} kills, {rig.crowd.answers} answers, board {site.published()}")
            await end_voting(rig)
            await open_and_count(rig)
            await finish(rig)
        finally:
            await rig.close()
        return rig.report


async def make_a_node(rig: Rig) -> None:
    """Kill a partner's commands that make and pin a node; what they leave behind can be used."""
    site = rig.site
    rig.expected |= {"init": {-9, 0, 1}, "public": {0}, "pin": {-9, 0}}
    pins = pins_of(site.world, site.url)
    for point, how in points.MAKING_A_NODE.items():
        folder = site.folder / "partners" / point
        where = ("--state", str(folder))
        secret = ("--passphrase-env", "NODE_PASSPHRASE")
        init = ("init", "partner", "init", *where, "--id", "newcomer", "--profile", "demo", *secret)
        pin = (
            *("pin", "partner", "pin", *where, "--origin", pins.origin, "--operator-key", pins.operator_key),
            *("--board-url", pins.board_url, "--service-url", pins.service_url),
            *("--manifest-hash", pins.manifest_hash),
        )
        if how == "pin":
            await site.run(*init)
        site.arm(point)
        code, said = await site.run(*(pin if how == "pin" else init))
        if code != -9 or len(site.deaths(point)) != 1:
            rig.report.complain(f"expected a death at {point}, got code {code}: {said[-300:]}")
        rig.report.kills[point] += 1
        if how == "init":
            await site.run(*init)  # makes the keys, or says that they are there
        code, said = await site.run("public", "partner", "public", *where, *secret)
        pinned, said_again = await site.run(*pin)
        if (code, pinned) != (0, 0) or StateDir(folder).read_pins() != pins:
            rig.report.complain(f"a node that was killed at {point} is of no use: {said}{said_again}")
        shutil.rmtree(folder)


async def end_voting(rig: Rig) -> None:
    """Let the last release come while residents still cast, and kill whoever brings it."""
    site, crowd = rig.site, rig.crowd
    await settle(rig)
    crowd.is_closing = True
    crowd.act(12)
    await crowd.until_heard(PHASE_SECONDS)
    before = {point: len(site.deaths(point)) for point in points.CLOSING}
    for point in points.CLOSING:
        site.arm(point)  # all at once: one life may pass several of them
    site.set_forward(site.last_release)
    for point in points.CLOSING:
        await rig.see_death(point, before[point])
    await crowd.settle(PHASE_SECONDS)
    await site.wait(rig.desk.is_drained, "the last release to be published", PHASE_SECONDS)
    await crowd.send_again()


async def open_and_count(rig: Rig) -> None:
    """Close, let the trustees publish their keys, count; kill service and nodes on the way."""
    site, desk = rig.site, rig.desk
    close = await desk.make_close()
    for point in ("entry-inserted", "entry-stored"):
        posting: list[asyncio.Task[None]] = []

        async def post(posting: list[asyncio.Task[None]] = posting) -> None:
            posting.append(asyncio.create_task(desk.post(close)))

        if point == "entry-stored":  # of the one close, the second time: it is harmless to send it again
            for each in ("key-made", "key-posted"):
                site.arm(each)
        await rig.kill_at(point, post)
        await asyncio.gather(*posting)
    for point in ("key-made", "key-posted"):
        await rig.see_death(point, 0)
    await site.wait(lambda: desk.is_in(Phase.OPENED), "the trustees' keys", PHASE_SECONDS)
    rig.report.complaints += desk.follow()
    await desk.count()
    await site.wait(lambda: desk.is_in(Phase.COUNTED), "the tally", PHASE_SECONDS)


async def finish(rig: Rig) -> None:
    """Audit the record with the real command, and judge the run."""
    site, report = rig.site, rig.report
    # The keys beyond those that are needed come late; nobody may write while the folder is audited.
    await site.wait(rig.desk.has_all_keys, "the keys of all trustees", PHASE_SECONDS)
    await rig.sightings.stop()
    report.complaints += rig.desk.follow()
    await rig.read_database_counts()
    code, said = await site.run(
        "audit", "audit", str(site.record), "--manifest", site.world.election.manifest_hash.hex(), seconds=300
    )
    if code != 0:
        wrong = [line for line in said.splitlines() if not line.startswith("ok")]
        report.complain("the audit ended with code {}: {}".format(code, "\n".join(wrong)[:1500]))
    report.complaints = judge(rig)
    messages = rig.crowd.messages
    report.figures = {
        "ballots promised": sum(each.kind == "ballot" and bool(each.granted) for each in messages),
        "requests answered": sum(each.kind == "request" and bool(each.granted) for each in messages),
        "attempts without an answer": sum(each.ambiguous for each in messages),
        "entries": len(site.world.entries),
        "checkpoints seen": len(rig.sightings.seen),
        "starts": sum(each.starts for each in (site.service, site.sequencer, *site.nodes.values())),
    }


def main_loop(seeds: Sequence[int], kills: int, repeats: int) -> int:
    """Run one election a seed, tell how it goes, and return 1 if anything was wrong."""
    from tests.conftest import make_folder

    wrong = 0
    for seed in seeds:
        folder, began = make_folder(), time.monotonic()
        folder.chmod(0o711)
        print(f"seed {seed}, in {folder}", flush=True)
        report = asyncio.run(
            run(folder, seed=seed, kills=kills, repeats=repeats, tell=lambda line: print(line, flush=True))
        )
        print(report.describe(), f"{time.monotonic() - began:.0f} s", sep="\n", flush=True)
        if report.complaints:
            wrong = 1
            print(f"kept for you to look at: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return wrong
