"""The inputs of found.json: calls on which the two implementations once differed, or could have.

Each case is named by what is odd about what it gives. Of whole records they stand in records.json
(vector_inputs_records.py), as those are told by what differs from a base.
"""

from collections.abc import Iterator
from typing import Any

from ballots.note import COSIGNATURE, ED25519, NoteSignature, format_base64, format_vkey, key_id
from ballots.points import P, ed25519_public
from tests.forge import IDENTITY
from tests.materials import ORIGIN
from tests.simulator import World, make_world
from tests.tally.drafts import cosign_text, sign_text
from tests.vector_inputs_found_log import Input, proof_inputs, request_inputs
from tests.vector_inputs_found_wire import json_inputs, sealing_inputs

TWIN, OTHER_TWIN = (number.to_bytes(32, "big") for number in (67_074, 136_879))
"""Seeds of two Ed25519 keys that have one key id, 4e682769, under the name wijk.example/board."""
LAST_TIME = 2**63 - 1


def found_inputs() -> Iterator[Input]:
    """Every case of found.json."""
    world = make_world()
    for inputs in (key_inputs, known_key_inputs, line_inputs, signature_inputs, witnessed_inputs):
        yield from inputs(world)
    yield from proof_inputs(world)
    yield from request_inputs(world)
    yield from json_inputs(world)
    yield from sealing_inputs(world)


def vkey(name: str, raw: bytes, id_: str = "") -> str:
    """Return a verifier key of any bytes, type first; with its own key id unless another one is given."""
    return f"{name}+{id_ or key_id(name, raw[0], raw[1:]).hex()}+{format_base64(raw)}"


def key_inputs(world: World) -> Iterator[Input]:
    """Verifier keys: their form, then the type, the id, the key."""
    note = world.checkpoint().decode()
    key = ed25519_public(world.keys.operator)
    good = vkey(ORIGIN, bytes([ED25519]) + key)
    name, id_, encoded = good.split("+", 2)
    slashed = next(
        text for n in range(99) if "/" in (text := vkey(ORIGIN, b"\x01" + ed25519_public(bytes([n]) * 32)))
    )
    keys = {
        "of an unknown type, whose id is right": vkey(ORIGIN, b"\x09" + key),
        "of an unknown type, whose id is wrong": vkey(ORIGIN, b"\x09" + key, "00000000"),
        "of an unknown type, of 34 bytes": vkey(ORIGIN, b"\x09" + key + b"x"),
        "of a known type, of 34 bytes": vkey(ORIGIN, bytes([ED25519]) + key + b"x"),
        "of a known type, of 32 bytes, whose id is wrong": vkey(ORIGIN, b"\x01" + key[:31], "00000000"),
        "of a type alone": vkey(ORIGIN, b"\x01"),
        "of no bytes": f"{ORIGIN}+00000000+",
        "with an id in upper case": f"{name}+{'ABCDEF01'}+{encoded}",
        "with an id of seven digits": f"{name}+{id_[:7]}+{encoded}",
        "with an id of ten digits": f"{name}+{id_}00+{encoded}",
        "with padding that base64 of 33 bytes has not": good + "=",
        "in base64url": "+".join([*slashed.split("+")[:2], slashed.split("+", 2)[2].replace("/", "_")]),
        "with a newline at its end": good + "\n",
        "with a space at its end": good + " ",
        "without a name": vkey("", bytes([ED25519]) + key),
        "with a space in its name": vkey("wijk example", bytes([ED25519]) + key),
        "with a no-break space in its name": vkey("wijk\u00a0example", bytes([ED25519]) + key),
        "with a newline in its name": vkey("wijk\nexample", bytes([ED25519]) + key),
        "with a control character in its name": vkey("wijk\x1fexample", bytes([ED25519]) + key),
        "with a zero-width space in its name": vkey("wijk\u200bexample", bytes([ED25519]) + key),
        "of small order, whose id is wrong": vkey(ORIGIN, b"\x01" + IDENTITY, "00000000"),
        "of small order": vkey(ORIGIN, b"\x01" + IDENTITY),
        "of small order, for cosignatures": vkey(ORIGIN, b"\x04" + IDENTITY),
        "that is not canonical": vkey(ORIGIN, b"\x01" + (P + 1).to_bytes(32, "little")),
        "that is not on the curve": vkey(ORIGIN, b"\x01\x02" + bytes(31)),
    }
    for what, each in keys.items():
        yield f"a verifier key {what}", "note", {"keys": [each], "note": note}


