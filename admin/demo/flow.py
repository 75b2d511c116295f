"""One election from an empty folder to a booked budget, in the order in which it really happens.

Everybody does their own part with their own keys: registrar, officials, partners, residents, treasurer. This
module only says when. Format: PROTOCOL.md sections 4 to 13.
"""

import asyncio
import csv
import datetime
import os
import secrets
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from admin.demo import by_hand
from admin.demo.area import OFFICIALS, Voter
from admin.demo.by_hand import Letter
from admin.demo.residents import Resident
from admin.demo.screen import Screen
from admin.demo.site import Site
from admin.demo.voting import Voted, estimate_seconds, let_vote, measure_slowness, sample
from admin.drafts import parse_draft
from admin.elections.conduct import Conduct
from admin.elections.errors import ConductError
from admin.elections.officials import Official, sign_manifest
from admin.elections.replica import Replica
from admin.elections.setup import Parties, PartnerKeys, Plan, SetUp, set_up
from admin.keyfile import open_key, public_key, seal_key
from admin.ledger.booking import grants
from admin.ledger.follower import follow
from admin.ledger.sources import PublishedRecord, WebFiles
from admin.ledger.store import Booked, book, open_ledger
from ballots.board import Phase
from ballots.election import Election
from ballots.entries import Seal
from ballots.manifest import Official as ListedOfficial
from ballots.receipt import Promise, verify_receipt
from ballots.wire import Hash, Key, Record, content_hash
from service.db.roles import Role, session_settings
from tally.outcome import Outcome

BOOTH = b"// In a demonstration residents vote with a program of their own, and not in a browser.\n"
"""What stands in for the booth's script."""
LOST_NODES = 2
SAMPLE = 25
"""How many residents check their receipt."""
AUDIT_SECONDS = 3600.0


class Wishes(Record):
    """What the demo was asked to do. `voting_seconds` of 0: to be estimated, `least_seconds` at least."""

    plan: Plan
    voters: list[Voter]
    voting_seconds: int
    least_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Held:
    """An election that was held: all that the summary tells."""

    ballots: int
    booked: Booked | None
    election: Election
    late: int
    lost: list[str]
    outcome: Outcome
    receipts: int
    residents: int
    voters: int


class Delivered(Record):
    """Who got a letter: those for whom a program votes, and the letters of those who vote by hand."""

    by_hand: list[Letter]
    residents: list[Resident]


