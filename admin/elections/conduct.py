"""Lead an election through its phases: offer what officials sign, and wait until it stands on the board.

Works from outside, as the officials' desk does: set-up, tally and files go in with the desk's database role,
all else over HTTP; what is signed is what the replica has replayed. Format: PROTOCOL.md section 5.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import httpx

from admin.elections.count import Setup, count_ballots, select_ballots
from admin.elections.errors import ConductError, RefusedError, TooSlowError
from admin.elections.officials import Official, sign_entry
from admin.elections.replica import Replica
from admin.ledger.errors import UnavailableError
from ballots.board import Phase
from ballots.entries import Certify, Close, Rehearsal, Report, Seal, Start, parse_entry
from ballots.merkle import leaf_hash
from ballots.sealing import RehearsalAnswer, rehearsal_box, verify_rehearsal
from ballots.wire import Box, Hash, Random, Record, content_hash, decode, encode
from service.board.closing import prepare_close
from service.board.errors import InboxFullError, NotDrainedError
from service.board.store import offer_entry
from tally.outcome import Outcome, format_outcome, tally_entry

if TYPE_CHECKING:
    import asyncpg

T = TypeVar("T")

PAUSE = 0.1
"""How often, in seconds, the board is looked at while something is awaited."""

ADD_FILE = """
-- A text, picture, outcome or report that an entry names.
INSERT INTO board.files (hash, raw) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
FIND_REFUSED = """
-- Entries that the board has refused, and why.
SELECT entry_hash, reason FROM board.refused WHERE entry_hash = ANY($1)
"""


class RehearsalRequest(Record):
    """What a partner node is sent: a box to open."""

    box: Box