def known_key_inputs(world: World) -> Iterator[Input]:
    """Several known keys of one name and id."""
    text = world.checkpoint().decode().partition("\n\n")[0] + "\n"
    twins = [vkey(ORIGIN, b"\x01" + ed25519_public(seed)) for seed in (TWIN, OTHER_TWIN)]
    note = sign_text(world, text, TWIN, {}).decode()
    yield "one known key, given twice", "note", {"keys": [twins[0]] * 2, "note": note}
    yield "two different known keys of one name and id", "note", {"keys": twins, "note": note}
    other = sign_text(world, text, witnesses={}).decode()
    yield (
        "two different known keys of one name and id, of which neither signed",
        "note",
        {"keys": twins, "note": other},
    )
    yield "two different known keys of one name and id, under no note", "note", {"keys": twins, "note": "x"}
    both = [vkey(ORIGIN, bytes([type_]) + ed25519_public(TWIN)) for type_ in (ED25519, COSIGNATURE)]
    yield "one key of both types, which signed as one of them", "note", {"keys": both, "note": note}
    yield (
        "a signature by the other key of one name and id",
        "note",
        {"keys": twins[1:], "note": note},
    )


def signature_line(name: str, raw: bytes) -> str:
    """Return a signature line without its newline."""
    return f"\u2014 {name} {format_base64(raw)}"


def line_inputs(world: World) -> Iterator[Input]:
    """Signature lines: the form of all, their number, all names, all base64."""
    text, _, lines = world.checkpoint().decode().partition("\n\n")
    good = lines.splitlines()[0]
    unknown = signature_line("elders.example", bytes(8))
    signed = {
        "a line without a name, then 64 good ones": ["\u2014", *[good] * 64],
        "64 good lines, then one without a dash": [*[good] * 64, "elders.example AAAAAAAA"],
        "65 lines, the last with a plus in its name": [*[good] * 64, signature_line("a+b", bytes(8))],
        "64 lines": [good] * 64,
        "base64 in a second spelling, then a name with a plus": [
            "\u2014 a AAAAAAB=",
            signature_line("a+b", bytes(8)),
            good,
        ],
        "a name with a plus, then a line without base64": [signature_line("a+b", bytes(8)), "\u2014 a", good],
        "four bytes behind the base64 of an unknown name": [signature_line("a", bytes(4)), good],
        "five bytes behind the base64 of an unknown name": [signature_line("a", bytes(5)), good],
        "four bytes behind the base64, then a name with a plus": [
            signature_line("a", bytes(4)),
            signature_line("a+b", bytes(8)),
            good,
        ],
        "a space within the base64": ["\u2014 a AAAA AAAA", good],
        "a space after the base64": [good + " "],
        "two spaces before the name": [good.replace("\u2014 ", "\u2014  ", 1)],
        "two spaces after the name": [good.replace(f"{ORIGIN} ", f"{ORIGIN}  ", 1)],
        "no base64 after the name's space": ["\u2014 a ", good],
        "a no-break space after the dash": [good.replace("\u2014 ", "\u2014\u00a0", 1)],
        "a no-break space in a name": [signature_line("a\u00a0b", bytes(8)), good],
        "a next-line character in a name": [signature_line("a\u0085b", bytes(8)), good],
        "a hyphen for the dash": [good.replace("\u2014", "-", 1)],
        "an unknown name alone": [unknown],
        "base64url": ["\u2014 a AAAA__-_", good],
    }
    keys = [format_vkey(world.election.operator_vkey)]
    for what, each in signed.items():
        note = "\n".join([text, "", *each, ""])
        yield f"a note with {what}", "note", {"keys": keys, "note": note}
    whole = {
        "whose text is an empty line": f"\n\n{good}\n",
        "of an empty line and signatures": f"\n{good}\n",
        "with an empty line after its signatures": f"{text}\n\n{good}\n\n",
        "whose last line does not end": f"{text}\n\n{good}",
        "of which a carriage return ends a line": f"{text}\r\n\n{good}\n",
        "of no bytes": "",
    }
    for what, note in whole.items():
        yield f"a note {what}", "note", {"keys": keys, "note": note}


def signature_inputs(world: World) -> Iterator[Input]:
    """Signatures by known keys: their length, the time, the equation; those by unknown keys are nothing."""
    text, _, lines = world.checkpoint().decode().partition("\n\n")
    known = format_vkey(world.election.operator_vkey)
    partner, seed = next(iter(world.keys.witnesses.items()))
    name = f"{ORIGIN}/{partner}"
    witness = format_vkey(world.election.witness_vkeys[0])
    good = cosign_text(text + "\n", name, seed)
    other = cosign_text("another text\n", name, seed)

    def signed(signature: bytes, line: NoteSignature = good) -> str:
        return f"{text}\n\n{signature_line(line.name, line.key_id + signature)}\n"

    zero, late = bytes(8), (LAST_TIME + 1).to_bytes(8, "big")
    cosigned = {
        "of 71 bytes at time 0": zero + good.signature[8:-1],
        "of 64 bytes, without its time": good.signature[8:],
        "of 73 bytes": good.signature + b"x",
        "at time 0, which is wrong": zero + bytes(64),
        "at time 0": zero + good.signature[8:],
        "at time 2^63": late + good.signature[8:],
        "at time 2^63 - 1, which is wrong": LAST_TIME.to_bytes(8, "big") + good.signature[8:],
        "of another text": other.signature,
        "of time and signature of zeros": bytes(72),
    }
    for what, each in cosigned.items():
        yield f"a known witness's cosignature {what}", "note", {"keys": [witness], "note": signed(each)}
    first = lines.splitlines()[0]
    yield (
        "a good signature by one known key, a bad one by another",
        "note",
        {"keys": [known, witness], "note": f"{text}\n\n{first}\n{signed(bytes(72)).split(chr(10))[-2]}\n"},
    )
    yield (
        "a cosignature at time 0 by a key that is not known",
        "note",
        {"keys": [known], "note": f"{text}\n\n{first}\n{signed(bytes(72)).split(chr(10))[-2]}\n"},
    )


