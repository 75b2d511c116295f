"""Wrong implementations, one a row: each makes one mistake that a second implementation could make.

They are the first implementation with a piece replaced, so that they are wrong in that piece only. What the
fuzzer cannot find of these, it could not find in the second implementation either.
"""

import binascii
import json
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import argon2.low_level
import msgspec
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA384

from ballots import choices, points, tiles, wire
from ballots.codes import parse_code
from ballots.entries import Entry, parse_entry
from ballots.errors import PointError, ProofError, WireError
from ballots.manifest import manifest_hash
from ballots.merkle import verify_inclusion
from ballots.voter import read_setup
from tally.audit.findings import Findings
from tally.profile import ties_by_cost_votes_lot
from tests.differential.outcomes import SECOND
from tests.differential.verdicts import Answer, Given, first_answer


class Wrong:
    """A judge that answers as the first implementation does with something replaced."""

    def __init__(self, target: str, replacement: object) -> None:
        self.target, self.replacement = target, replacement

    def call(self, call: str, given: Given) -> Answer:
        """Return the wrong implementation's verdict."""
        with patch(self.target, self.replacement):
            return first_answer(call, given)


@dataclass(frozen=True)
class Sabotage:
    """A mistake: in which family it must be found, what it is, and what is replaced by what."""

    family: str
    mistake: str
    target: str
    replacement: object


