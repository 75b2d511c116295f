"""Seal a ballot so that only enough trustees together can open it, and check that it was sealed so.

Promise: what opens and reseals to the same bytes opens alike for every choice of k trustees. Limit: who may
vote is decided in shares.py, what may be chosen in choices.py. Format: PROTOCOL.md sections 8, 10 and 11.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballots import hpke, sharing
from ballots.election import Election
from ballots.entries import Ballot, Rehearsal
from ballots.errors import SealingError
from ballots.points import ed25519_public, sign_ed25519
from ballots.signing import Signed
from ballots.wire import Box, Bytes, H, Hash, Id, Key, Record, Rsa, Signature

SEED_LENGTH = 32
OVERHEAD = SEED_LENGTH + 16
"""How many bytes a body is longer than the pad: the seed and the tag."""
FIRST = Hash(bytes(32))
"""The `previous` of a first revision."""

_NONCE = bytes(12)
_LABEL = b"wijkaandeel/v1/"


class Unsealed(Record):
    """What was in a ballot: the padded choices, and the seed that it was sealed from."""

    padded: bytes
    seed: bytes


class RehearsalAnswer(Signed, tag_field="kind", tag="rehearsal"):
    """What a partner node answers to a rehearsal: the opened box, signed by its witness key."""

    SIGNATURE_MEMBERS = ("signature",)
    box: Box
    fragment: Hash
    partner: Id
    signature: Signature


class _Recipe:
    """Everything that follows from ctx, seed and padded choices."""

    def __init__(self, election: Election, ctx: bytes, padded: bytes, seed: bytes) -> None:
        prk = hmac.digest(ctx, seed + padded, "sha256")
        count = election.k
        coefficients = [
            int.from_bytes(_expand(prk, b"coefficient", j, 48), "big") % sharing.PRIME for j in range(count)
        ]
        self.fragments = sharing.split(coefficients, election.n)
        self.ephemerals = [_expand(prk, b"ephemeral", i, 32) for i in range(1, election.n + 1)]
        secret = coefficients[0].to_bytes(32, "big")
        self.body = AESGCM(_body_key(ctx, secret)).encrypt(_NONCE, padded + seed, ctx)


def ballot_context(
    manifest_hash: bytes, style: str, voting_key: bytes, revision: int, previous: bytes
) -> Hash:
    """Return ctx, the 32 bytes that tie a sealing to its place."""
    return H("ballot", manifest_hash, style, voting_key, revision, previous)


def context_of(election: Election, ballot: Ballot) -> Hash:
    """Return the ctx of a ballot."""
    return ballot_context(
        election.manifest_hash, ballot.style, ballot.voting_key, ballot.revision, ballot.previous
    )


def seal_ballot(  # noqa: PLR0913 - all of a sealing's inputs, each by name
    election: Election,
    *,
    style: str,
    share: Sequence[bytes],
    voting_seed: bytes,
    revision: int,
    previous: bytes,
    padded: bytes,
    seed: bytes,
) -> Ballot:
    """Return the sealed and signed ballot.

    `share` has one signature of 384 bytes an issuer, `voting_seed` is the 32-byte seed of the voting key,
    `padded` the padded choices, `seed` 32 fresh random bytes: a seed that is used twice shows that two
    ballots are alike.
    """
    voting_key = Key(ed25519_public(voting_seed))
    ctx = ballot_context(election.manifest_hash, style, voting_key, revision, previous)
    recipe = _Recipe(election, ctx, padded, seed)
    boxes = [
        Box(hpke.seal(key, ephemeral, H("box", ctx, number), fragment))
        for number, (key, ephemeral, fragment) in enumerate(
            zip(election.trustee_keys, recipe.ephemerals, recipe.fragments, strict=True), 1
        )
    ]
    unsigned = Ballot(
        body=Bytes(recipe.body),
        boxes=boxes,
        previous=Hash(previous),
        revision=revision,
        share=[Rsa(signature) for signature in share],
        signature=Signature(bytes(64)),
        style=style,
        voting_key=voting_key,
    )
    return _replace(unsigned, Signature(sign_ed25519(voting_seed, election.message(unsigned))))


def _replace(ballot: Ballot, signature: Signature) -> Ballot:
    fields = {name: getattr(ballot, name) for name in ballot.__struct_fields__}
    return Ballot(**(fields | {"signature": signature}))


def unseal(election: Election, ballot: Ballot, trustee_keys: Mapping[int, bytes]) -> Unsealed:
    """Open a ballot with private keys by trustee number, seal it again and compare every byte.

    The k lowest numbers are used; the verdict is the same for any k. Errors: SealingError, whatever failed.
    """
    ctx = context_of(election, ballot)
    infos = [H("box", ctx, number) for number in range(1, election.n + 1)]
    fragments: dict[int, bytes] = {}
    agreements: dict[int, bytes] = {}
    for number in sorted(trustee_keys)[: election.k]:
        public = election.trustee_keys[number - 1]
        fragments[number], agreements[number] = hpke.open_with_agreement(
            trustee_keys[number], public, ballot.boxes[number - 1], infos[number - 1]
        )
    unsealed = open_body(ballot, ctx, sharing.recover(fragments, election.k))
    recipe = _Recipe(election, ctx, unsealed.padded, unsealed.seed)
    matches = recipe.body == ballot.body and all(
        hpke.reseal_matches(
            election.trustee_keys[i],
            recipe.ephemerals[i],
            infos[i],
            recipe.fragments[i],
            ballot.boxes[i],
            agreements.get(i + 1),
        )
        for i in range(election.n)
    )
    if not matches:
        raise SealingError("sealing", "expected a ballot that seals again to the same bytes")
    return unsealed


def open_body(ballot: Ballot, ctx: bytes, secret: bytes) -> Unsealed:
    """Open the body with the ballot's secret s (32 bytes); SealingError `sealing` if it does not open."""
    try:
        plain = AESGCM(_body_key(ctx, secret)).decrypt(_NONCE, ballot.body, ctx)
    except (InvalidTag, ValueError):
        raise SealingError("sealing", "expected a body that the fragments open") from None
    return Unsealed(padded=plain[:-SEED_LENGTH], seed=plain[-SEED_LENGTH:])


