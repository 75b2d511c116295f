"""Make evidence that convicts without the one who found it: signed checkpoints, and what joins them.

Two checkpoints that the operator signed convict it if they have one size and two roots; or if the later tree
is proved to begin with another tree of the earlier size than the earlier checkpoint says.
Format: RFC 9162 section 2.1.4; PROTOCOL.md section 3.
"""

from ballots.checkpoint import open_checkpoint
from ballots.errors import ProofError
from ballots.merkle import HashReader, consistency_proof, inclusion_proof, verify_consistency
from ballots.note import VerifierKey
from ballots.tlog_proof import TlogProof, format_proof
from ballots.wire import Count, Hash, Record, decode, encode
from tally.watch.growing import root_at

FIRST = "checkpoint-1"
SECOND = "checkpoint-2"
JOINED = "consistency.json"
ENTRY = "entry"
PROOF = "entry.tlog-proof"
PROMISE = "promise.json"

Files = dict[str, bytes]
"""Evidence: file names and contents."""


class Joined(Record):
    """Proof that the second checkpoint's tree began, at `size` entries, with this `root`."""

    proof: list[Hash]
    root: Hash
    size: Count


def branch_files(first: bytes, second: bytes, sizes: tuple[int, int], hashes: HashReader) -> Files:
    """Return the evidence of a branch; `hashes` are those of the second checkpoint's tree, the larger one."""
    size, larger = sizes
    files = {FIRST: first, SECOND: second}
    if size < larger:
        proof = [Hash(value) for value in consistency_proof(size, larger, hashes)]
        files[JOINED] = encode(Joined(proof=proof, root=Hash(root_at(size, hashes)), size=size))
    return files


def verify_branch(files: Files, operator: VerifierKey) -> None:
    """Raise NoteError, ProofError or WireError unless these files convict the operator of two branches."""
    first, second = open_checkpoint(files[FIRST], operator), open_checkpoint(files[SECOND], operator)
    if first.size == second.size:
        root = second.root
    else:
        joined: Joined = decode(Joined, files[JOINED])
        if joined.size != first.size:
            raise ProofError("proof-size", "expected a proof from the first checkpoint's size")
        verify_consistency(joined.size, joined.root, second.size, second.root, joined.proof)
        root = joined.root
    if root == first.root:
        raise ProofError(
            "proof-root", "expected another root than the first checkpoint's: there is no branch"
        )


def entry_files(checkpoint: bytes, entry: bytes, index: int, size: int, hashes: HashReader) -> Files:
    """Return an entry with the proof that it stands at an index of a checkpoint's board."""
    proof = inclusion_proof(index, size, hashes)
    raw = format_proof(TlogProof(checkpoint=checkpoint, extra=b"", hashes=tuple(proof), index=index))
    return {ENTRY: entry, PROOF: raw}
