"""The inputs of the vectors, a generator a file: (name, call, given)."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import crypto_core_ed25519_add

from ballots import hpke
from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import pad_choices
from ballots.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from ballots.note import Note, format_note, format_vkey, sign_note
from ballots.points import L, P, ed25519_public, sign_ed25519
from ballots.receipt import make_promise
from ballots.sealing import FIRST
from ballots.tiles import format_bundle
from ballots.tlog_proof import TlogProof, format_proof
from ballots.wire import encode
from ballots.witness import AddCheckpoint, format_add_checkpoint
from tests.ballots.test_choices import BAD, GOOD, METHODS
from tests.ballots.test_sealing import BALLOT, KEYS, SHARE, SPOILT, WORLD
from tests.ballots.test_wire import MALFORMED, SECOND_SPELLINGS, WRONG_TYPES
from tests.board_cases import CASES
from tests.forge import IDENTITY, MIXED, TORSION, PairedSetup, make_certify, world_at
from tests.simulator import Draw, Options, World, hash_reader, issuer_keys, make_world
from tests.tally.test_outcome import Apart, play_to_opening, with_invalid_ballots

Input = tuple[str, str, dict[str, Any]]


def texts(entries: list[bytes]) -> list[str]:
    """Return entries as text."""
    return [entry.decode() for entry in entries]


def wire_inputs() -> Iterator[Input]:
    """Hash, base64url and entries in their one spelling."""
    yield "no parts", "H", {"label": "test", "parts": []}
    parts = [{"bytes": "6162"}, {"number": 7}, {"text": "é"}, {"bytes": ""}]
    yield "bytes, number, text, nothing", "H", {"label": "test", "parts": parts}
    for text in ("", "AA", "AAE", "AAEC", "-_-_", "AB", "AA==", "+/", "A", "AAAAA", "A A", "AA\n"):
        yield f"base64url {text!r}", "base64url", {"text": text}
    for name, raw in (SECOND_SPELLINGS | WRONG_TYPES | MALFORMED).items():
        yield name, "entry", {"bytes": raw.hex()}
    yield "no bytes", "entry", {"bytes": ""}
    world = make_world()
    world.append(make_certify(world))
    manifest_hash = world.election.manifest_hash.hex()
    seen: set[str] = set()
    for raw in world.entries:
        kind = json.loads(raw)["kind"]
        if kind in seen:
            continue
        seen.add(kind)
        yield f"a {kind}", "entry", {"bytes": raw.hex()}
        if b'"signature' in raw:
            given = {"entry": raw.decode(), "manifest_hash": "" if kind == "manifest" else manifest_hash}
            yield f"what signs a {kind}", "signed-message", given


def code_inputs() -> Iterator[Input]:
    """Codes, their check symbol and the credential behind them."""
    for bits in ("0", "1", "7ffffffffffffffffff", "123456789abcdef0123"):
        yield f"bits {bits}", "format-code", {"bits": bits}
    good = "0000-0000-0000-0012"
    for text in (good, "0000000000000012", " oooo oooo OoOo ool2 "):
        yield f"reading {text!r}", "parse-code", {"text": text}
        yield f"credential of {text!r}", "credential", {"text": text, "manifest_hash": "11" * 32}
    bad = (
        good[:-1],
        good + "0",
        "0000-0000-0000-0021",
        "0000-0000-0000-0013",
        "U000-0000-0000-0012",
        "é000-0000-0000-0012",
    )
    for text in bad:
        yield f"reading {text!r}", "parse-code", {"text": text}
    yield "a ballot's number", "ballot-number", {"entry_hash": bytes(range(32)).hex()}


def point_inputs() -> Iterator[Input]:
    """Keys and signatures, and every second meaning that they must not have."""
    seed, message = b"seed".ljust(32, b"."), b"message"
    key, signature = ed25519_public(seed), sign_ed25519(seed, message)
    yield "signing", "ed25519-sign", {"seed": seed.hex(), "message": message.hex()}
    keys = {
        "good": key,
        "31 bytes": key[:31],
        "identity": IDENTITY,
        "order 2": TORSION,
        "order 4": bytes(32),
        "a torsion component": MIXED,
        "y = p + 1": (P + 1).to_bytes(32, "little"),
        "x = 0 with a sign": bytes([1]) + bytes(30) + b"\x80",
        "not on the curve": bytes([2]) + bytes(31),
    }
    for name, each in keys.items():
        yield f"Ed25519 key: {name}", "ed25519-key", {"key": each.hex()}
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    signatures = {
        "good": signature,
        "63 bytes": signature[:63],
        "S + L": r + (s + L).to_bytes(32, "little"),
        "R identity": IDENTITY + signature[32:],
        "R of order 2": TORSION + signature[32:],
        "R with a torsion component": crypto_core_ed25519_add(r, TORSION) + signature[32:],
        "R not canonical": (P + 1).to_bytes(32, "little") + signature[32:],
        "S of another": r + sign_ed25519(seed, b"other")[32:],
    }
    for name, each in signatures.items():
        given = {"key": key.hex(), "message": message.hex(), "signature": each.hex()}
        yield f"signature: {name}", "ed25519-verify", given
    x25519 = {
        "good": hpke.derive_key_pair(seed)[1],
        "31 bytes": bytes(31),
        "zero": bytes(32),
        "one": bytes([1]) + bytes(31),
        "p - 1": (P - 1).to_bytes(32, "little"),
        "order 8": (325606250916557431795983626356110631294008115727848805560023387167927233504).to_bytes(
            32, "little"
        ),
        "order 8, the other": (
            39382357235489614581723060781553021112529911719440698176882885853963445705823
        ).to_bytes(32, "little"),
        "p": P.to_bytes(32, "little"),
        "top bit": key[:31] + bytes([key[31] | 0x80]),
    }
    for name, each in x25519.items():
        yield f"X25519 key: {name}", "x25519-key", {"key": each.hex()}


def share_inputs() -> Iterator[Input]:
    """Issuer keys, and a share from blinding to verification."""
    key, other = issuer_keys()[:2]
    n = key.public.modulus
    for name, modulus in {
        "good": n,
        "even": n + 1,
        "3,071 bits": n >> 1 | 1,
        "divisible by 3": n - n % 3 + 3 * (n % 2 == n % 3 % 2),
    }.items():
        yield f"issuer key: {name}", "issuer-key", {"modulus": f"{modulus:x}"}
    primes = {"p": f"{key.p:x}", "q": f"{key.q:x}"}
    draw = Draw("share vectors")
    given = primes | {
        "blind": (b"\x01" + draw(383)).hex(),
        "manifest_hash": "22" * 32,
        "salt": draw(48).hex(),
        "style": "adult",
        "voting_key": ed25519_public(b"v" * 32).hex(),
    }
    yield "from blinding to share", "share", given
    yield "a salt of 47 bytes", "share", given | {"salt": "00" * 47}
    from tests.vector_calls import CALLS

    made = CALLS["share"](given)
    for name, signature in {
        "good": made["signature"],
        "the blind signature": made["blind_signature"],
        "383 bytes": made["signature"][2:],
        "plus the modulus": f"{(int(made['signature'], 16) + n) % (1 << 3072):0768x}",
        "all ones": "ff" * 384,
    }.items():
        yield f"share: {name}", "share-verify", primes | {"message": made["message"], "signature": signature}
    wrong = {
        "p": f"{other.p:x}",
        "q": f"{other.q:x}",
        "message": made["message"],
        "signature": made["signature"],
    }
    yield "share: another issuer", "share-verify", wrong


def sealing_inputs() -> Iterator[Input]:
    """Boxes, fragments, sealed ballots, and what opens them."""
    private, public = hpke.derive_key_pair(b"r" * 32)
    given = {
        "recipient_ikm": "72" * 32,
        "ephemeral_ikm": "65" * 32,
        "info": "696e666f",
        "plaintext": "00" * 32,
    }
    yield "a box", "hpke-seal", given
    box = hpke.seal(public, b"e" * 32, b"info", bytes(32))
    for name, each in {
        "good": box,
        "a bit off": box[:-1] + bytes([box[-1] ^ 1]),
        "short": box[:40],
        "low order": bytes(32) + box[32:],
    }.items():
        yield (
            f"opening: {name}",
            "hpke-open",
            {"private_key": private.hex(), "box": each.hex(), "info": "696e666f"},
        )
    coefficients = [f"{value:x}" for value in (5, 2**254, 7, P - 1)]
    yield "six fragments", "split", {"coefficients": coefficients, "n": 6}
    from tests.vector_calls import CALLS

    fragments = CALLS["split"]({"coefficients": coefficients, "n": 6})["fragments"]
    for numbers in ((1, 2, 3, 4), (2, 3, 5, 6)):
        chosen = [{"number": number, "fragment": fragments[number - 1]} for number in numbers]
        yield f"fragments {numbers}", "recover", {"fragments": chosen, "k": 4}
    yield "too few fragments", "recover", {"fragments": chosen[:3], "k": 4}
    yield (
        "a fragment of number 0",
        "recover",
        {"fragments": [{"number": 0, "fragment": "00" * 32}, *chosen[1:]], "k": 4},
    )
    high = [{"number": 1, "fragment": f"{P:064x}"}, *chosen[1:]]
    yield "a fragment above p", "recover", {"fragments": high, "k": 4}
    setup = texts(make_setup(WORLD))
    share = {
        "previous": FIRST.hex(),
        "revision": 1,
        "setup": setup,
        "share": [signature.hex() for signature in SHARE.signatures],
        "style": "adult",
        "voting_seed": SHARE.voting_seed.hex(),
    }
    padded = pad_choices(WORLD.some_choices("adult", 3), 512)
    yield "a ballot", "seal", share | {"padded": padded.hex(), "seed": "73" * 32}
    again = {
        "padded": padded.hex(),
        "seed": "74" * 32,
        "revision": 2,
        "previous": leaf_hash(encode(BALLOT)).hex(),
    }
    yield "a second revision", "seal", share | again
    keys = [{"number": number, "key": key.hex()} for number, key in KEYS.items()]
    for chosen_keys in (keys[:4], keys[2:]):
        given = {"setup": setup, "ballot": encode(BALLOT).decode(), "keys": chosen_keys}
        yield f"opening with {[key['number'] for key in chosen_keys]}", "open", given
    for name, ballot in SPOILT.items():
        for chosen_keys in (keys[:4], keys[2:]):
            given = {"setup": setup, "ballot": encode(ballot).decode(), "keys": chosen_keys}
            yield f"{name}, opened with {[key['number'] for key in chosen_keys]}", "open", given
    yield "a rehearsal", "rehearsal", {"setup": setup, "partner": "partner-2", "seed": "71" * 32}


def make_setup(world: World) -> list[bytes]:
    """Return a world's entries up to its manifest."""
    end = next(i for i, raw in enumerate(world.entries) if b'"kind":"manifest"' in raw)
    return world.entries[: end + 1]