def rehearsal_box(election: Election, partner: str, seed: bytes) -> tuple[Box, Hash]:
    """Return (box, fragment) of a rehearsal; who knows the seed knows the fragment."""
    number = election.partner_numbers[partner]
    fragment = H("rehearsal-fragment", election.manifest_hash, partner, seed)
    ephemeral = H("rehearsal-ephemeral", election.manifest_hash, partner, seed)
    info = H("rehearsal", election.manifest_hash, number)
    return Box(hpke.seal(election.trustee_keys[number - 1], ephemeral, info, fragment)), fragment


def open_rehearsal(election: Election, partner: str, private_key: bytes, box: bytes) -> Hash:
    """Return the fragment in a rehearsal's box; SealingError if the box was not made for this partner."""
    info = H("rehearsal", election.manifest_hash, election.partner_numbers[partner])
    if len(box) != Box.LENGTH:
        raise SealingError("box-length", f"expected a box of {Box.LENGTH} bytes, got {len(box)}")
    return Hash(hpke.open_box(private_key, box, info))


def answer_rehearsal(
    election: Election, partner: str, private_key: bytes, witness_seed: bytes, box: bytes
) -> RehearsalAnswer:
    """Return a node's signed answer to a rehearsal."""
    fragment = open_rehearsal(election, partner, private_key, box)
    unsigned = RehearsalAnswer(
        box=Box(box), fragment=fragment, partner=partner, signature=Signature(bytes(64))
    )
    signature = Signature(sign_ed25519(witness_seed, election.message(unsigned)))
    return RehearsalAnswer(box=Box(box), fragment=fragment, partner=partner, signature=signature)


def verify_rehearsal(election: Election, rehearsal: Rehearsal) -> None:
    """Raise PointError unless the partner signed the fragment that the seed gives."""
    box, fragment = rehearsal_box(election, rehearsal.partner, rehearsal.seed)
    answer = RehearsalAnswer(
        box=box, fragment=fragment, partner=rehearsal.partner, signature=rehearsal.signature
    )
    election.verify(election.witness_keys[rehearsal.partner], rehearsal.signature, answer)


def _body_key(ctx: bytes, secret: bytes) -> bytes:
    prk = hmac.digest(ctx, secret, "sha256")
    return _hkdf_block(prk, _LABEL + b"body\0")


def _expand(prk: bytes, label: bytes, number: int, length: int) -> bytes:
    info = _LABEL + label + b"\0" + bytes([number])
    first = _hkdf_block(prk, info)
    if length <= len(first):
        return first[:length]
    return (first + hmac.digest(prk, first + info + b"\x02", hashlib.sha256))[:length]


def _hkdf_block(prk: bytes, info: bytes) -> bytes:
    return hmac.digest(prk, info + b"\x01", "sha256")
