"""The inputs of the vectors about the log: receipts, Merkle tree, tiles, notes, checkpoints, witnesses."""

import base64
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.board import Phase
from ballots.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from ballots.note import Note, format_note, format_vkey, sign_note
from ballots.receipt import make_promise
from ballots.tiles import format_bundle
from ballots.tlog_proof import TlogProof, format_proof
from ballots.wire import encode
from ballots.witness import AddCheckpoint, format_add_checkpoint
from tests.simulator import World, hash_reader, make_world

Input = tuple[str, str, dict[str, Any]]


def texts(entries: list[bytes]) -> list[str]:
    """Return entries as text."""
    return [entry.decode() for entry in entries]


def make_setup(world: World) -> list[bytes]:
    """Return a world's entries up to its manifest."""
    end = next(i for i, raw in enumerate(world.entries) if b'"kind":"manifest"' in raw)
    return world.entries[: end + 1]


def receipt_inputs() -> Iterator[Input]:
    """Promise, proof and checkpoint together."""
    world = make_world()
    setup = texts(make_setup(world))
    index = next(i for i, raw in enumerate(world.entries) if b'"kind":"ballot"' in raw)
    leaf = leaf_hash(world.entries[index])
    leaves = [leaf_hash(raw) for raw in world.entries]
    promise = encode(make_promise(world.election, world.keys.operator, leaf)).decode()
    yield (
        "a promise",
        "promise",
        {"setup": setup, "operator": world.keys.operator.hex(), "ballot": leaf.hex()},
    )
    yield "verified", "promise-verify", {"setup": setup, "promise": promise, "ballot": leaf.hex()}
    yield "for another ballot", "promise-verify", {"setup": setup, "promise": promise, "ballot": "00" * 32}
    hashes = tuple(inclusion_proof(index, len(leaves), hash_reader(leaves)))
    for name, checkpoint in {
        "six witnesses": world.checkpoint(),
        "four witnesses": world.checkpoint(witnesses=list(world.keys.witnesses)[2:]),
        "three witnesses": world.checkpoint(witnesses=list(world.keys.witnesses)[3:]),
        "another log": make_world(seed="other").checkpoint(),
    }.items():
        proof = format_proof(TlogProof(checkpoint=checkpoint, extra=b"", hashes=hashes, index=index)).decode()
        yield (
            f"receipt, {name}",
            "receipt",
            {"setup": setup, "promise": promise, "proof": proof, "ballot": leaf.hex()},
        )
        yield f"proof file, {name}", "proof-file", {"proof": proof}
    yield "proof file, index with a zero", "proof-file", {"proof": proof.replace("index ", "index 0")}
    yield "proof file, another version", "proof-file", {"proof": proof.replace("@v1", "@v2")}


def log_inputs() -> Iterator[Input]:
    """Roots, proofs, tiles, notes, checkpoints and witnesses."""
    leaves = [leaf_hash(bytes([number])) for number in range(11)]
    reader = hash_reader(leaves)
    for size in (0, 1, 2, 3, 7, 8, 11):
        yield f"root of {size}", "root", {"leaves": [leaf.hex() for leaf in leaves[:size]]}
    for index, size in ((0, 1), (0, 8), (6, 7), (10, 11), (5, 11)):
        root, proof = root_of(leaves[:size]), inclusion_proof(index, size, reader)
        given = {"leaf": leaves[index].hex(), "index": index, "size": size, "root": root.hex()}
        hexes = [each.hex() for each in proof]
        yield f"leaf {index} of {size}", "inclusion", given | {"proof": hexes}
        yield f"leaf {index} of {size}, a hash too many", "inclusion", given | {"proof": [*hexes, "00" * 32]}
        yield (
            f"leaf {index} of {size}, as the next",
            "inclusion",
            given | {"index": index + 1, "proof": hexes},
        )
    for old, new in ((1, 2), (3, 7), (4, 8), (8, 8), (0, 5), (7, 11)):
        hexes = [each.hex() for each in consistency_proof(old, new, reader)]
        given = {
            "old_size": old,
            "old_root": root_of(leaves[:old]).hex(),
            "new_size": new,
            "new_root": root_of(leaves[:new]).hex(),
        }
        yield f"from {old} to {new}", "consistency", given | {"proof": hexes}
        yield (
            f"from {old} to {new}, another root",
            "consistency",
            given | {"old_root": "00" * 32, "proof": hexes},
        )
    for path in ("tile/0/000", "tile/0/000.p/1", "tile/1/x001/x234/067.p/255", "tile/entries/x001/000", "tile/0/0", "tile/0/000.p/0",
                 "tile/0/000.p/256", "tile/00/000", "tile/0/x000/001", "tile/64/000", "/tile/0/000", "tile/0/000.p/01"):  # fmt: skip
        yield f"path {path}", "tile-path", {"path": path}
    bundle = format_bundle([b"one", b"three"])
    for name, raw, width in (
        ("good", bundle, 2),
        ("one expected", bundle, 1),
        ("cut", bundle[:-1], 2),
        ("an empty entry", b"\0\0", 1),
    ):
        yield f"bundle: {name}", "bundle", {"bundle": raw.hex(), "width": width}
    world = make_world()
    for inputs in (note_inputs, checkpoint_inputs, witness_inputs):
        yield from inputs(world)


