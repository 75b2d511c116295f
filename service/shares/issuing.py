"""What issuers are to sign, and their blind signatures, which prove themselves.

Promise: a signature that is stored verifies; so nobody needs to log in, and doubles are harmless: there is
one signature a blinded message. Limit: whether the board is sound, each issuer checks for itself.
PROTOCOL.md section 7.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import gmpy2

from ballots.election import Election
from ballots.errors import ShareError
from ballots.shares import EXPONENT, IssuerPublicKey
from ballots.wire import Rsa, decode
from service.election_cache import ElectionCache
from service.errors import RefusedError
from service.faults import reach
from service.shares import store
from service.shares.records import MOST, BlindSignatures, LoggedRequest
from service.threads import Threads

if TYPE_CHECKING:
    import asyncpg

MAX_BYTES = 2**18


class Issuing:
    """The service's side of issuing."""

    def __init__(self, pool: "asyncpg.Pool", elections: ElectionCache, threads: Threads) -> None:
        self._pool = pool
        self._elections = elections
        self._threads = threads

    async def list_logged(self, after: int) -> list[LoggedRequest]:
        """Return the first requests of the witnessed board after a position."""
        return list(map(_logged, await store.list_logged(self._pool, after, MOST)))

    async def list_unsigned(self, after: int, partner: str) -> list[LoggedRequest]:
        """Return the same of what this partner is to sign and has not, as far as the database knows."""
        election = await self._elections.find()
        styles = [] if election is None else find_styles(election, partner)
        if not styles:
            return []
        return list(map(_logged, await store.list_unsigned(self._pool, after, MOST, styles, partner)))

    async def accept(self, raw: bytes) -> int:
        """Store blind signatures and return how many; when one does not hold, none is stored.

        Errors: WireError, RefusedError `blind-twice`, `blind-position`, `blind-issuer`, ShareError
        `share-range`, `share-wrong`.
        """
        election = await self._elections.get()
        given: BlindSignatures = decode(BlindSignatures, raw, MAX_BYTES)
        asked = await store.read_blinded(self._pool, [each.position for each in given.signatures])
        pairs = await self._threads.run(verify_signatures, election, given, asked)
        await store.store_signatures(self._pool, given.partner, pairs)
        reach("signatures-stored")
        return len(pairs)


def find_styles(election: Election, partner: str) -> list[str]:
    """Return the styles whose shares this partner signs."""
    return [
        style
        for style, record in election.styles.items()
        if partner in (issuer.partner for issuer in record.issuers)
    ]


def _logged(row: tuple[int, str, list[bytes]]) -> LoggedRequest:
    position, style, blinded = row
    return LoggedRequest(blinded=list(map(Rsa, blinded)), position=position, style=style)


def verify_signatures(
    election: Election, given: BlindSignatures, asked: Mapping[int, store.Blinded]
) -> list[tuple[bytes, bytes]]:
    """Return (credential, signature) pairs; raise unless each signature is this issuer's for that request."""
    positions = [each.position for each in given.signatures]
    if len(set(positions)) < len(positions):
        raise RefusedError("blind-twice", "expected every position once")
    pairs = []
    for each in given.signatures:
        request = asked.get(each.position)
        if request is None:
            raise RefusedError("blind-position", f"expected a request at position {each.position}")
        partners = [issuer.partner for issuer in election.styles[request.style].issuers]
        if given.partner not in partners:
            raise RefusedError(
                "blind-issuer", f"expected an issuer of the style of the request at position {each.position}"
            )
        place = partners.index(given.partner)
        verify_blind(election.issuers(request.style)[place], request.blinded[place], each.signature)
        pairs.append((request.credential, bytes(each.signature)))
    return pairs


def verify_blind(key: IssuerPublicKey, blinded: bytes, signature: bytes) -> None:
    """Raise ShareError unless `signature` is the blind signature over `blinded`: signature^e mod n."""
    number = int.from_bytes(signature, "big")
    if number >= key.modulus:
        raise ShareError("share-range", "expected a signature below the modulus")
    if gmpy2.powmod(number, EXPONENT, key.modulus) != int.from_bytes(blinded, "big"):
        raise ShareError("share-wrong", "expected this issuer's signature over the blinded message")
