"""A small election with a few strikes of one kind, for runs that must turn red, and for the restore alone."""

import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg

from ballots.board import Phase
from ballots.errors import ProtocolError
from service.db.roles import Role
from tests.attacks.crashes.processes import send
from tests.attacks.crashes.restore import restore_old_backup, settle
from tests.attacks.crashes.rig import Report, Rig
from tests.attacks.crashes.run import finish
from tests.attacks.crashes.site import Size, open_site
from tests.attacks.crashes.verdict import judge

ROUNDS = 4
END_SECONDS = 20.0
SMALL = Size(residents=42, releases=3, workers=1)

Strike = Callable[[Rig], Awaitable[object]]


async def run_small(
    folder: Path, strike: Strike, *, rounds: int = ROUNDS, sabotages: Sequence[str] = ()
) -> Report:
    """Let residents vote under some strikes, bring the election to its end if that can be, and judge."""
    async with open_site(folder, SMALL, sabotages) as site:
        rig = Rig(site, seed=1)
        try:
            await rig.open()
            await settle(rig)
            for _ in range(rounds):
                await strike(rig)
            await end(rig)
        except (TimeoutError, AssertionError, ProtocolError, OSError, asyncpg.PostgresError) as error:
            rig.report.complain(f"the election did not come to its end: {error}")
            await rig.sightings.stop()
            rig.report.complaints += rig.desk.follow()
            rig.report.complaints = judge(rig)
        finally:
            await rig.close()
        return rig.report


async def end(rig: Rig) -> None:
    """The last release, the close, the keys, the tally, the verdict."""
    site, desk = rig.site, rig.desk
    rig.crowd.is_closing = True
    await rig.crowd.settle(END_SECONDS)
    site.set_forward(site.last_release)
    await site.wait(desk.is_drained, "the last release to be published", END_SECONDS)
    await desk.post(await desk.make_close())
    await site.wait(lambda: desk.is_in(Phase.OPENED), "the trustees' keys", END_SECONDS)
    rig.report.complaints += desk.follow()
    await desk.count()
    await site.wait(lambda: desk.is_in(Phase.COUNTED), "the tally", END_SECONDS)
    await finish(rig)


# --- strikes --------------------------------------------------------------------------------------


async def cut_the_power(rig: Rig) -> None:
    """Stop PostgreSQL like a power cut at the first promise of a round, and start the service anew.

    Nobody else flushes meanwhile: what is on the disk then is there because the promise waited for it.
    """
    await rig.crowd.settle(END_SECONDS)
    wal_writer = await stop_flushing(rig)
    before = count_promises(rig)
    rig.crowd.act(6)

    async def has_promised() -> bool:
        return count_promises(rig) > before

    await rig.site.wait(has_promised, "a promise", END_SECONDS)
    send(wal_writer, signal.SIGKILL)  # stopped, it would not hear that the server stops
    await rig.site.database.stop_immediately()
    rig.report.kills["power"] += 1
    rig.site.service.kill_all()  # one that has lost a ballot says `restored` until it is started anew
    await rig.site.start_operator("sequencer")
    await rig.site.wait(rig.site.answers, "the service")


def count_promises(rig: Rig) -> int:
    """Return how many ballots have been promised."""
    return sum(each.kind == "ballot" and bool(each.granted) for each in rig.crowd.messages)


async def stop_flushing(rig: Rig) -> int:
    """Stop the sequencer, whose every commit flushes the commits of others too, and the server's WAL writer.

    Returns the number of the WAL writer's process, which still exists.
    """
    await rig.site.launcher.stop(rig.site.sequencer, signal.SIGKILL)
    async with rig.site.connect() as connection:

        async def is_alone() -> bool:
            return not await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", Role.SEQUENCER.value
            )

        await rig.site.wait(is_alone, "the end of the sequencer's sessions", END_SECONDS)
        pid = int(
            await connection.fetchval("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
        )
    send(pid, signal.SIGSTOP)
    return pid


async def kill_the_service(rig: Rig) -> None:
    """Let ballots be promised, then kill the service at once."""
    rig.crowd.act(6)
    await rig.crowd.settle(END_SECONDS)
    rig.site.service.kill_all()
    await rig.site.wait(rig.site.answers, "the service")


async def send_rivals(rig: Rig) -> None:
    """Let residents cast two ballots of one revision at once, without the constraint that decides."""
    if not rig.crowd.only_rivals:
        rig.crowd.only_rivals = True
        async with rig.site.connect() as connection:
            await connection.execute("ALTER TABLE box.ballots DROP CONSTRAINT ballots_pkey")
    rig.crowd.act(4)
    await rig.crowd.settle(END_SECONDS)


restore = restore_old_backup
