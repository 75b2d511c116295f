"""The inputs of found.json about proofs, and about what is asked of a witness."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.merkle import EMPTY_ROOT, consistency_proof, inclusion_proof, leaf_hash, root_of
from ballots.note import (
    COSIGNATURE,
    ED25519,
    Note,
    VerifierKey,
    format_base64,
    format_note,
    format_vkey,
    sign_note,
)
from ballots.points import ed25519_public
from ballots.tlog_proof import MAX_PROOF_FILE, TlogProof, format_proof
from ballots.witness import MAX_REQUEST, AddCheckpoint, format_add_checkpoint
from tests.materials import ORIGIN, hash_reader
from tests.simulator import World
from tests.tally.drafts import cosign_text, sign_text
from tests.vector_inputs_log import Input

HASH = "A" * 43 + "="
SHORT = "AAAA"
"""Three bytes."""
NOT_BASE64 = "A" * 42 + "B="
ZERO = bytes(32).hex()


def proof_inputs(world: World) -> Iterator[Input]:
    """Proof files, and the proofs themselves."""
    yield from file_inputs(world)
    leaves = [leaf_hash(bytes([number])) for number in range(11)]
    yield from inclusion_inputs(leaves)
    yield from consistency_inputs(leaves)


def file_inputs(world: World) -> Iterator[Input]:
    """Proof files: length, form, index, hashes, their number, the note's form."""
    leaves = [leaf_hash(raw) for raw in world.entries]
    hashes = tuple(inclusion_proof(7, len(leaves), hash_reader(leaves)))
    good = format_proof(TlogProof(checkpoint=world.checkpoint(), extra=b"", hashes=hashes, index=7)).decode()
    head, _, note = good.partition("\n\n")
    header, index, *_ = head.split("\n")
    bad_note = note.rstrip("\n")
    files = {
        "a hash in no base64, and a bad index": [header, "index 07", NOT_BASE64],
        "a short hash, and a bad index": [header, "index 07", SHORT],
        "an index in digits that are not ASCII": [header, "index \u0667"],
        "an index with a space after it": [header, "index 7 "],
        "no index": [header, "index "],
        "an index of 2^53": [header, "index 9007199254740992"],
        "an index of 2^53 - 1": [header, "index 9007199254740991"],
        "two indices": [header, index, index],
        "a short hash, and 64 hashes": [header, index, *[HASH] * 63, SHORT],
        "an empty line more before its note": [header, index, ""],
        "64 hashes": [header, index, *[HASH] * 64],
        "63 hashes": [header, index, *[HASH] * 63],
        "extra data": [header, "extra AAAA", index],
        "extra data, and a bad index": [header, "extra AAAA", "index 07"],
        "an extra line without data": [header, "extra ", index],
        "a space in its first line": [header + " ", index],
        "a byte order mark": ["\ufeff" + header, index],
        "carriage returns": [f"{header}\r", f"{index}\r"],
        "no index line": [header],
        "an index line in upper case": [header, "Index 7"],
    }
    for what, lines in files.items():
        yield f"a proof file with {what}", "proof-file", {"proof": "\n".join([*lines, "", note])}
    for what, lines in {
        "64 hashes and a note that does not end": [header, index, *[HASH] * 64],
        "a note that does not end": [header, index, HASH],
        "a bad index and a note that does not end": [header, "index -1"],
    }.items():
        yield f"a proof file with {what}", "proof-file", {"proof": "\n".join([*lines, "", bad_note])}
    yield "a proof file without an empty line", "proof-file", {"proof": head}
    yield "a proof file with an empty line before all", "proof-file", {"proof": f"\n\n{good}"}
    long = good + "x" * (MAX_PROOF_FILE + 1 - len(good.encode()))
    yield "a proof file of 262,145 bytes", "proof-file", {"proof": long}