def forgiving_entry(raw: bytes) -> object:
    """Read an entry in any spelling."""
    try:
        tree = json.loads(raw)
    except ValueError:
        return parse_entry(raw)
    return parse_entry(json.dumps(tree, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())


def forgiving_base64(text: str) -> wire.Bytes:
    """Read base64url with whatever spare bits."""
    padded = text + "=" * (-len(text) % 4)
    try:
        return wire.Bytes(binascii.a2b_base64(padded.replace("-", "+").replace("_", "/"), strict_mode=True))
    except binascii.Error as error:
        raise ValueError from error


def forgiving_code(text: str) -> str:
    """Read a code with any white space of Unicode in it."""
    return parse_code("".join(text.split()))


def forgiving_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    """Verify a proof whatever hashes follow the last one that is needed."""
    for end in range(len(proof)):
        try:
            return verify_inclusion(leaf, index, size, proof[:end], root)
        except ProofError:
            continue
    return verify_inclusion(leaf, index, size, proof, root)


def forgiving_bundle(raw: bytes, width: int) -> list[bytes]:
    """Read a bundle and leave what is left over."""
    for end in range(len(raw) + 1):
        try:
            return tiles.parse_bundle(raw[:end], width)
        except ProofError:
            continue
    return tiles.parse_bundle(raw, width)


def reduced_s(key: bytes, signature: bytes, message: bytes) -> None:
    """Verify a signature with S taken modulo L."""
    if len(signature) == 64:
        s = int.from_bytes(signature[32:], "little") % points.L
        signature = signature[:32] + s.to_bytes(32, "little")
    points.verify_ed25519(key, signature, message)


def torsion_allowed(key: bytes) -> None:
    """Check that a key is a canonical point of any order but a small one."""
    try:
        points.check_ed25519_key(key)
    except PointError as error:
        if error.reason != "point-small-order" or key.hex() in SMALL:
            raise


SMALL: set[str] = {"01" + "00" * 31}


def any_order(_: object, size: int, root: bytes) -> None:
    """Take any size and root."""


def by_lot_alone(profile: Any, lots: dict[str, bytes]) -> Any:
    """Break ties by the lots in the other direction."""
    return ties_by_cost_votes_lot(profile, {name: bytes(255 - b for b in lot) for name, lot in lots.items()})


def any_choices(*_: object) -> None:
    """Take choices without a look at the contest's rules."""


CHECK_CONTEST = choices._check_contest


def first_contest_alone(chosen: Any, method: Any, contest: Any, money: int) -> None:
    """Look at the rules of the first contest, and at none of the second."""
    if contest.id != SECOND:
        CHECK_CONTEST(chosen, method, contest, money)


def types_first(raw: bytes) -> object:
    """Look at the types of members before it is known that all is JSON."""
    try:
        wire.skim(Entry, raw)
    except msgspec.ValidationError as error:
        raise WireError("wire-type", "a type") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    return parse_entry(raw)


def any_manifest(entries: list[bytes], _: bytes) -> object:
    """Read set-up entries whatever their manifest's hash is."""
    return read_setup(entries, manifest_hash(entries[-1] if entries else b""))


def first_found(self: Findings, check: str, at: int | str, message: str, reason: str = "") -> None:
    """Keep of several files that fail a check the one that was found first."""
    if check not in {fault.id for fault in self.faults()}:
        FAILED(self, check, at, message, reason)


FAILED = Findings.failed


def no_check(*_: object, **__: object) -> None:
    """Look at nothing."""


def one_lane(code: str, manifest_hash: bytes) -> bytes:
    """Return a credential's seed, salted with the manifest hash itself."""
    return argon2.low_level.hash_secret_raw(
        code.encode(), manifest_hash[:16], 2, 19_456, 1, 32, argon2.low_level.Type.ID, 0x13
    )


SABOTAGES: tuple[Sabotage, ...] = (
    Sabotage("spellings", "any spelling of an entry", "tests.vector_calls.parse_entry", forgiving_entry),
    Sabotage("spellings", "types before JSON", "tests.vector_calls.parse_entry", types_first),
    Sabotage("spellings", "spare bits of base64", "ballots.wire.Bytes.parse", staticmethod(forgiving_base64)),
    Sabotage("codes", "any white space in a code", "tests.vector_calls.parse_code", forgiving_code),
    Sabotage("credentials", "another salt", "tests.vector_calls.credential_seed", one_lane),
    Sabotage("log", "hashes too many", "tests.vector_calls.verify_inclusion", forgiving_inclusion),
    Sabotage("log", "bytes left over", "tests.vector_calls.parse_bundle", forgiving_bundle),
    Sabotage("ballots", "any manifest hash", "tests.vector_calls.read_setup", any_manifest),
    Sabotage("ballots", "another salt length", "ballots.shares.SALT_LENGTH", 47),
    Sabotage("keys", "S modulo L", "tests.vector_calls.verify_ed25519", reduced_s),
    Sabotage("keys", "torsion in a key", "tests.vector_calls.check_ed25519_key", torsion_allowed),
    Sabotage(
        "keys",
        "any salt in a share",
        "ballots.shares._PSS",
        padding.PSS(padding.MGF1(SHA384()), padding.PSS.AUTO),
    ),
    Sabotage("entries", "any size and root", "ballots.board.Board._check_head", any_order),
    Sabotage("entries", "any revision before", "ballots.voters.Voters.check_revision", no_check),
    Sabotage("entries", "unsigned officials", "ballots.election.Election.verify_officials", no_check),
    Sabotage("set-up", "any method", "ballots.election._check_method", no_check),
    Sabotage("set-up", "any pots", "ballots.election._check_pots", no_check),
    Sabotage("records", "stray files", "tally.audit.run.check_listing", no_check),
    Sabotage("records", "the fault found first", "tally.audit.findings.Findings.failed", first_found),
    Sabotage("records", "unread reports", "tally.audit.run.check_reports", no_check),
    Sabotage("records", "any witnesses", "tally.audit.run.check_signatures", no_check),
    Sabotage("counts", "the highest lot", "tests.vector_calls_count.ties_by_cost_votes_lot", by_lot_alone),
    Sabotage("recounts", "no risk", "tally.audit.run.outcome_at_risk", no_check),
    Sabotage("recounts", "any invalid ballots", "tally.audit.counting.Recount.is_listed", no_check),
    Sabotage("outcomes", "choices against the rules", "ballots.choices._check_contest", any_choices),
    Sabotage("outcomes", "the first contest alone", "ballots.choices._check_contest", first_contest_alone),
    Sabotage("outcomes", "a mark of 64", "ballots.choices.MARKS", choices.MARKS + 1),
)
