"""Make database and journal agree again, before anything is cast: what one of them has, the other gets.

Run at every start. A crash between the two leaves ballots that only the database has; a database that was
restored from a backup lacks some that only the journal has. Promise: running it again changes nothing, and
no ballot comes in that does not follow the revision before, for the same constraints decide as at casting.
Limit: once the voting is closed nothing can come in; what is missing then is counted, and the operator must
look.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ballots.election import Election
from ballots.errors import ProtocolError
from ballots.merkle import leaf_hash
from ballots.wire import Record
from service.ballot_box import store
from service.ballot_box.casting import verify_cast
from service.ballot_box.journal import Journal
from service.ballot_box.store import Cast
from service.faults import reach

if TYPE_CHECKING:
    import asyncpg

GROUP = 256
ZERO = bytes(32)


class Recovered(Record):
    """Ballots written to the journal, put back into the database, and still missing there."""

    journaled: int
    missing: int
    restored: int


async def recover(pool: "asyncpg.Pool", journal: Journal, election: Election) -> Recovered:
    """Bring both copies to the same ballots, then merge the journal. Errors: JournalError, asyncpg's.

    A damaged file of the journal is set aside first, and what it held is written again from the database.
    """
    journal.set_damaged_aside()
    async with pool.acquire() as connection:
        known, lost = await _compare(connection, journal)
        restored = await _restore(connection, election, _read(journal, lost))
        reach("ballots-restored")
        journaled = await _complete_journal(connection, journal, known)
    reach("journal-completed")
    journal.merge()
    return Recovered(journaled=journaled, missing=len(lost) - restored, restored=restored)


async def _compare(connection: "asyncpg.Connection", journal: Journal) -> tuple[set[bytes], set[bytes]]:
    """Return the hashes of all journaled ballots, and of those that the database lacks."""
    known: set[bytes] = set()
    lost: set[bytes] = set()
    hashes = (leaf_hash(raw) for raw in journal.read())
    while group := list(islice(hashes, 4096)):
        known.update(group)
        lost |= await store.find_missing(connection, group)
    return known, lost


def _read(journal: Journal, wanted: set[bytes]) -> Iterator[bytes]:
    """Yield the wanted ballots of the journal, each once."""
    left = set(wanted)
    for raw in journal.read() if left else ():
        if leaf_hash(raw) in left:
            left.discard(leaf_hash(raw))
            yield raw


async def _restore(connection: "asyncpg.Connection", election: Election, raws: Iterable[bytes]) -> int:
    """Put ballots back into the database, lower revisions first, and return how many came in."""
    casts = sorted(_verified(election, raws), key=lambda cast: cast.ballot.revision)
    restored = 0
    for start in range(0, len(casts), GROUP):
        stored = await store.store_casts(connection, casts[start : start + GROUP], None)
        restored += len(stored or ())
    return restored


def _verified(election: Election, raws: Iterable[bytes]) -> Iterator[Cast]:
    for raw in raws:
        try:
            yield verify_cast(election, raw)
        except ProtocolError:
            continue  # of another election, or damaged before it was written: it stays counted as missing


async def _complete_journal(connection: "asyncpg.Connection", journal: Journal, known: set[bytes]) -> int:
    """Write the unpublished ballots that the journal lacks, and return how many."""
    written, last = 0, ZERO
    while hashes := await store.list_unpublished(connection, last, GROUP):
        last = hashes[-1]
        raws = await store.read_raw(connection, [each for each in hashes if each not in known])
        if raws:
            journal.write(raws)
            written += len(raws)
    return written
