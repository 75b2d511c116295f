"""Take in a ballot: verify it fully, store it durably twice, and only then answer with the promise.

The order is: database, journal, answer. The database decides (its constraints let one ballot of a revision
in), so the journal never holds a ballot that was refused, and recovery from it cannot bring back a second
one. A crash after the database leaves a ballot that was not promised, and it counts: its voter sent it.
Sent again, it gets its promise, after the journal has it too. Before a later revision is promised, the
journal also has those before it that it stands on. So: what was promised is in both places, and what is in
the journal was let in. The journal is passed over only for what a witnessed checkpoint covers: then the
record is the second copy.

A ballot is verified on the event loop: 0.2 ms, and threads beside it made every cast 0.15 ms dearer by
waiting for Python's lock. More cores are used by more processes. A promise is a deterministic signature:
the same ballot gets the same bytes, from any process, at any time. Format: PROTOCOL.md section 9.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ballots.election import Election
from ballots.entries import Ballot
from ballots.errors import BoardError
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public
from ballots.receipt import make_promise
from ballots.sealing import FIRST
from ballots.verification import verify_entry
from ballots.wire import Hash, decode, encode
from service import faults
from service.ballot_box import store
from service.ballot_box.batches import Batches
from service.ballot_box.epoch import Epoch
from service.ballot_box.journal import Journal
from service.ballot_box.store import Cast, Stored
from service.election_cache import ElectionCache
from service.errors import SettingsError, UnavailableError
from service.phase import not_open
from service.threads import Threads

if TYPE_CHECKING:
    import asyncpg

MOST = 256
"""The most ballots in one batch."""
REMEMBERED = 65_536
"""How many journaled ballots a process remembers, so that sending one again writes nothing."""


class Casting:
    """The casts of one process. Any number of processes may work at once.

    `at_once` casts are taken in at the same time; whoever comes beyond is told to come back (`busy`).
    """

    def __init__(  # noqa: PLR0913 - all of them are the ground that it works upon
        self,
        *,
        pool: "asyncpg.Pool",
        elections: ElectionCache,
        journal: Journal,
        epoch: Epoch,
        operator_seed: bytes,
        clock: Callable[[], float],
        at_once: int = 400,
        reach: Callable[[str], None] = faults.reach,
    ) -> None:
        self._pool = pool
        self._elections = elections
        self._journal = journal
        self._epoch = epoch
        self._disk = Threads(1, "journal")
        self._seed = operator_seed
        self._operator = ed25519_public(operator_seed)
        self._clock = clock
        self._at_once = at_once
        self._reach = reach
        self._journaled: OrderedDict[bytes, None] = OrderedDict()
        self._storing: Batches[Cast, tuple[bytes, ...]] = Batches(self._store, most=MOST)
        self._writing: Batches[tuple[bytes, ...], None] = Batches(self._write, most=MOST)
        self.inside = 0

    async def cast(self, raw: bytes) -> bytes:
        """Return the promise for a ballot, as canonical JSON.

        Errors: WireError, PointError, ShareError, BoardError `phase`, `ballot-style`, `ballot-length`,
        `ballot-revision`, `ballot-fork`, `ballot-previous`; UnavailableError, after which the same bytes
        may be sent again.
        """
        if self.inside >= self._at_once:
            raise UnavailableError("busy", f"expected fewer than {self._at_once} casts at once", 1)
        self.inside += 1
        try:
            election = await self._elections.get()
            self._check_key(election)
            cast = verify_cast(election, raw)
            to_write = await self._storing.do(cast)
            self._reach("cast-stored")
            await self._writing.do(to_write)
            self._reach("cast-journaled")
            return encode(make_promise(election, self._seed, cast.entry_hash))
        finally:
            self.inside -= 1

    async def close(self) -> None:
        """Finish what is under way."""
        for stage in (self._storing, self._writing):
            await stage.close()
        self._disk.close()

    def _check_key(self, election: Election) -> None:
        if self._operator != election.manifest.operator:
            raise SettingsError("expected the operator's key that the manifest names")

    async def _store(self, casts: list[Cast]) -> Sequence[tuple[bytes, ...] | Exception]:
        election = await self._elections.get()
        async with self._pool.acquire() as connection:
            in_time = self._clock() < election.deadline
            stored = await store.store_casts(connection, casts, self._epoch) if in_time else None
            self._epoch.last = next(iter(stored or ()), self._epoch.last)
            unclear = [cast for cast in casts if _needs_chain(cast, stored)]
            chains = await store.find_chains(connection, {cast.ballot.voting_key for cast in unclear})
            earlier = await store.read_raw(connection, _hashes_before(unclear, chains))
        by_hash = {leaf_hash(raw): raw for raw in earlier}
        return [judge(cast, stored, chains.get(bytes(cast.ballot.voting_key), []), by_hash) for cast in casts]

    async def _write(self, groups: list[tuple[bytes, ...]]) -> Sequence[None]:
        new = {leaf_hash(raw): raw for group in groups for raw in group}
        new = {entry_hash: raw for entry_hash, raw in new.items() if entry_hash not in self._journaled}
        if new:
            await self._disk.run(self._journal.write, list(new.values()))
            self._journaled.update(dict.fromkeys(new))
            while len(self._journaled) > REMEMBERED:
                self._journaled.popitem(last=False)
        return [None] * len(groups)


def verify_cast(election: Election, raw: bytes) -> Cast:
    """Return the ballot that `raw` spells; raise ProtocolError unless all but its place is right."""
    ballot: Ballot = decode(Ballot, raw)
    if (ballot.revision == 1) != (ballot.previous == FIRST):
        raise BoardError(
            "ballot-previous", "expected the hash of the ballot before, 32 zero bytes for the first"
        )
    verify_entry(election, ballot, raw)
    return Cast(ballot=ballot, entry_hash=Hash(leaf_hash(raw)), raw=raw)


def judge(
    cast: Cast, stored: set[bytes] | None, chain: Sequence[Stored], earlier: dict[bytes, bytes]
) -> tuple[bytes, ...] | Exception:
    """Return what the journal must have before this ballot is promised, or why it did not come in.

    `stored` are the hashes that came in just now, None if nothing could; `chain` the rows of its voting key.
    """
    mine = next((row for row in chain if row.revision == cast.ballot.revision), None)
    if stored is not None and cast.entry_hash in stored:
        return *_raws_before(cast, chain, earlier), cast.raw
    if mine is not None and mine.entry_hash == cast.entry_hash:
        return () if mine.published else (*_raws_before(cast, chain, earlier), cast.raw)
    return not_open() if stored is None else explain(cast.ballot, chain)


def explain(ballot: Ballot, chain: Sequence[Stored]) -> Exception:
    """Return why a ballot does not follow the chain of its voting key."""
    following = len(chain) + 1
    if chain and chain[0].style != ballot.style:
        return BoardError("ballot-style", "expected the style in which this voting key voted before")
    if chain and ballot.revision == len(chain):
        return BoardError(
            "ballot-fork", f"expected revision {following}: another ballot has revision {ballot.revision}"
        )
    if ballot.revision != following:
        return BoardError("ballot-revision", f"expected revision {following}, got {ballot.revision}")
    if chain and chain[-1].entry_hash != ballot.previous:
        return BoardError("ballot-previous", "expected the hash of the ballot before")
    return UnavailableError("busy", "the ballot before has only just come in", 1)


def _needs_chain(cast: Cast, stored: set[bytes] | None) -> bool:
    return stored is None or cast.entry_hash not in stored or cast.ballot.revision > 1


def _hashes_before(casts: Iterable[Cast], chains: dict[bytes, list[Stored]]) -> set[bytes]:
    return {
        row.entry_hash
        for cast in casts
        for row in chains.get(bytes(cast.ballot.voting_key), [])
        if row.revision < cast.ballot.revision and not row.published
    }


def _raws_before(cast: Cast, chain: Sequence[Stored], earlier: dict[bytes, bytes]) -> tuple[bytes, ...]:
    return tuple(
        earlier[row.entry_hash]
        for row in chain
        if row.revision < cast.ballot.revision and row.entry_hash in earlier
    )