class Conduct:
    """One election's desk: two officials, the replica they have checked, and the ways to the service."""

    def __init__(
        self,
        officials: Sequence[Official],
        replica: Replica,
        desk: "asyncpg.Connection",
        service: httpx.AsyncClient,
        limit: float = 60.0,
    ) -> None:
        self.replica = replica
        self._officials = officials
        self._desk = desk
        self._service = service
        self._limit = limit

    # --- putting entries on the board ---

    async def offer(self, entries: Sequence[bytes], files: Mapping[bytes, bytes]) -> None:
        """Put entries, and the files that they name, into the officials' inbox, and wait for the board.

        Errors: ConductError, and those of `wait_for`.
        """
        try:
            async with self._desk.transaction():
                await self._desk.executemany(ADD_FILE, list(files.items()))
                for raw in entries:
                    await offer_entry(self._desk, raw, parse_entry(raw))
        except InboxFullError as error:
            raise ConductError(str(error)) from None
        await self.wait_for([leaf_hash(raw) for raw in entries])

    async def submit(self, *entries: bytes) -> None:
        """Send signed entries over HTTP and wait until they stand on the board."""
        for raw in entries:
            await self._post(raw)
        await self.wait_for([leaf_hash(raw) for raw in entries])

    async def wait_for(self, hashes: Sequence[bytes], limit: float | None = None) -> None:
        """Wait until the replica has all these entries. Errors: RefusedError, TooSlowError."""

        async def all_there() -> bool:
            is_level = await self._catch_up()
            missing = [name for name in hashes if name not in self.replica.positions]
            for row in await self._desk.fetch(FIND_REFUSED, missing):
                raise RefusedError(row["reason"], f"the board refuses an entry: {row['reason']}")
            return is_level and not missing

        await self._until(
            all_there, limit, f"{len(hashes)} entries on the board; look at the sequencer's log"
        )

    async def wait_for_phase(self, phase: Phase, limit: float | None = None) -> None:
        """Wait until the board has reached a phase."""

        async def reached() -> bool:
            return await self._catch_up() and self.replica.board.phase is phase

        await self._until(reached, limit, f"phase {phase}; look at the logs of sequencer and partner nodes")

    async def _catch_up(self) -> bool:
        try:
            await self.replica.catch_up()
        except UnavailableError:
            return False
        return True

    async def _until(self, find: Callable[[], Awaitable[T]], limit: float | None, what: str) -> T:
        """Return what `find` finds as soon as it is something; TooSlowError after `limit` seconds."""
        try:
            async with asyncio.timeout(self._limit if limit is None else limit):
                while not (found := await find()):  # noqa: ASYNC110 - the board calls nobody
                    await asyncio.sleep(PAUSE)
                return found
        except TimeoutError:
            raise TooSlowError(f"waited too long for {what}") from None

    async def _post(self, raw: bytes) -> None:
        try:
            answer = await self._service.post(
                "/api/entries", content=raw, headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise ConductError(f"the service does not answer: {error!r}") from None
        if answer.status_code not in (200, 202):
            raise _refused(answer)

    # --- phase by phase ---

    async def seal(self, seal: Seal) -> None:
        """Sign the registrar's seal and put it on the board."""
        await self.replica.catch_up()
        await self.submit(encode(sign_entry(self._officials, seal, self.replica.board)))

    async def rehearse(self, nodes: Mapping[str, str], random: Random) -> list[Rehearsal]:
        """Let every partner's node open a box; `nodes` has their addresses by partner."""
        partners = list(self.replica.board.resolved.partner_numbers)
        async with httpx.AsyncClient(timeout=self._limit) as client:
            return list(
                await asyncio.gather(
                    *(self._rehearse_one(client, partner, nodes[partner], random(32)) for partner in partners)
                )
            )

    async def _rehearse_one(
        self, client: httpx.AsyncClient, partner: str, url: str, seed: bytes
    ) -> Rehearsal:
        election = self.replica.board.resolved
        box, _ = rehearsal_box(election, partner, seed)
        content = encode(RehearsalRequest(box=box))
        headers = {"content-type": "application/json"}

        async def answered() -> bytes:
            try:
                answer = await client.post(f"{url}/rehearse", content=content, headers=headers)
            except httpx.HTTPError:
                return b""
            return answer.content if answer.status_code == 200 else b""

        raw = await self._until(answered, None, f"the rehearsal of {partner}; look at its node's log")
        opened: RehearsalAnswer = decode(RehearsalAnswer, raw)
        rehearsal = Rehearsal(partner=partner, seed=Hash(seed), signature=opened.signature)
        verify_rehearsal(election, rehearsal)
        return rehearsal

    async def start(self, bundle: bytes, rehearsals: list[Rehearsal]) -> None:
        """Open the voting; `bundle` is the SHA-256 of the booth's script."""
        board = (await self._settled()).board
        entry = Start(
            bundle=Hash(bundle),
            rehearsals=rehearsals,
            root=Hash(board.root()),
            signatures=[],
            size=board.size,
        )
        await self.submit(encode(sign_entry(self._officials, entry, board)))

    async def close(self, limit: float) -> Close:
        """End the voting once its last release stands; waits at most `limit` seconds for that."""

        async def drained() -> Close | None:
            try:
                prepared = await prepare_close(self._desk, self.replica.board.origin)
            except NotDrainedError:
                return None
            if not await self._catch_up():
                return None
            return prepared if self.replica.board.size == prepared.size else None

        entry = await self._until(drained, limit, "the last release; look at the sequencer's log")
        if entry is None:
            raise AssertionError("expected an entry, as nothing else ends the waiting")
        signed = sign_entry(self._officials, entry, self.replica.board)
        await self.submit(encode(signed))
        return signed

    async def count(
        self, entries: Iterable[bytes], setup: Setup, progress: Callable[[int], object]
    ) -> Outcome:
        """Open and count the ballots among `entries`, publish the outcome and put the tally on the board."""
        board = self.replica.board
        ballots, superseded = select_ballots(entries, board.voters.last_hashes())
        outcome = await asyncio.to_thread(
            count_ballots, setup, board.trustee_keys, ballots, superseded, progress
        )
        raw = format_outcome(outcome)
        await self.offer([encode(tally_entry(outcome))], {bytes(content_hash(raw)): raw})
        return outcome

    async def certify(self, make_reports: Callable[[], Awaitable[Mapping[str, bytes]]]) -> None:
        """Put `certify` on the board with both officials' own audit reports.

        `make_reports` audits the board as it is and returns a report by official; it is asked again when a
        trustee's key came onto the board meanwhile.
        """
        while True:
            board = (await self._settled()).board
            reports = await make_reports()
            try:
                entry = self._make_certify(reports)
                signed = encode(sign_entry(self._officials, entry, board))
                async with self._desk.transaction():
                    await self._desk.executemany(
                        ADD_FILE, [(content_hash(raw), raw) for raw in reports.values()]
                    )
                return await self.submit(signed)
            except RefusedError as error:
                if error.reason != "head":
                    raise

    def _make_certify(self, reports: Mapping[str, bytes]) -> Certify:
        board, tally = self.replica.board, self.replica.tally
        if tally is None:
            raise ConductError("expected a tally on the board first")
        listed = [official.id for official in board.resolved.manifest.officials if official.id in reports]
        return Certify(
            reports=[Report(hash=content_hash(reports[official]), official=official) for official in listed],
            root=Hash(board.root()),
            signatures=[],
            size=board.size,
            tally=tally,
        )

    async def _settled(self) -> Replica:
        """Return the replica once it has all that the sequencer has put on the board."""

        async def level() -> bool:
            size = await self._desk.fetchval("SELECT size FROM board.head")
            return await self._catch_up() and self.replica.board.size == size

        await self._until(
            level, None, "a witnessed checkpoint of the whole board; look at the witnesses' logs"
        )
        return self.replica


def _refused(answer: httpx.Response) -> RefusedError:
    try:
        problem = answer.json()
        reason, detail = str(problem["reason"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        reason, detail = "unknown", f"status {answer.status_code}"
    return RefusedError(reason, f"the service refuses an entry ({reason}): {detail}")