def note_inputs(world: World) -> Iterator[Input]:
    """Signed notes and verifier keys."""
    operator = format_vkey(world.election.operator_vkey)
    note = world.checkpoint().decode()
    bad = note.replace("\n\n", "\n\n\n", 1)
    for name, text in {
        "good": note,
        "no empty line": note.replace("\n\n", "\n"),
        "two empty lines": bad,
        "cut": note[:-2],
    }.items():
        yield f"note: {name}", "note", {"note": text, "keys": [operator]}
    text, signatures = note.split("\n\n", 1)
    lines = signatures.splitlines()
    odd = {
        "a control character": note.replace("wijk", "wi\tk", 1),
        "too long": note + "x" * 131_072,
        "no known signature": "\n".join([text, "", *lines[1:], ""]),
        "65 signatures": "\n".join([text, "", *lines[:1] * 65, ""]),
        "a name with a plus": note.replace("\u2014 wijk", "\u2014 wi+jk", 1),
        "a second spelling of base64": "\n".join([text, "", lines[0].rstrip("=") + "=" * 5, ""]),
        "a signature of another text": "x" + note,
    }
    for name, each in odd.items():
        yield f"note: {name}", "note", {"note": each, "keys": [operator]}
    for name, vkey in {
        "a wrong key id": operator.replace("+", "+00000000+", 1).replace(operator.split("+")[1] + "+", "", 1),
        "no key": operator.rsplit("+", 1)[0],
        "an unknown type": "a+00000000+" + base64.b64encode(b"\x09" + bytes(32)).decode(),
    }.items():
        yield f"verifier key: {name}", "note", {"note": note, "keys": [vkey]}


def checkpoint_inputs(world: World) -> Iterator[Input]:
    """Checkpoints and how many witnesses cosigned them."""
    operator = format_vkey(world.election.operator_vkey)
    witnesses = [format_vkey(key) for key in world.election.witness_vkeys]
    note = world.checkpoint().decode()
    for count in (6, 4, 3):
        text = world.checkpoint(witnesses=list(world.keys.witnesses)[:count]).decode()
        given = {"note": text, "operator": operator, "witnesses": witnesses, "threshold": 4}
        yield f"{count} witnesses of 4", "witnessed", given
    heads = {
        "four lines": f"{world.options.origin}\n1\n{'A' * 43}=\nmore\n",
        "a leading zero": f"{world.options.origin}\n01\n{'A' * 43}=\n",
        "a short root": f"{world.options.origin}\n1\nAAAA\n",
        "another origin": f"elders.example/board\n1\n{'A' * 43}=\n",
    }
    private = Ed25519PrivateKey.from_private_bytes(world.keys.operator)
    for name, head in heads.items():
        signed = format_note(
            Note(signatures=(sign_note(head, world.options.origin, private),), text=head)
        ).decode()
        given = {"note": signed, "operator": operator, "witnesses": witnesses, "threshold": 4}
        yield f"checkpoint: {name}", "witnessed", given
    twice = {"note": note, "operator": operator, "witnesses": [*witnesses, witnesses[0]], "threshold": 4}
    yield "one witness key twice", "witnessed", twice
    late = world.checkpoint(time=2**63 - 1).decode()
    yield "the last second of all", "witnessed", twice | {"note": late, "witnesses": witnesses}
    size = str(len(world.entries))
    other = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1)
    yield (
        "a changed size",
        "witnessed",
        {"note": other, "operator": operator, "witnesses": witnesses, "threshold": 4},
    )


def witness_inputs(world: World) -> Iterator[Input]:
    """What a witness answers to add-checkpoint."""
    operator = format_vkey(world.election.operator_vkey)
    note = world.checkpoint().decode()
    origin, leaves = world.options.origin, [leaf_hash(raw) for raw in world.entries]
    empty = {"origin": origin, "operator": operator, "remembered": []}
    known = empty | {"remembered": [{"size": 5, "root": root_of(leaves[:5]).hex()}]}
    proof = tuple(consistency_proof(5, len(leaves), hash_reader(leaves)))
    first = format_add_checkpoint(AddCheckpoint(note=note.encode(), old_size=0, proof=())).decode()
    grown = format_add_checkpoint(AddCheckpoint(note=note.encode(), old_size=5, proof=proof)).decode()
    yield "a first checkpoint", "add-checkpoint", empty | {"body": first}
    yield "another origin", "add-checkpoint", empty | {"body": first, "origin": "elders.example/board"}
    yield "a growth", "add-checkpoint", known | {"body": grown}
    yield "an old size that is not remembered", "add-checkpoint", known | {"body": first}
    yield (
        "a wrong proof",
        "add-checkpoint",
        known | {"body": _first_hash_zero(grown)},
    )
    yield (
        "no signature of the operator",
        "add-checkpoint",
        empty | {"body": first, "operator": witnesses_as_operator(world)},
    )
    yield "nonsense", "add-checkpoint", empty | {"body": "old x\n\n"}


def _first_hash_zero(body: str) -> str:
    lines = body.split("\n")
    lines[1] = "A" * 43 + "="
    return "\n".join(lines)


def witnesses_as_operator(world: World) -> str:
    """Return another operator's key under the same name."""
    other = make_world(until=Phase.ROLL, seed="other").election.operator_vkey
    return format_vkey(other)
