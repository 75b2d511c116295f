"""Before the voting ends: see that every ballot of the service's journal is in the urn or on the board.

A database that was restored from a backup may hold the very board that was signed last, and yet lack ballots
that were promised after that backup. `wijkaandeel serve` puts them back, but only while the box is open.
Promise: the box is not closed over a ballot that could still be put back. Limits: a ballot whose place
another one has taken cannot be; it is logged, and keeps nobody else's ballot from the board. Without the
journal's folder nothing is compared. Format: PROTOCOL.md section 9.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import asyncpg
import structlog

from ballots.election import Election
from ballots.entries import Ballot
from ballots.errors import ProtocolError
from ballots.merkle import leaf_hash
from service.ballot_box.casting import verify_cast
from service.ballot_box.journal import Journal
from service.board import store
from service.board.errors import LostBallotsError

log = structlog.get_logger(__name__)


async def verify_promised(connection: asyncpg.Connection, journal_dir: Path, election: Election) -> None:
    """Raise LostBallotsError if the journal holds ballots that can still be put back.

    Inside the transaction that closes the box: a ballot is in the database before it is in the journal, so
    what is missing then was lost. Errors also: JournalError.
    """
    if not await asyncio.to_thread(journal_dir.is_dir):
        log.warning("journal-absent", folder=str(journal_dir))
        return
    journal = Journal(journal_dir)
    journaled = await asyncio.to_thread(lambda: {leaf_hash(raw) for raw in journal.read()})
    missing = await store.find_missing_ballots(connection, journaled)
    if not missing:
        return
    ballots = await asyncio.to_thread(_read_ballots, journal, missing, election)
    rows = await store.read_chains(connection, {bytes(ballot.voting_key) for ballot in ballots.values()})
    left = find_restorable(ballots, rows)
    for entry_hash in sorted(ballots.keys() - left):
        log.error("promised-ballot-lost", ballot=entry_hash.hex(), reason="another has its place")
    if left:
        raise LostBallotsError(
            f"{len(left)} ballots of the journal in {journal_dir} are not in the database: a backup was "
            "restored. The voting has not been ended. Start `wijkaandeel serve` anew, which puts them back, "
            "and then the sequencer"
        )


def find_restorable(ballots: dict[bytes, Ballot], rows: Iterable[tuple[bytes, int, bytes]]) -> set[bytes]:
    """Return the hashes of ballots that can follow the rows: voting key, revision and entry hash of each."""
    chains = {(key, revision): entry_hash for key, revision, entry_hash in rows}
    left = set()
    for entry_hash, ballot in sorted(ballots.items(), key=lambda item: (item[1].revision, item[0])):
        key, revision = bytes(ballot.voting_key), ballot.revision
        before = chains.get((key, revision - 1))
        if (key, revision) not in chains and (revision == 1 or before == bytes(ballot.previous)):
            chains[key, revision] = entry_hash
            left.add(entry_hash)
    return left


def _read_ballots(journal: Journal, wanted: set[bytes], election: Election) -> dict[bytes, Ballot]:
    """Return the wanted ballots by hash, but for those of another election."""
    ballots: dict[bytes, Ballot] = {}
    for raw in journal.read():
        if leaf_hash(raw) in wanted:
            try:
                cast = verify_cast(election, raw)
            except ProtocolError:
                continue
            ballots[bytes(cast.entry_hash)] = cast.ballot
    return ballots