def choices_inputs() -> Iterator[Input]:
    """Choices under each method, good and bad, and their padding."""
    setups = {
        method: texts(
            make_setup(
                make_world(until=Phase.ROLL, residents={"adult": 2}, methods={"adult": METHODS[method]})
            )
        )
        for method in METHODS
    }
    for number, (method, choices) in enumerate(GOOD):
        given = {"setup": setups[method], "style": "adult", "padded": pad_choices(choices, 512).hex()}
        yield f"{method}, good {number}", "choices", given
    for number, (method, choices, reason) in enumerate(BAD):
        given = {"setup": setups[method], "style": "adult", "padded": pad_choices(choices, 512).hex()}
        yield f"{method}, {reason} {number}", "choices", given
    for padded in (b"", bytes(8), b"{}\x80", b'{"contests":[],"mark":[] }\x80'):
        yield (
            f"padded {padded!r}",
            "choices",
            {"setup": setups["approval"], "style": "adult", "padded": padded.hex()},
        )
    choices = encode(GOOD[0][1])
    for pad in (len(choices), len(choices) + 1, 100):
        yield f"a pad of {pad}", "pad", {"choices": choices.decode(), "pad": pad}


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
    yield from note_inputs(make_world())


def note_inputs(world: World) -> Iterator[Input]:
    """Notes, checkpoints and what a witness answers."""
    operator = format_vkey(world.election.operator_vkey)
    witnesses = [format_vkey(key) for key in world.election.witness_vkeys]
    note = world.checkpoint().decode()
    bad = note.replace("\n\n", "\n\n\n", 1)
    for name, text in {
        "good": note,
        "no empty line": note.replace("\n\n", "\n"),
        "two empty lines": bad,
        "cut": note[:-2],
    }.items():
        yield f"note: {name}", "note", {"note": text, "keys": [operator]}
    for count in (6, 4, 3):
        text = world.checkpoint(witnesses=list(world.keys.witnesses)[:count]).decode()
        given = {"note": text, "operator": operator, "witnesses": witnesses, "threshold": 4}
        yield f"{count} witnesses of 4", "witnessed", given
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
    operator_key = world.keys.operator
    heads = {
        "four lines": f"{world.options.origin}\n1\n{'A' * 43}=\nmore\n",
        "a leading zero": f"{world.options.origin}\n01\n{'A' * 43}=\n",
        "a short root": f"{world.options.origin}\n1\nAAAA\n",
        "another origin": f"elders.example/board\n1\n{'A' * 43}=\n",
    }
    private = Ed25519PrivateKey.from_private_bytes(operator_key)
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
        known | {"body": grown.replace("\n", "\nAAAA", 1) if not proof else _first_hash_zero(grown)},
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


