"""Publish the trustee's private key, once the voting is closed and never before.

Promise: `make_trustee_key` gives the entry away only for a confirmed board on which `close` stands, cosigned
by w witnesses after the last release's time, of the election that names this very key. Format: PROTOCOL.md
sections 5 and 10.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ballots.board import Phase
from ballots.election import Election
from ballots.entries import TrusteeKey
from ballots.points import ed25519_public, sign_ed25519
from ballots.wire import Key, Signature, encode
from service.faults import reach
from service.partner.client import Client
from service.partner.errors import RefusedDutyError
from service.partner.follow import View
from service.partner.keys import NodeSecret

PUBLISHING = frozenset({Phase.CLOSED, Phase.OPENED, Phase.COUNTED})
"""The phases in which the board takes a trustee's key; in all of them the voting is over."""


def check_identity(election: Election, partner: str, secret: NodeSecret) -> None:
    """Raise RefusedDutyError `duty-keys` unless the election names these very keys for the partner."""
    number = election.partner_numbers.get(partner)
    trustee = X25519PrivateKey.from_private_bytes(secret.trustee).public_key().public_bytes_raw()
    if (
        number is None
        or election.trustee_keys[number - 1] != trustee
        or election.witness_keys[partner] != ed25519_public(secret.witness)
    ):
        raise RefusedDutyError("duty-keys", f"expected the manifest to name this node's keys for {partner}")


def make_trustee_key(view: View, partner: str, secret: NodeSecret) -> TrusteeKey:
    """Return the entry that publishes the key; the same bytes every time.

    Errors: RefusedDutyError `duty-phase` (not closed, or certified already), `duty-early` (closed before the
    last release), `duty-keys`.
    """
    if view.phase not in PUBLISHING:
        raise RefusedDutyError("duty-phase", f"expected a closed board, this one is in phase {view.phase}")
    if view.witnessed_at < view.election.deadline:
        raise RefusedDutyError("duty-early", "expected the voting to be closed after the last release")
    check_identity(view.election, partner, secret)
    key = Key(secret.trustee)
    unsigned = TrusteeKey(key=key, partner=partner, signature=Signature(bytes(64)))
    signature = sign_ed25519(secret.witness, view.election.message(unsigned))
    return TrusteeKey(key=key, partner=partner, signature=Signature(signature))


class Trustee:
    """Posts the entry until it stands on the confirmed board."""

    def __init__(self, partner: str, secret: NodeSecret, client: Client, service_url: str) -> None:
        self._partner = partner
        self._secret = secret
        self._client = client
        self._url = service_url

    async def step(self, view: View) -> bool:
        """Post the entry if it is time and it is not on the board; return whether it was posted.

        Errors: RemoteError, RefusedDutyError `duty-keys`.
        """
        published = view.election.partner_numbers.get(self._partner) in view.published
        if view.phase not in PUBLISHING or published or view.witnessed_at < view.election.deadline:
            return False
        entry = make_trustee_key(view, self._partner, self._secret)
        reach("key-made")
        await self._client.post(f"{self._url}/api/entries", encode(entry))
        reach("key-posted")
        return True