class Flow:
    """One election under way; `run` holds it."""

    def __init__(self, site: Site, screen: Screen, wishes: Wishes) -> None:
        self._site = site
        self._screen = screen
        self._wishes = wishes
        self._setup: SetUp
        self._conduct: Conduct
        self._web: httpx.AsyncClient
        self._desk: asyncpg.Connection

    async def run(self) -> Held:
        """Hold the election. Errors: ConductError and what the parts raise."""
        async with AsyncExitStack() as stack:
            parties = await self._prepare(stack)
            officials = await self._make_officials()
            await self._set_up(parties, officials)
            delivered = await self._enrol()
            voted = await self._vote(delivered)
            lost = await self._close(voted)
            outcome = await self._count()
            booked = await self._certify(officials)
        voters = outcome.counted + len(outcome.invalid)
        return Held(
            ballots=voters + outcome.superseded,
            booked=booked,
            election=self._setup.election,
            late=voted.late,
            lost=lost,
            outcome=outcome,
            receipts=min(SAMPLE, len(voted.promises)),
            residents=len(self._wishes.voters),
            voters=voters,
        )

    async def open_voting(self, stack: AsyncExitStack) -> Election:
        """Do all that comes before the first vote, and return the election; nobody votes yet."""
        parties = await self._prepare(stack)
        await self._set_up(parties, await self._make_officials())
        await self._enrol()
        return self._setup.election

    @property
    def _manifest_hash(self) -> Hash:
        return self._setup.election.manifest_hash

    @property
    def _patience(self) -> float:
        """How many seconds something that concerns all ballots may take."""
        return 60.0 + 0.1 * len(self._wishes.voters)

    # --- before the manifest ---

    async def _prepare(self, stack: AsyncExitStack) -> list[PartnerKeys]:
        """Start everything, with the partners' keys made beside the database."""
        site = self._site
        with self._screen.step("Database, keys and nodes of six partners", 2) as advance:
            _, partners, _ = await asyncio.gather(
                site.start_database(), site.make_partners(self._wishes.plan), self._init_registrar()
            )
            advance(1)
            await site.start()
        self._web = await stack.enter_async_context(
            httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=30.0)
        )
        self._desk = await asyncpg.connect(site.dsn, server_settings=session_settings(Role.DESK))
        stack.push_async_callback(self._desk.close)
        return partners

    async def _init_registrar(self) -> None:
        await self._registrar("init")

    async def _registrar(self, command: str, *arguments: str) -> None:
        """Let the registrar run a command on their own machine."""
        site = self._site
        folder, passphrase = str(site.folder / "registrar"), str(site.passphrase("registrar"))
        await site.children.run(
            f"registrar {command}",
            ["registrar", command, "--dir", folder, "--passphrase-file", passphrase, *arguments],
            limit=AUDIT_SECONDS,
        )

    async def _make_officials(self) -> list[Official]:
        """Let each official make a key, keep it under a passphrase, and take it out again to sign."""
        return [await asyncio.to_thread(self._make_official, name) for name in OFFICIALS]

    def _make_official(self, name: str) -> Official:
        passphrase = self._site.passphrase(name).read_text().strip()
        path = self._site.folder / "officials" / f"{name}.key"
        path.write_bytes(seal_key(secrets.token_bytes(32), passphrase, secrets.token_bytes))
        path.chmod(0o600)
        return Official(name, open_key(path.read_bytes(), passphrase))

    # --- set-up and roll ---

    async def _set_up(self, partners: list[PartnerKeys], officials: list[Official]) -> None:
        """Sign the manifest, pin it everywhere, put the set-up on the board and grant the money."""
        site, wishes = self._site, self._wishes
        with self._screen.step("Officials set up the election; money granted", 2) as advance:
            parties = Parties(
                officials=[
                    ListedOfficial(id=official.id, key=official.key, title=OFFICIALS[official.id])
                    for official in officials
                ],
                operator=Key(site.operator.key),
                partners=partners,
                registrar=public_key((site.folder / "registrar" / "registrar.key").read_bytes()),
            )
            releases = await asyncio.to_thread(self._choose_releases)
            self._setup = set_up(
                wishes.plan,
                parties,
                site.origin,
                releases,
                lambda manifest, entries: sign_manifest(officials, manifest, entries, site.origin),
            )
            (site.folder / "manifest.hash").write_text(self._manifest_hash.hex() + "\n")
            (site.folder / "manifest.json").write_bytes(self._setup.entries[-1])
            site.pin(self._manifest_hash)
            source = PublishedRecord(WebFiles(self._web, site.board_url))
            replica = Replica(source, site.origin, self._manifest_hash)
            self._conduct = Conduct(officials, replica, self._desk, self._web)
            advance(1)
            files = self._setup.files | {bytes(content_hash(BOOTH)): BOOTH}
            await self._conduct.offer(self._setup.entries, files)
            await self._grant()

    def _choose_releases(self) -> list[int]:
        """Return the times of two releases, the last one when all will probably have voted."""
        voters = sum(bool(voter.votes) for voter in self._wishes.voters)
        cores = os.cpu_count() or 1
        seconds = self._wishes.voting_seconds or max(
            self._wishes.least_seconds,
            estimate_seconds(len(self._wishes.voters), voters, cores, measure_slowness(cores)),
        )
        now = int(time.time())
        return [now + max(1, seconds * 3 // 4), now + max(2, seconds)]

    async def _grant(self) -> None:
        async with open_ledger(self._site.dsn) as connection:
            contests = self._setup.election.contests.values()
            for transaction in grants(self._manifest_hash, contests, today()):
                await book(connection, transaction)

    async def _enrol(self) -> Delivered:
        """Let the registrar make roll and letters; deliver a letter to every resident; open the voting."""
        site, conduct = self._site, self._conduct
        with self._screen.step("Registrar makes codes, roll and letters", 4) as advance:
            manifest = str(site.folder / "manifest.json")
            counts: dict[str, int] = defaultdict(int)
            for voter in self._wishes.voters:
                counts[voter.style] += 1
            people = [word for style, count in counts.items() for word in ("--count", f"{style}={count}")]
            rehearsing = asyncio.create_task(conduct.rehearse(site.witnesses, secrets.token_bytes))
            try:
                await self._registrar("roll", "--manifest", manifest, *people)
                advance(1)
                out = site.folder / "registrar" / "out"
                pages = [path.read_bytes() for path in sorted(out.glob("roll-*.json"))]
                await asyncio.gather(conduct.submit(*pages), self._registrar("seal", "--manifest", manifest))
                advance(2)
                seal = parse_draft((out / "seal.json").read_bytes())
                if not isinstance(seal, Seal):
                    raise ConductError("expected the registrar's seal")
                await conduct.seal(seal)
                advance(3)
                await conduct.start(content_hash(BOOTH), await rehearsing)
            finally:
                rehearsing.cancel()
        return deliver(site.folder / "registrar" / "letters" / "letters.csv", self._wishes.voters)

    # --- voting ---

    async def _vote(self, delivered: Delivered) -> Voted:
        """Let the programs vote, and people by hand meanwhile and after."""
        site, residents, deadline = self._site, delivered.residents, self._setup.election.deadline
        if delivered.by_hand:
            self._screen.say(
                by_hand.format_letters(
                    delivered.by_hand, site.url, site.check_url, self._manifest_hash, deadline
                )
            )
        with self._screen.step(f"{len(residents)} residents vote", len(residents)) as advance:
            voted = await let_vote(residents, site.board_url, site.url, self._manifest_hash, advance)
        if delivered.by_hand:
            left = max(1, round(deadline - time.time()))
            with self._screen.step("Voting by hand (Enter when done)", left) as advance:
                await by_hand.wait_by_hand(deadline, advance)
        return voted

    async def _close(self, voted: Voted) -> list[str]:
        """Wait for the last release, check receipts, lose two nodes, and close."""
        site, deadline = self._site, self._setup.election.deadline
        left = max(1, round(deadline - time.time()))
        with self._screen.step("Last release; receipts checked", left + 1) as advance:
            while (now := time.time()) < deadline:
                advance(round(left - (deadline - now)))
                await asyncio.sleep(min(0.5, deadline - now))
            await self._conduct.wait_for([bytes(each.ballot) for each in voted.promises], self._patience)
            await self._check_receipts(sample(voted.promises, SAMPLE))
        with self._screen.step("Close; four of six partners open", 2) as advance:
            lost = await asyncio.to_thread(site.stop_nodes, LOST_NODES)
            await self._conduct.close(self._patience)
            advance(1)
            await self._conduct.wait_for_phase(Phase.OPENED, self._patience)
        return lost

    async def _check_receipts(self, promises: Sequence[Promise]) -> None:
        """Check as a resident does: the promise, and the proof under a witnessed checkpoint."""
        for promise in promises:
            answer = await self._web.get(f"/api/proofs/{promise.ballot.hex()}")
            if answer.status_code != 200:
                raise ConductError(
                    f"a ballot has no proof (status {answer.status_code}); see the service's log"
                )
            verify_receipt(self._setup.election, promise, answer.content, promise.ballot)

    # --- count and certify ---

    async def _count(self) -> Outcome:
        board = self._conduct.replica.board
        voters = sum(board.voters.keys.values())
        with self._screen.step("Open and count", voters) as advance:
            setup = (tuple(self._setup.entries), self._site.origin)
            return await self._conduct.count(await self._read_board(board.size), setup, advance)

    async def _read_board(self, size: int) -> list[bytes]:
        source = PublishedRecord(WebFiles(self._web, self._site.board_url))
        entries: list[bytes] = []
        while len(entries) < size:
            entries += await source.read_entries(len(entries), size)
        return entries

    async def _certify(self, officials: Sequence[Official]) -> Booked | None:
        """Let both officials audit, each in a process of their own; certify; book."""
        with self._screen.step("Both officials audit and certify", 2) as advance:
            await self._conduct.certify(lambda: self._audit(officials))
            advance(1)
        with self._screen.step("Book the outcome in the ledger"):
            source = PublishedRecord(WebFiles(self._web, self._site.board_url))
            async with open_ledger(self._site.dsn) as connection, asyncio.timeout(60.0):
                return await follow(source, connection, self._manifest_hash, today, pause=0.1)

    async def _audit(self, officials: Sequence[Official]) -> Mapping[str, bytes]:
        site = self._site
        jobs = str(max(1, (os.cpu_count() or 1) // len(officials)))

        async def audit(official: Official) -> bytes:
            report = site.folder / "officials" / f"{official.id}-{secrets.token_hex(4)}.json"
            await site.children.run(
                f"audit by {official.id}",
                [
                    *("audit", site.board_url, "--manifest", self._manifest_hash.hex(), "--jobs", jobs),
                    *("--report", official.id, str(report)),
                ],
                limit=AUDIT_SECONDS,
            )
            return report.read_bytes()

        reports = await asyncio.gather(*map(audit, officials))
        return {official.id: report for official, report in zip(officials, reports, strict=True)}


def today() -> datetime.date:
    """Return the date at this place."""
    return datetime.datetime.now().astimezone().date()


def deliver(letters: Path, voters: Sequence[Voter]) -> Delivered:
    """Give everybody a letter of their style; return those of who votes, by program or by hand."""
    codes: dict[str, list[str]] = defaultdict(list)
    with letters.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            codes[row["style"]].append(row["code"])
    given = [(voter, codes[voter.style].pop()) for voter in voters]
    return Delivered(
        by_hand=[Letter(code=code, style=voter.style) for voter, code in given if voter.by_hand],
        residents=[
            Resident(code=code, style=voter.style, votes=voter.votes) for voter, code in given if voter.votes
        ],
    )
