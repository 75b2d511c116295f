"""Take in a request for a share, and answer it when all issuers have signed: log first, sign second.

Before it asks, a client that has a credential alone learns here in which style to ask.

Promise: a credential asks once, ever; the same request gets the same bytes on every retry. Limit: that the
request stands on the board before anybody signs it is the issuers' own check. Format: PROTOCOL.md section 7.
"""

from typing import TYPE_CHECKING

from ballots.election import Election
from ballots.errors import BoardError, ShareError
from ballots.merkle import leaf_hash
from ballots.verification import blinded_hash, verify_entry
from ballots.voter import ShareRequest
from ballots.wire import Hash, Rsa, decode, encode
from service.election_cache import ElectionCache
from service.faults import reach
from service.phase import hold_open, not_open
from service.shares import store
from service.shares.records import RollLine, RollQuery, ShareAnswer, ShareWaiting
from service.threads import Threads

if TYPE_CHECKING:
    import asyncpg

MAX_BYTES = 8192
"""The most bytes of a share request; three issuers need 2,000."""
MAX_QUERY = 128
"""The most bytes of a question about a line of the roll; it has 60."""


class Asking:
    """Requests of one election. Any number of processes may work at once."""

    def __init__(self, pool: "asyncpg.Pool", elections: ElectionCache, threads: Threads) -> None:
        self._pool = pool
        self._elections = elections
        self._threads = threads

    async def ask(self, raw: bytes) -> ShareAnswer | ShareWaiting:
        """Store a request, or find it stored, and return what its issuers have signed.

        Errors: WireError, PointError, ShareError `blinded-range`, BoardError `phase`, `request-unknown`,
        `request-revoked`, `request-style`, `request-twice`, `request-blinded`.
        """
        election = await self._elections.get()
        asked, entry = await self._threads.run(verify_request, election, raw)
        entry_hash = Hash(leaf_hash(entry))
        async with self._pool.acquire() as connection:
            found = await store.find_request(connection, asked.request.credential)
            if found is None:
                await self._store(connection, asked, entry_hash, entry)
                found = await store.find_request(connection, asked.request.credential)
        return answer(election, asked, entry_hash, found)

    async def find_line(self, raw: bytes) -> RollLine:
        """Return what the roll names beside a credential, and whether that has asked. It writes nothing.

        Errors: WireError, BoardError `request-unknown`, `request-revoked`.
        """
        query: RollQuery = decode(RollQuery, raw, MAX_QUERY)
        async with self._pool.acquire() as connection:
            style = find_style(await store.find_credential(connection, query.credential))
            return RollLine(asked=await store.has_asked(connection, query.credential), style=style)

    async def _store(
        self, connection: "asyncpg.Connection", asked: ShareRequest, entry_hash: Hash, entry: bytes
    ) -> None:
        async with connection.transaction():
            is_open = await hold_open(connection)
            credential = await store.find_credential(connection, asked.request.credential)
            check_credential(asked.request.style, credential)
            if not is_open:
                raise not_open()
            await store.store_request(connection, asked.request, entry_hash, entry, asked.blinded)
            reach("request-inserted")
        reach("request-stored")


def verify_request(election: Election, raw: bytes) -> tuple[ShareRequest, bytes]:
    """Return a share request and the bytes of its entry; raise unless all but the roll allows it."""
    asked: ShareRequest = decode(ShareRequest, raw, MAX_BYTES)
    verify_entry(election, asked.request)
    if [blinded_hash(blinded) for blinded in asked.blinded] != asked.request.blinded:
        raise BoardError(
            "request-blinded", "expected beside the request the blinded messages whose hashes it holds"
        )
    for key, blinded in zip(election.issuers(asked.request.style), asked.blinded, strict=True):
        if not 0 < int.from_bytes(blinded, "big") < key.modulus:
            raise ShareError("blinded-range", "expected a number from 1 to below the issuer's modulus")
    return asked, encode(asked.request)


def check_credential(style: str, credential: tuple[str, bool] | None) -> None:
    """Raise BoardError unless the roll gives this credential the right to ask for this style."""
    if find_style(credential) != style:
        raise BoardError("request-style", "expected the credential's style")


def find_style(credential: tuple[str, bool] | None) -> str:
    """Return the style that the roll names beside a credential; raise BoardError unless it may ask."""
    if credential is None:
        raise BoardError("request-unknown", "expected a credential on the roll")
    style, is_revoked = credential
    if is_revoked:
        raise BoardError("request-revoked", "expected a credential that is not revoked")
    return style


def answer(
    election: Election, asked: ShareRequest, entry_hash: Hash, found: store.StoredRequest | None
) -> ShareAnswer | ShareWaiting:
    """Return the answer from what is stored for the credential; BoardError if that is another request."""
    if found is None or found.entry_hash != entry_hash:
        raise BoardError("request-twice", "expected the request that this credential sent first")
    if found.refused is not None:
        raise BoardError(found.refused, "the board refused this request")
    partners = [issuer.partner for issuer in election.styles[asked.request.style].issuers]
    if all(partner in found.signatures for partner in partners):
        return ShareAnswer(blind_signatures=[Rsa(found.signatures[partner]) for partner in partners])
    return ShareWaiting(signed=[partner for partner in partners if partner in found.signatures])
