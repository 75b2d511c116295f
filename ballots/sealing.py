"""Seal a ballot so that only enough trustees together can open it, and check that it was sealed so.

Promise: what opens and reseals to the same bytes opens alike for every choice of k trustees. Limit: who may
vote is decided in shares.py, what may be chosen in choices.py. Format: PROTOCOL.md sections 8, 10 and 11.
"""

from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballots import hpke, sharing
from ballots.election import Election
from ballots.entries import Ballot, Rehearsal, SealedBallot
from ballots.errors import SealingError
from ballots.hkdf import expand, hmac_sha256, keyed
from ballots.points import ed25519_public, sign_ed25519
from ballots.signing import Signed
from ballots.wire import Box, Bytes, H, Hash, Id, Key, Record, Rsa, Signature, numbered_hashes

SEED_LENGTH = 32
OVERHEAD = SEED_LENGTH + 16
"""How many bytes a body is longer than the pad: the seed and the tag."""
FIRST = Hash(bytes(32))
"""The `previous` of a first revision."""

_NONCE = bytes(12)
_LABEL = b"wijkaandeel/v1/"
_COEFFICIENT = _LABEL + b"coefficient\0"
_EPHEMERAL = _LABEL + b"ephemeral\0"
_BODY = _LABEL + b"body\0"


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
    """What follows from ctx, seed and padded choices: secret, fragments, the boxes' ephemeral keys."""

    def __init__(self, election: Election, ctx: bytes, padded: bytes, seed: bytes) -> None:
        prk = keyed(hmac_sha256(ctx, seed + padded))
        coefficients = [
            int.from_bytes(expand(prk, _COEFFICIENT + bytes([j]), 48), "big") % sharing.PRIME
            for j in range(election.k)
        ]
        self.secret = coefficients[0].to_bytes(32, "big")
        self.fragments = sharing.split(coefficients, election.n)
        self.ephemerals = [expand(prk, _EPHEMERAL + bytes([i]), 32) for i in range(1, election.n + 1)]


def ballot_context(
    manifest_hash: bytes, style: str, voting_key: bytes, revision: int, previous: bytes
) -> Hash:
    """Return ctx, the 32 bytes that tie a sealing to its place."""
    return H("ballot", manifest_hash, style, voting_key, revision, previous)


def context_of(election: Election, ballot: Ballot | SealedBallot) -> Hash:
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
        Box(hpke.seal(key, ephemeral, info, fragment))
        for key, ephemeral, info, fragment in zip(
            election.trustee_keys,
            recipe.ephemerals,
            numbered_hashes("box", ctx, election.n),
            recipe.fragments,
            strict=True,
        )
    ]
    unsigned = Ballot(
        body=Bytes(AESGCM(_body_key(ctx, recipe.secret)).encrypt(_NONCE, padded + seed, ctx)),
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


def unseal(election: Election, ballot: Ballot | SealedBallot, trustee_keys: Mapping[int, bytes]) -> Unsealed:
    """Open a ballot with private keys by trustee number, and make sure that sealing again gives its bytes.

    The k lowest numbers are used; the verdict is the same for any k. Errors: SealingError, whatever failed.

    Sealing again would compute body and boxes from the recipe and compare all bytes. For what has been opened
    that has been done already, once two shorter things are equal:

    - An opened box has the bytes of the recipe's if and only if its enc is the recipe's ephemeral public key
      and it held the recipe's fragment. X25519 commutes and the private key is that of the trustee's public
      key, so with that enc both sides have one agreement, hence one key and nonce; under these AES-GCM, which
      is deterministic and whose tag was verified, gives one box a plaintext.
    - The body has the bytes of the recipe's once k fragments are the recipe's: one polynomial of degree below
      k goes through k points, so the secret that opened the body is the recipe's, and with it the key.

    The boxes of other trustees are sealed again and compared. So a ballot passes if and only if sealing again
    gives all its bytes, and these do not depend on which k were used.
    """
    ctx = context_of(election, ballot)
    infos = numbered_hashes("box", ctx, election.n)
    fragments: dict[int, bytes] = {}
    for number in sorted(trustee_keys)[: election.k]:
        if hpke.public_key(trustee_keys[number]) != election.trustee_keys[number - 1]:
            raise SealingError("box-key", f"expected the private key of trustee {number}")
        fragments[number] = hpke.open_box(trustee_keys[number], ballot.boxes[number - 1], infos[number - 1])
    unsealed = open_body(ballot, ctx, sharing.recover(fragments, election.k))
    recipe = _Recipe(election, ctx, unsealed.padded, unsealed.seed)
    for number, (box, ephemeral, fragment) in enumerate(
        zip(ballot.boxes, recipe.ephemerals, recipe.fragments, strict=True), 1
    ):
        if number in fragments:
            same = fragments[number] == fragment and hpke.derive_key_pair(ephemeral)[1] == box[:32]
        else:
            same = hpke.seal(election.trustee_keys[number - 1], ephemeral, infos[number - 1], fragment) == box
        if not same:
            raise SealingError("sealing", "expected a ballot that seals again to the same bytes")
    return unsealed


def open_body(ballot: Ballot | SealedBallot, ctx: bytes, secret: bytes) -> Unsealed:
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
    return hmac_sha256(hmac_sha256(ctx, secret), _BODY + b"\x01")  # HKDF's first block is all that is needed