def witnessed_inputs(world: World) -> Iterator[Input]:
    """Witnessed checkpoints: the keys, the note, the operator, the lines, the threshold."""
    operator = format_vkey(world.election.operator_vkey)
    witnesses = [format_vkey(key) for key in world.election.witness_vkeys]
    note = world.checkpoint().decode()
    given = {"note": note, "operator": operator, "threshold": 4, "witnesses": witnesses}
    key = ed25519_public(world.keys.operator)
    cosigner = vkey(ORIGIN, bytes([COSIGNATURE]) + key)
    plain = vkey(f"{ORIGIN}/partner-1", bytes([ED25519]) + ed25519_public(world.keys.witnesses["partner-1"]))
    as_operator = vkey(f"{ORIGIN}/partner-9", bytes([COSIGNATURE]) + key)
    one_line = sign_text(world, "x\n").decode()
    cases: dict[str, dict[str, Any]] = {
        "an operator's key for cosignatures": {"operator": cosigner},
        "an operator's key for cosignatures, given twice over no note": {"operator": cosigner, "note": ""},
        "a witness's key for notes": {"witnesses": [plain, *witnesses[1:]]},
        "a witness's key for notes, and one key twice": {"witnesses": [plain, *witnesses[1:], witnesses[1]]},
        "the operator's public key as a witness's": {"witnesses": [*witnesses, as_operator]},
        "one key twice, over no note": {"witnesses": [witnesses[0]] * 2, "note": "x"},
        "no signature by the operator, and a text of one line": {"note": _without_operator(one_line)},
        "no signature by the operator": {"note": _without_operator(note)},
        "the witnesses' keys in another order": {"witnesses": witnesses[::-1]},
        "a threshold of 0": {"threshold": 0},
        "a threshold of 0 and no witness": {"threshold": 0, "witnesses": []},
        "a threshold of 7 of 6": {"threshold": 7},
    }
    for what, changes in cases.items():
        yield f"a checkpoint with {what}", "witnessed", given | changes
    yield from _head_inputs(world, given)
    name, seed = f"{ORIGIN}/partner-1", world.keys.witnesses["partner-1"]
    text = note.partition("\n\n")[0] + "\n"
    late, early = (cosign_text(text, name, seed, time) for time in (2**40, 7))
    twice = note + "".join(signature_line(s.name, s.key_id + s.signature) + "\n" for s in (late, early))
    yield "a witness who cosigned three times", "witnessed", given | {"note": twice}
    bad = signature_line(name, early.key_id + early.signature[:-1] + bytes([early.signature[-1] ^ 1]))
    yield "a witness who cosigned twice, once badly", "witnessed", given | {"note": f"{note}{bad}\n"}


def _head_inputs(world: World, given: dict[str, Any]) -> Iterator[Input]:
    root = given["note"].split("\n")[2]
    heads = {
        "a space in its origin": f"wijk example\n1\n{root}\n",
        "a plus in its origin": f"wijk+example\n1\n{root}\n",
        "no origin": f"\n1\n{root}\n",
        "a no-break space in its origin, and a bad size": f"wijk\u00a0example\n01\n{root}\n",
        "another origin, and a bad size": f"elders.example\n01\n{root}\n",
        "a bad size and a bad root": f"{ORIGIN}\n-1\nAAAA\n",
        "a size of 2^53 - 1": f"{ORIGIN}\n9007199254740991\n{root}\n",
        "a size of 2^53": f"{ORIGIN}\n9007199254740992\n{root}\n",
        "a root in a second spelling": f"{ORIGIN}\n1\n{'A' * 42}B=\n",
        "a root without padding": f"{ORIGIN}\n1\n{'A' * 43}\n",
        "an extension line": f"{ORIGIN}\n1\n{root}\nmore\n",
        "two lines": f"{ORIGIN}\n1\n",
    }
    for what, head in heads.items():
        signed = sign_text(world, head).decode()
        yield f"a checkpoint with {what}", "witnessed", given | {"note": signed}
        few = sign_text(world, head, witnesses={}).decode()
        yield f"a checkpoint with {what}, and no witness", "witnessed", given | {"note": few}


def _without_operator(note: str) -> str:
    """Return a note without its first signature line."""
    text, _, lines = note.partition("\n\n")
    return f"{text}\n\n{lines.partition(chr(10))[2]}"
