"""An official: a key of their own, and a signature only under what they have checked themselves.

Promise: nothing is signed that the board, as this official has replayed it, would refuse. Limit: whether an
election is a good idea is for people. Format: PROTOCOL.md sections 2 and 5.
"""

import copy
from collections.abc import Sequence
from typing import TypeVar

from admin.drafts import NO_SIGNATURE, add_officials, changed, sign
from admin.elections.errors import ConductError
from ballots.board import Board
from ballots.entries import Bundle, Certify, Close, Replace, Seal, Start
from ballots.errors import BoardError, ProtocolError
from ballots.manifest import Manifest
from ballots.merkle import leaf_hash
from ballots.points import check_ed25519_key, ed25519_public
from ballots.sealing import verify_rehearsal
from ballots.signing import OfficialSignature
from ballots.wire import Key, encode

Signable = Seal | Start | Bundle | Replace | Close | Certify
T = TypeVar("T", Seal, Start, Bundle, Replace, Close, Certify)


class Official:
    """Somebody who signs; `repr` shows no key."""

    def __init__(self, official: str, seed: bytes) -> None:
        self.id = official
        self._seed = seed

    def __repr__(self) -> str:
        return f"Official({self.id!r})"

    @property
    def key(self) -> Key:
        """The public key."""
        return Key(ed25519_public(self._seed))

    def sign_manifest(self, manifest: Manifest, setup: Sequence[bytes], origin: str) -> OfficialSignature:
        """Return this official's signature under a manifest; ConductError if it is not of this set-up.

        Styles and contests are put on a board of this official's own; the manifest has to name exactly them.
        """
        board = Board(origin)
        try:
            for raw in setup:
                board.append(raw)
        except ProtocolError as error:
            raise ConductError(f"the set-up is refused ({error.reason}): {error}") from None
        keys = {official.id: official.key for official in manifest.officials}
        if keys.get(self.id) != self.key:
            raise ConductError(f"the manifest does not name the key of {self.id}")
        if [bytes(name) for name in manifest.setup] != [leaf_hash(raw) for raw in setup]:
            raise ConductError("the manifest names another set-up than the one that was shown")
        return OfficialSignature(official=self.id, signature=sign(self._seed, manifest, b""))

    def sign(self, entry: Signable, board: Board) -> OfficialSignature:
        """Return a signature under an entry that may stand next on the board; ConductError otherwise."""
        check_next(entry, board)
        return OfficialSignature(
            official=self.id, signature=sign(self._seed, entry, board.resolved.manifest_hash)
        )


def sign_manifest(
    officials: Sequence[Official], manifest: Manifest, setup: Sequence[bytes], origin: str
) -> list[OfficialSignature]:
    """Return two officials' signatures in the manifest's order."""
    made = {official.id: official.sign_manifest(manifest, setup, origin) for official in officials}
    return [made[listed.id] for listed in manifest.officials if listed.id in made]


def sign_entry(officials: Sequence[Official], entry: T, board: Board) -> T:
    """Return the entry with the signatures of two officials, each of whom has checked it."""
    made = {official.id: official.sign(entry, board).signature for official in officials}
    return add_officials(entry, made, [official.id for official in board.resolved.manifest.officials])


def check_next(entry: Signable, board: Board) -> None:
    """Raise ConductError unless the entry may stand next, its officials' signatures left aside.

    The board is copied first: a test must not change it.
    """
    listed = [official.id for official in board.resolved.manifest.officials]
    reports = [report.official for report in entry.reports] if isinstance(entry, Certify) else listed[:2]
    probe = changed(
        entry,
        signatures=[OfficialSignature(official=official, signature=NO_SIGNATURE) for official in reports],
    )
    try:
        _check_parts(entry, board)
        copy.deepcopy(board).place(encode(probe), probe)
    except ProtocolError as error:
        raise ConductError(f"this may not stand next on the board ({error.reason}): {error}") from None


def _check_parts(entry: Signable, board: Board) -> None:
    """Raise ProtocolError unless what others have signed inside the entry is right."""
    election = board.resolved
    if isinstance(entry, Start):
        if [rehearsal.partner for rehearsal in entry.rehearsals] != list(election.partner_numbers):
            raise BoardError("start-rehearsals", "expected a rehearsal of every partner, in order")
        for rehearsal in entry.rehearsals:
            verify_rehearsal(election, rehearsal)
    if isinstance(entry, Seal | Replace):
        election.verify(election.manifest.registrar, entry.registrar, entry)
    if isinstance(entry, Replace):
        if entry.style not in election.styles:
            raise BoardError("replace-style", f"expected a style of the election, got {entry.style}")
        check_ed25519_key(entry.adds)
