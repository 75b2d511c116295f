"""Full disks and missing witnesses, with real processes: what stops, what goes on, and that nothing is lost.

The table in deploy/OPERATIONS.md ("When something is full or away") has a row for each.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from ballots.merkle import leaf_hash
from service.board.guard import LAST_CHECKPOINT
from tests.attacks.crashes.crowd import HEADERS, Voter
from tests.attacks.crashes.restore import settle
from tests.attacks.crashes.rig import Rig
from tests.attacks.crashes.site import Site, Size, open_site
from tests.attacks.crashes.small import end

pytestmark = [pytest.mark.attack, pytest.mark.store, pytest.mark.slow, pytest.mark.timeout(240)]

SMALL = Size(residents=42, releases=3, workers=1)
SECONDS = 60.0

FULL_TABLE = """
CREATE FUNCTION box.is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END
$$;
CREATE TRIGGER is_full BEFORE INSERT ON box.ballots FOR EACH STATEMENT EXECUTE FUNCTION box.is_full();
"""


@contextlib.asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Rig]:
    """Give a rig with residents who have shares; at the end the election is counted, audited and judged."""
    async with open_site(folder, SMALL, ("full_disks",)) as site:
        rig = Rig(site, seed=1)
        try:
            await rig.open()
            await settle(rig)
            yield rig
            await rig.crowd.settle(SECONDS)
            await end(rig)
            assert not rig.report.complaints, rig.report.describe()
        finally:
            await rig.close()


@contextlib.contextmanager
def full(site: Site, where: Path) -> Iterator[None]:
    """Let the volume of a folder be full."""
    mark = site.folder / "full" / where.name
    mark.write_text(str(where))
    try:
        yield
    finally:
        mark.unlink()


async def cast_once(rig: Rig) -> tuple[Voter, bytes, httpx.Response]:
    """Send one ballot once; return who sent it, its bytes and the answer."""
    voter = next(each for each in rig.crowd.voters if each.share is not None and each.may_act)
    message = rig.crowd._ballot_message(voter)
    async with httpx.AsyncClient(base_url=rig.site.url, trust_env=False, timeout=20) as client:
        answer = await client.post("/api/ballots", content=message.raw, headers=HEADERS)
    return voter, message.raw, answer


async def send_again(rig: Rig, voter: Voter, raw: bytes) -> None:
    """Send the same bytes until they are promised."""
    message = next(each for each in rig.crowd.messages if each.raw == raw)
    assert await rig.crowd.send(message, "/api/ballots")
    voter.last, voter.revision = leaf_hash(raw), voter.revision + 1


async def until(rig: Rig, holds: Callable[[], bool], what: str) -> None:
    async def is_so() -> bool:
        return holds()

    await rig.site.wait(is_so, what, SECONDS)


async def test_a_full_journal_promises_nothing(folder: Path) -> None:
    """503 `journal` and no promise; with room again the same bytes are promised, and stand once."""
    async with standing(folder) as rig:
        with full(rig.site, rig.site.journal):
            voter, raw, answer = await cast_once(rig)
            assert (answer.status_code, answer.json()["reason"]) == (503, "journal")
            assert "retry-after" in answer.headers
            await rig.site.wait(rig.site.answers, "the service to answer others")
        await send_again(rig, voter, raw)


async def test_a_full_database_promises_nothing(folder: Path) -> None:
    """503 `unavailable` when PostgreSQL has no room; with room again the same bytes are promised."""
    async with standing(folder) as rig:
        async with rig.site.connect() as connection:
            await connection.execute(FULL_TABLE)
            voter, raw, answer = await cast_once(rig)
            assert (answer.status_code, answer.json()["reason"]) == (503, "unavailable")
            assert "retry-after" in answer.headers
            await connection.execute("DROP TRIGGER is_full ON box.ballots")
        await send_again(rig, voter, raw)


async def test_a_full_record_holds_up_publishing_alone(folder: Path) -> None:
    """Ballots are promised on; the published checkpoint stays whole; the rest comes with room again."""
    async with standing(folder) as rig:
        before = rig.site.published()
        with full(rig.site, folder / ".record.unfinished"):
            rig.desk.post_bundle()
            voter, raw, answer = await cast_once(rig)
            assert answer.status_code == 200
            log = rig.site.sequencer.log
            await until(rig, lambda: "No space left" in log.read_text(), "the sequencer to notice")
            assert rig.site.published() == before
            code, said = await rig.site.run("audit", "audit", str(rig.site.record))
            assert code == 0, said
        await send_again(rig, voter, raw)
        await until(rig, lambda: rig.site.published() > before, "the record to grow again")


async def test_a_full_state_folder_shows_nothing_that_is_not_kept(folder: Path) -> None:
    """A checkpoint that could not be kept outside the database is shown to nobody, until there is room."""
    async with standing(folder) as rig:
        site = rig.site
        kept = (site.state / LAST_CHECKPOINT).read_bytes()
        with full(site, site.state):
            rig.desk.post_bundle()
            await until(rig, lambda: "No space left" in site.sequencer.log.read_text(), "it to notice")
            assert (await site.head()).size > site.published()
            assert (site.state / LAST_CHECKPOINT).read_bytes() == kept
            assert all(size <= site.published() for size, _ in rig.sightings.seen)
        size = (await site.head()).size
        await until(rig, lambda: site.published() >= size, "the record to grow again")


async def test_a_full_state_folder_keeps_the_service_from_starting(folder: Path) -> None:
    """The service ends with code 1 and one line, and starts when there is room."""
    async with standing(folder) as rig:
        site = rig.site
        with full(site, site.state):
            await site.launcher.stop(site.service, signal.SIGKILL)
            code, said = await site.run("refused-start", "serve", "--port", "0")
            assert code == 1
            assert "No space left on device" in said
            assert "Traceback" not in said
        rig.expected["refused-start"] = {1}
        await site.start_operator("service")
        await site.wait(site.answers, "the service")


async def test_two_full_partners_cost_their_cosignatures_alone(folder: Path) -> None:
    """A node that cannot keep a head does not cosign it; four others are enough; it goes on later."""
    async with standing(folder) as rig:
        site = rig.site
        with full(site, site.node_state("partner-5")), full(site, site.node_state("partner-6")):
            before = {
                who: (site.node_state(who) / "cosigned").read_bytes() for who in ("partner-5", "partner-6")
            }
            size = site.published()
            rig.desk.post_bundle()
            await until(rig, lambda: site.published() > size, "the record to grow without the two")
            for who, note in before.items():
                assert (site.node_state(who) / "cosigned").read_bytes() == note
                assert f"/{who} " not in (site.record / "checkpoint").read_text()
        for who, note in before.items():
            path = site.node_state(who) / "cosigned"
            rig.desk.post_bundle()
            await until(rig, lambda path=path, note=note: path.read_bytes() != note, f"{who} to cosign")


async def test_stopped_witnesses(folder: Path) -> None:
    """With two of six silent the record grows; with three it stands still until one is back; votes go on."""
    async with standing(folder) as rig:
        site = rig.site
        names = ["partner-4", "partner-5", "partner-6"]
        for who in names[:2]:
            site.nodes[who].signal(signal.SIGSTOP)
        size = site.published()
        rig.desk.post_bundle()
        await until(rig, lambda: site.published() > size, "the record to grow with four of six")
        site.nodes[names[2]].signal(signal.SIGSTOP)
        size = site.published()
        log = site.sequencer.log
        rig.desk.post_bundle()
        await until(rig, lambda: "not-witnessed" in log.read_text(), "the sequencer to lack cosignatures")
        assert site.published() == size
        voter, raw, answer = await cast_once(rig)
        assert answer.status_code == 200
        await send_again(rig, voter, raw)
        site.nodes[names[2]].signal(signal.SIGCONT)
        await until(rig, lambda: site.published() > size, "the record to grow again")
        for who in names[:2]:
            site.nodes[who].signal(signal.SIGCONT)


async def test_a_full_inbox_takes_entries_again_when_it_is_emptied(folder: Path) -> None:
    """503 `inbox-full` while 10,000 entries wait; votes are taken meanwhile; then the same entry is taken."""
    async with standing(folder) as rig:
        site = rig.site
        site.sequencer.signal(signal.SIGSTOP)
        async with site.connect() as connection:
            await connection.execute(
                "INSERT INTO board.inbox (entry_hash, kind, raw) "
                "SELECT sha256('\\x00'::bytea || raw), 'bundle', raw FROM "
                "(SELECT convert_to('no entry ' || n, 'UTF8') AS raw FROM generate_series(1, 10000) n) many"
            )
        raw = rig.desk.make_bundle(1, "Een fout.")
        async with httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=20) as client:
            answer = await client.post("/api/entries", content=raw, headers=HEADERS)
        assert (answer.status_code, answer.json()["reason"]) == (503, "inbox-full")
        assert "retry-after" in answer.headers
        voter, ballot, answer = await cast_once(rig)
        assert answer.status_code == 200
        await send_again(rig, voter, ballot)
        site.sequencer.signal(signal.SIGCONT)
        await asyncio.wait_for(rig.desk.post(raw), SECONDS)

        async def is_empty() -> bool:
            async with site.connect() as connection:
                return not await connection.fetchval("SELECT count(*) FROM board.inbox")

        await site.wait(is_empty, "the inbox to be emptied", SECONDS)
