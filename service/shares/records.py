"""What is said over HTTP about shares, beside the client's own ShareRequest (ballots/voter.py)."""

from typing import Annotated

import msgspec

from ballots.wire import Count, Id, Key, Record, Rsa

MOST = 256
"""The most requests in a listing, and the most signatures in one message."""


class RollQuery(Record):
    """A credential, by its public key."""

    credential: Key


class RollLine(Record):
    """What the roll names beside a credential, and whether it has asked for its share."""

    asked: bool
    style: Id


class ShareAnswer(Record):
    """All issuers have signed: their blind signatures in the order of the style."""

    blind_signatures: list[Rsa]


class ShareWaiting(Record):
    """The request is stored; these partners have signed so far."""

    signed: list[Id]


class LoggedRequest(Record):
    """A request that stands on the witnessed board, with what each issuer of its style is to sign."""

    blinded: list[Rsa]
    position: Count
    style: Id


class BlindSignature(Record):
    """An issuer's answer to the request at a position of the board."""

    position: Count
    signature: Rsa


class BlindSignatures(Record):
    """Blind signatures of one partner. They prove themselves, so nobody logs in to send them."""

    partner: Id
    signatures: Annotated[list[BlindSignature], msgspec.Meta(min_length=1, max_length=MOST)]


class Accepted(Record):
    """How many of them hold; those that were known already count too."""

    accepted: Count