def inclusion_inputs(leaves: list[bytes]) -> Iterator[Input]:
    """Inclusion: index, lengths of hashes, their number, the root."""
    proof = [each.hex() for each in inclusion_proof(5, 11, hash_reader(leaves))]
    given = {"index": 5, "leaf": leaves[5].hex(), "proof": proof, "root": root_of(leaves).hex(), "size": 11}
    short = proof[0][2:]
    cases = {
        "an index of the size, and a short hash": {"index": 11, "proof": [short, *proof[1:]]},
        "a size of 0": {"index": 0, "size": 0},
        "a short hash, and one too many": {"proof": [*proof, short]},
        "a short leaf, and no proof": {"leaf": given["leaf"][2:], "proof": []},
        "a long root, and no proof": {"proof": [], "root": given["root"] + "00"},
        "a hash too few": {"proof": proof[:-1]},
        "a hash too many, and another root": {"proof": [*proof, ZERO], "root": ZERO},
        "no hash, where the leaf is the root": {"proof": [], "root": given["leaf"]},
        "another root": {"root": ZERO},
    }
    for what, changes in cases.items():
        yield f"inclusion with {what}", "inclusion", given | changes
    one = {"index": 0, "leaf": ZERO, "root": ZERO, "size": 1}
    yield "inclusion of the only leaf with a hash", "inclusion", one | {"proof": [ZERO]}
    yield (
        "inclusion of the last leaf of 2^53 - 1",
        "inclusion",
        given | {"index": 2**53 - 2, "size": 2**53 - 1},
    )


def consistency_inputs(leaves: list[bytes]) -> Iterator[Input]:
    """Consistency: sizes, lengths of hashes, their number, the root."""
    proof = [each.hex() for each in consistency_proof(3, 7, hash_reader(leaves))]
    empty = EMPTY_ROOT.hex()
    roots = {size: root_of(leaves[:size]).hex() for size in (3, 4, 7)}
    given = {"new_root": roots[7], "new_size": 7, "old_root": roots[3], "old_size": 3, "proof": proof}
    cases = {
        "a smaller size, and a short hash": {"old_size": 8, "proof": ["00"]},
        "a short hash, and one too many": {"proof": [*proof, "00"]},
        "a short old root, from size 0": {"old_root": "00", "old_size": 0, "proof": []},
        "a hash, from size 0": {"old_root": empty, "old_size": 0, "proof": [ZERO]},
        "a hash and another root, from size 0": {"old_root": ZERO, "old_size": 0, "proof": [ZERO]},
        "another root, from size 0": {"old_root": ZERO, "old_size": 0, "proof": []},
        "any new root, from size 0": {"new_root": ZERO, "old_root": empty, "old_size": 0, "proof": []},
        "sizes of 0": {"new_root": empty, "new_size": 0, "old_root": empty, "old_size": 0, "proof": []},
        "sizes of 0, and another new root": {
            "new_root": ZERO, "new_size": 0, "old_root": empty, "old_size": 0, "proof": [],
        },
        "a hash between equal sizes": {"new_root": roots[3], "new_size": 3, "proof": [ZERO]},
        "a hash between equal sizes, and different roots": {"new_size": 3, "proof": [ZERO]},
        "different roots of equal sizes": {"new_size": 3, "proof": []},
        "no hash": {"proof": []},
        "no hash, and equal roots": {"new_root": roots[3], "proof": []},
        "a hash too few": {"proof": proof[:-1]},
        "a hash too many": {"proof": [*proof, ZERO]},
        "another old root": {"old_root": ZERO},
        "another new root": {"new_root": ZERO},
        "the old root first, from a size of a power of two": {
            "old_root": roots[4], "old_size": 4, "proof": [roots[4], *proof],
        },
    }  # fmt: skip
    for what, changes in cases.items():
        yield f"consistency with {what}", "consistency", given | changes


