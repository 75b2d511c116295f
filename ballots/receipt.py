"""The operator's promise that a ballot will stand on the board, and what proves that it does.

Promise plus a proof against a witnessed checkpoint is a receipt. Format: PROTOCOL.md section 9.
"""

from collections.abc import Sequence

from ballots.election import Election
from ballots.errors import ProofError
from ballots.points import sign_ed25519
from ballots.signing import Signed
from ballots.tlog_proof import open_proof, parse_proof
from ballots.wire import Count, Hash, Signature

HOUR = 3600
"""The last release must be witnessed within this many seconds after the deadline."""


class Promise(Signed, tag_field="kind", tag="promise"):
    """The operator's word that the ballot with this entry hash is on the board by the deadline (seconds)."""

    SIGNATURE_MEMBERS = ("signature",)
    ballot: Hash
    deadline: Count
    signature: Signature


def make_promise(election: Election, operator_seed: bytes, ballot_hash: bytes) -> Promise:
    """Return the promise for a stored ballot; the same bytes every time."""
    unsigned = Promise(ballot=Hash(ballot_hash), deadline=election.deadline, signature=Signature(bytes(64)))
    signature = Signature(sign_ed25519(operator_seed, election.message(unsigned)))
    return Promise(ballot=unsigned.ballot, deadline=unsigned.deadline, signature=signature)


def verify_promise(election: Election, promise: Promise, ballot_hash: bytes) -> None:
    """Raise unless this is the operator's promise for this ballot (ProofError `promise`, or PointError)."""
    if promise.ballot != ballot_hash or promise.deadline != election.deadline:
        raise ProofError("promise", "expected a promise for this ballot by the time of the last release")
    election.verify(election.manifest.operator, promise.signature, promise)


def is_broken(promise: Promise, times: Sequence[int], threshold: int, present: bool, now: int) -> bool:
    """Say whether a promise is broken (section 9).

    `times` are the cosignature times of a witnessed checkpoint (none has appeared: empty), `threshold` is w,
    `present` says whether the ballot stands in it, `now` is the time in seconds.
    """
    if present:
        return False
    late = sum(time >= promise.deadline + HOUR for time in times)
    return late >= threshold or now > promise.deadline + 2 * HOUR


def verify_receipt(election: Election, promise: Promise, proof: bytes, ballot_hash: bytes) -> int:
    """Return the ballot's position; raise unless promise, proof, checkpoint and cosignatures all hold.

    Errors: PointError, ProofError, NoteError.
    """
    verify_promise(election, promise, ballot_hash)
    parsed = parse_proof(proof)
    open_proof(parsed, ballot_hash, election.operator_vkey, election.witness_vkeys, election.w)
    return parsed.index
