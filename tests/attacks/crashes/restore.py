"""An old backup of PostgreSQL is put back in the middle of the voting: refused, rebuilt, recovered."""

from pathlib import Path

from service.board.guard import LAST_CHECKPOINT
from service.partner.state import COSIGNED
from tests.attacks.crashes.rig import Rig

SETTLE_SECONDS = 120.0
REFUSAL_SECONDS = 30.0


def signed_by_anybody(rig: Rig) -> dict[Path, bytes]:
    """Return what operator and witnesses signed last, by file."""
    site = rig.site
    paths = [site.state / LAST_CHECKPOINT, site.record / "checkpoint"]
    paths += [site.node_state(partner) / COSIGNED for partner in site.nodes]
    return {path: path.read_bytes() for path in paths}


async def restore_old_backup(rig: Rig) -> None:
    """Put the database back to an earlier moment, with promised ballots and published entries after it."""
    site, crowd = rig.site, rig.crowd
    await settle(rig)
    backup = site.folder / "backup"
    await site.database.save(backup)
    bundles = rig.desk.bundles
    for _ in range(3):
        crowd.act(6)
        crowd.act(1, ask=True)
        rig.desk.post_bundle()
        await settle(rig)
    await site.stop_operator()
    before = site.published()
    await site.database.restore(backup)
    size = (await site.head()).size
    if not size < before:
        rig.report.complain(f"expected a backup that is older than the record, got sizes {size} and {before}")
    await site.offer([rig.desk.make_bundle(bundles + 1, "Een andere fout.")])  # or there were nothing to sign
    await see_refusal(rig)
    await rebuild(rig, before)
    site.arm("ballots-restored")
    await site.start_operator("service")
    await site.wait(site.answers, "the service after a restore")
    if site.disarm("ballots-restored"):
        rig.report.complain("the service was not killed while it put ballots back")
    rig.report.kills["ballots-restored"] += 1
    await site.start_operator("sequencer")
    rig.desk.post_bundle()
    await rig.see_answer("an old backup")


async def see_refusal(rig: Rig) -> None:
    """Start the sequencer on the restored database: it stops with advice, and nobody has signed anything."""
    before = signed_by_anybody(rig)
    rig.expected["refused"] = {3}
    try:
        code, said = await rig.site.run("refused", "sequencer", seconds=REFUSAL_SECONDS)
    except TimeoutError:
        code, said = 0, "it works on"
    if code != 3 or "wijkaandeel rebuild" not in said:
        rig.report.complain(f"the sequencer on an old backup ended with code {code}: {said[-300:]}")
    if signed_by_anybody(rig) != before:
        rig.report.complain("something was signed over an old backup")


async def rebuild(rig: Rig, size: int) -> None:
    """Rebuild from the published tiles, killed twice on the way."""
    site = rig.site
    for point in ("rebuild-inserted", "rebuilt"):
        site.arm(point)
        code, said = await site.run("rebuild", "rebuild")
        if code == -9 and len(site.deaths(point)) == 1:
            rig.report.kills[point] += 1
        else:
            rig.report.complain(f"expected a death at {point}, got code {code}: {said[-300:]}")
    code, said = await site.run("rebuild", "rebuild")
    if code != 0 or (await site.head()).size < size:
        rig.report.complain(f"the rebuild ended with code {code}: {said[-300:]}")


async def settle(rig: Rig) -> None:
    """Wait until everybody has an answer, and all that the database has is published."""
    await rig.crowd.settle(SETTLE_SECONDS)
    if not await rig.desk.settle(SETTLE_SECONDS):
        rig.report.complain("an official has waited too long for an answer")

    async def is_level() -> bool:
        head = await rig.desk.head()
        return head is not None and rig.site.published() == head.size

    await rig.site.wait(is_level, "all that is signed to be published", SETTLE_SECONDS)
