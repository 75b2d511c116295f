"""A resident's client, as pure steps: from code to share to sealed ballot.

Promise: what must be kept before it is sent is in the records returned. Limit: storing and sending belong to
the caller. Format: PROTOCOL.md sections 6 to 8.
"""

from collections.abc import Sequence

from ballots.board import Board
from ballots.choices import Choices, pad_choices
from ballots.election import Election
from ballots.entries import Ballot, Request, parse_entry
from ballots.errors import BoardError, ManifestError, ShareError
from ballots.manifest import Contest, Manifest, Style, manifest_hash
from ballots.points import ed25519_public, sign_ed25519
from ballots.sealing import FIRST, SEED_LENGTH, seal_ballot
from ballots.shares import blind, finalize
from ballots.verification import blinded_hash, share_message
from ballots.wire import Hash, Key, Random, Record, Rsa, Signature

SALT_LENGTH = 48


class ShareRequest(Record):
    """What the client posts: the request for the board, and the blinded messages beside it."""

    blinded: list[Rsa]
    request: Request


class Asking(Record):
    """What the voter keeps before asking: without it the share is lost. All of it is secret but `request`."""

    inverses: list[Rsa]
    request: ShareRequest
    style: str
    voting_seed: bytes


class Share(Record):
    """The right to one ballot. A bearer right: whoever has it can vote."""

    signatures: list[Rsa]
    style: str
    voting_seed: bytes


def read_setup(entries: Sequence[bytes], anchor: bytes) -> Election:
    """Return the election of set-up entries, the manifest last, as a server gave them.

    `anchor` is the manifest hash, from a letter or a partner's site. Errors: ManifestError `manifest-hash`
    (another election's), then what the board refuses of set-up entries; BoardError `phase` for other kinds.
    """
    last = entries[-1] if entries else b""
    if manifest_hash(last) != anchor:
        raise ManifestError("manifest-hash", f"expected the manifest with hash {anchor.hex()}")
    board = Board("")
    for raw in entries[:-1]:
        if not isinstance(parse_entry(raw), Style | Contest):
            raise BoardError("phase", "expected styles and contests before the manifest")
        board.append(raw)
    manifest = parse_entry(last)
    if not isinstance(manifest, Manifest):
        raise BoardError("phase", "expected a manifest at the end of the set-up")
    board.origin = manifest.origin
    board.append(last)
    return board.resolved


def ask_share(election: Election, style: str, credential_seed: bytes, random: Random) -> Asking:
    """Return the request for a share of `style`, and what finishes it.

    `credential_seed` is the 32-byte seed behind the code, `random` draws the voting key and the blinds.
    Errors: BoardError `request-style` (no style of this election), ShareError.
    """
    if style not in election.styles:
        raise BoardError("request-style", f"expected a style of the election, got {style[:40]}")
    voting_seed = random(32)
    message = share_message(election.manifest_hash, style, ed25519_public(voting_seed))
    pairs = [blind(issuer, message, random(SALT_LENGTH), random) for issuer in election.issuers(style)]
    unsigned = Request(
        blinded=[Hash(blinded_hash(blinded)) for blinded, _ in pairs],
        credential=Key(ed25519_public(credential_seed)),
        signature=Signature(bytes(64)),
        style=style,
    )
    signature = Signature(sign_ed25519(credential_seed, election.message(unsigned)))
    request = Request(
        blinded=unsigned.blinded, credential=unsigned.credential, signature=signature, style=unsigned.style
    )
    return Asking(
        inverses=[Rsa(inverse) for _, inverse in pairs],
        request=ShareRequest(blinded=[Rsa(blinded) for blinded, _ in pairs], request=request),
        style=style,
        voting_seed=voting_seed,
    )


def finish_share(election: Election, asking: Asking, blind_signatures: list[bytes]) -> Share:
    """Return the share; ShareError `share-length` (also for an answer too few or too many), `share-wrong`."""
    if len(blind_signatures) != len(asking.inverses):
        raise ShareError("share-length", f"expected {len(asking.inverses)} answers")
    message = share_message(election.manifest_hash, asking.style, ed25519_public(asking.voting_seed))
    signatures = [
        Rsa(finalize(issuer, message, answer, inverse))
        for issuer, answer, inverse in zip(
            election.issuers(asking.style), blind_signatures, asking.inverses, strict=True
        )
    ]
    return Share(signatures=signatures, style=asking.style, voting_seed=asking.voting_seed)


def vote(
    election: Election,
    share: Share,
    choices: Choices,
    random: Random,
    revision: int = 1,
    previous: bytes = FIRST,
) -> Ballot:
    """Return the sealed ballot; ChoicesError if the choices break a rule of the style.

    To vote again, raise `revision` by one and give the entry hash of the ballot before as `previous`.
    """
    election.check_choices(choices, share.style)
    return seal_ballot(
        election,
        style=share.style,
        share=share.signatures,
        voting_seed=share.voting_seed,
        revision=revision,
        previous=previous,
        padded=pad_choices(choices, election.styles[share.style].pad),
        seed=random(SEED_LENGTH),
    )