def board_inputs() -> Iterator[Input]:
    """Every kind of entry where it may stand, and every entry that the board refuses."""
    world = make_world()
    world.append(make_certify(world))
    seen: set[str] = set()
    for place, raw in enumerate(world.entries):
        kind = json.loads(raw)["kind"]
        if kind not in seen or raw == world.entries[-1]:
            seen.add(kind)
            yield f"a {kind}", "board", {"entries": texts(world.entries[:place]), "entry": raw.decode()}
    for case in CASES:
        base = world_at(case.at)
        entry = case.make(base)
        raw = entry if isinstance(entry, bytes) else encode(entry)
        before = entry.entries if isinstance(entry, PairedSetup) else base.entries
        yield case.name, "board", {"entries": texts(before), "entry": bytes(raw).decode()}


def count_inputs() -> Iterator[Input]:
    """Both rules on small elections with ties, and whole outcomes."""
    lots = [bytes([9 - number]) * 32 for number in range(4)]
    costs = [300, 300, 200, 0]
    projects = [{"id": f"p{n}", "cost": cost, "lot": lots[n].hex()} for n, cost in enumerate(costs)]
    profiles = {
        "a tie by lot": [(2, [(0, 1)]), (2, [(1, 1)])],
        "a tie by cost": [(2, [(0, 1)]), (2, [(2, 1)])],
        "points": [(1, [(0, 5), (2, 1)]), (3, [(1, 2)]), (1, [])],
        "a project that costs nothing": [(1, [(3, 1)]), (4, [(2, 1)])],
        "everything": [(3, [(0, 1), (1, 1)]), (2, [(1, 1), (2, 1)]), (1, [(0, 1), (2, 1), (3, 1)]), (2, [])],
        "unequal purses and weights": [
            (3, [(0, 1)]),
            (2, [(0, 3), (1, 1)]),
            (4, [(1, 2), (2, 1)]),
            (1, [(0, 1), (1, 1), (2, 5)]),
        ],
        "an empty purse supports": [(1, [(2, 1)]), (2, [(0, 1), (2, 1)]), (6, [(0, 1)])],
        "no votes": [],
    }
    for rule in ("greedy-votes", "equal-shares-cost"):
        for name, votes in profiles.items():
            for budget in (0, 500, 601, 903):
                listed = [
                    {"ballots": ballots, "projects": [list(pair) for pair in each]} for ballots, each in votes
                ]
                given = {"rule": rule, "budget": budget, "projects": projects, "votes": listed}
                yield f"{rule}, {name}, {budget} cents", "count", given
    for name, world in {
        "together": make_world(until=Phase.OPENED),
        "greedy on points": make_world(
            until=Phase.OPENED, rule=m.Greedy(), methods=_same(m.Points(maximum=3, total=4))
        ),
        "a ranking": make_world(until=Phase.OPENED, methods=_same(m.Ranking(minimum=1, maximum=4))),
        "apart": play_to_opening(Apart(Options())),
        "with an invalid ballot": with_invalid_ballots(),
    }.items():
        yield f"outcome, {name}", "outcome", {"entries": texts(world.entries)}


def _same(method: m.Method) -> dict[str, m.Method]:
    return {"adult": method, "youth": method}


FILES: dict[str, tuple[str, Callable[[], Iterator[Input]]]] = {
    "wire.json": ("PROTOCOL.md section 2: hash, base64url, entries in their one spelling", wire_inputs),
    "points.json": ("PROTOCOL.md section 2: Ed25519 and X25519 keys and signatures", point_inputs),
    "log.json": ("PROTOCOL.md section 3: Merkle tree, tiles, notes, checkpoints, witnesses", log_inputs),
    "codes.json": ("PROTOCOL.md section 6: codes and credentials", code_inputs),
    "shares.json": ("PROTOCOL.md section 7: issuer keys and blind signatures", share_inputs),
    "choices.json": ("PROTOCOL.md section 8: choices and padding", choices_inputs),
    "sealing.json": ("PROTOCOL.md sections 8, 10, 11: boxes, fragments, ballots, opening", sealing_inputs),
    "receipts.json": ("PROTOCOL.md section 9: promises and receipts", receipt_inputs),
    "board.json": ("PROTOCOL.md sections 4 and 5: the board's state machine", board_inputs),
    "count.json": ("PROTOCOL.md sections 12 and 14: rules and outcomes", count_inputs),
}