def request_inputs(world: World) -> Iterator[Input]:
    """Requests to a witness: form, origin, signature, lines, old size, remembered size, proof."""
    operator = format_vkey(world.election.operator_vkey)
    note = world.checkpoint().decode()
    size, root = len(world.entries), note.split("\n")[2]
    leaves = [leaf_hash(raw) for raw in world.entries]
    empty = {"operator": operator, "origin": ORIGIN, "remembered": []}
    known = empty | {"remembered": [{"root": root_of(leaves[:5]).hex(), "size": 5}]}
    same = empty | {"remembered": [{"root": root_of(leaves).hex(), "size": size}]}
    proof = [format_base64(each) for each in consistency_proof(5, size, hash_reader(leaves))]
    unknown = "\n".join(["elders.example/board", "01", root, ""])
    lines = {
        "a body of 135,169 bytes": (empty, ["old 0"], note + "x" * (MAX_REQUEST - len(note.encode()) - 6)),
        "an old size with a leading zero": (empty, ["old 00"], note),
        "an old size with a sign": (empty, ["old +0"], note),
        "an old size of 2^53": (empty, ["old 9007199254740992"], note),
        "an old size that is not in ASCII": (empty, ["old \u0660"], note),
        "no old size": (empty, ["old "], note),
        "a first line in upper case": (empty, ["Old 0"], note),
        "64 hashes": (empty, ["old 0", *[HASH] * 64], note),
        "63 hashes, from size 0": (empty, ["old 0", *[HASH] * 63], note),
        "a short hash": (empty, ["old 0", SHORT], note),
        "a hash in no base64": (empty, ["old 0", NOT_BASE64], note),
        "a bad hash and a note that does not end": (empty, ["old 0", SHORT], note[:-1]),
        "a note that does not end": (empty, ["old 0"], note[:-1]),
        "a note that does not end, of another origin": (empty, ["old 0"], "x" + note[:-1]),
        "another origin and a bad size, unsigned by the operator": (
            empty, ["old 0"], f"{unknown}\n{note.partition(chr(10) * 2)[2]}",
        ),
        "a first line that begins with the origin": (empty, ["old 0"], note.replace("\n", "x\n", 1)),
        "another text under the operator's signature": (empty, ["old 0"], note.replace("\n", "\n1", 1)),
        "an old size above the size, and another remembered": (known, [f"old {size + 1}"], note),
        "an old size that is not remembered, and a bad proof": (known, ["old 4", HASH], note),
        "an old size, where nothing is remembered": (empty, ["old 5", *proof], note),
        "no hash": (known, ["old 5"], note),
        "a hash too many": (known, ["old 5", *proof, HASH], note),
        "a good proof": (known, ["old 5", *proof], note),
        "the size that is remembered": (same, [f"old {size}"], note),
        "the size that is remembered, and a hash": (same, [f"old {size}", HASH], note),
        "the size that is remembered of another root": (
            empty | {"remembered": [{"root": ZERO, "size": size}]}, [f"old {size}"], note,
        ),
    }  # fmt: skip
    for what, (given, head, signed) in lines.items():
        body = "\n".join([*head, "", signed])
        yield f"a request with {what}", "add-checkpoint", given | {"body": body}
    yield "a request without a note", "add-checkpoint", empty | {"body": "old 0\n"}
    yield "a request of no bytes", "add-checkpoint", empty | {"body": ""}
    yield from text_inputs(world, empty, root)


def text_inputs(world: World, given: dict[str, object], root: str) -> Iterator[Input]:
    """Requests with other lines in the checkpoint, which the operator signed."""
    texts = {
        "a size with a leading zero": f"{ORIGIN}\n01\n{root}\n",
        "an extension line": f"{ORIGIN}\n1\n{root}\nmore\n",
        "a short root": f"{ORIGIN}\n1\nAAAA\n",
        "a size below the old one, and a bad root": f"{ORIGIN}\n1\nAAAA\n",
        "a size below the old one": f"{ORIGIN}\n1\n{root}\n",
        "the origin alone": f"{ORIGIN}\n",
        "another origin": f"elders.example/board\n1\n{root}\n",
    }
    for what, text in texts.items():
        old = 2 if "below" in what else 0
        body = f"old {old}\n\n{sign_text(world, text, witnesses={}).decode()}"
        yield f"a request of a signed checkpoint with {what}", "add-checkpoint", given | {"body": body}
    key = ed25519_public(world.keys.operator)
    cosigner = format_vkey(VerifierKey(key=key, name=ORIGIN, type=COSIGNATURE))
    elders = format_vkey(VerifierKey(key=key, name="elders.example", type=ED25519))
    text = world.checkpoint().decode().partition("\n\n")[0] + "\n"
    seed = world.keys.operator
    line = sign_note(text, "elders.example", Ed25519PrivateKey.from_private_bytes(seed))
    cosigned = Note(signatures=(cosign_text(text, ORIGIN, seed),), text=text)
    named = Note(signatures=(line,), text=text)
    for what, operator, note in (
        ("for cosignatures, and which signed as one", cosigner, cosigned),
        ("of another name, and which did not sign as that", elders, world.checkpoint()),
        ("of another name, and which signed as that", elders, named),
    ):
        raw = note if isinstance(note, bytes) else format_note(note)
        asked = format_add_checkpoint(AddCheckpoint(note=raw, old_size=0, proof=())).decode()
        yield (
            f"a request to a witness whose operator's key is {what}",
            "add-checkpoint",
            given | {"body": asked, "operator": operator},
        )
