"""The inputs of found.json about JSON, base64url, shares, boxes, promises and a manifest's hash."""

from collections.abc import Iterator
from typing import Any

from ballots import hpke
from ballots.merkle import leaf_hash
from ballots.points import L, P, sign_ed25519
from ballots.receipt import make_promise
from ballots.wire import H, Signature, encode
from tests.materials import issuer_keys
from tests.simulator import World, changed
from tests.vector_inputs_log import Input, make_setup, texts

RELEASE = b'{"count":3,"kind":"release","number":1,"style":"adult"}'


def json_inputs(world: World) -> Iterator[Input]:
    """Base64url, lone surrogates, odd numbers and deep nesting."""
    for text in (
        "AA+_",
        "AA-/",
        "++++",
        "////",
        "AAA=",
        "AAAA=",
        "A===",
        "=",
        "AA=A",
        "\u00c1AAA",
        "AA\u0141A",
    ):
        yield f"base64url {text!r}, which is none", "base64url", {"text": text}
    raw = next(raw for raw in world.entries if b'"kind":"request"' in raw)
    head, _, rest = raw.partition(b'"signature":"')
    signature, _, tail = rest.partition(b'"')
    for what, other in {
        "a plus": b"+" + signature[1:],
        "a slash": b"/" + signature[1:],
        "padding": signature + b"==",
        "a spare bit": signature[:-1] + bytes([signature[-1] + 1]),
        "an escaped letter": b"\\u0041" + signature[1:],
    }.items():
        entry = head + b'"signature":"' + other + b'"' + tail
        yield f"an entry with {what} in base64url", "entry", {"bytes": entry.hex()}
    for what, entry in ENTRIES.items():
        yield f"an entry with {what}", "entry", {"bytes": entry.hex()}


def release(old: bytes, new: bytes) -> bytes:
    """Return a release with something else in it."""
    return RELEASE.replace(old, new)


ENTRIES = {
    "a lone surrogate of an unknown kind": b'{"kind":"\\ud800"}',
    "a wrong type, then a lone surrogate": release(b"3", b'"3"').replace(b"adult", b"\\udc00"),
    "a wrong type, then a lone surrogate in bytes": release(b"3", b'"3"').replace(b"adult", b"\xed\xb0\x80"),
    "a lone surrogate in a member's name": release(b'"style"', b'"\\ud800"'),
    "surrogates in the wrong order": release(b"adult", b"\\ude00\\ud83d"),
    "a pair of surrogates": release(b"adult", b"\\ud83d\\ude00"),
    "a lone surrogate that is escaped itself": release(b"adult", b"\\\\ud800"),
    "a wrong type, then what is no JSON": release(b"3", b'"3"') + b"}",
    "a fraction, then what is no JSON": release(b"3", b"3.5") + b"}",
    "an unknown member, then what is no JSON": release(b'"count"', b'"room"') + b",",
    "a minus before 0": release(b"3", b"-0"),
    "a minus before 3": release(b"3", b"-3"),
    "a fraction of 0": release(b"3", b"3.0"),
    "a fraction": release(b"3", b"3.5"),
    "an exponent of 0": release(b"3", b"3e0"),
    "an exponent with a plus": release(b"3", b"3E+0"),
    "a fraction and an exponent": release(b"3", b"0.3e1"),
    "an exponent beyond all floats": release(b"3", b"3e999"),
    "a minus before 0, and a space": release(b"3", b" -0"),
    "a fraction of 0 in a number that is too large": release(b"3", b"9007199254740993.0"),
    "2^53 + 1": release(b"3", b"9007199254740993"),
    "2^64": release(b"3", b"18446744073709551616"),
    "a hyphen and a full stop in a text, and a space": release(b"adult", b"a-1.5e3").replace(b":1", b": 1"),
    "an escaped quotation mark before a minus": release(b"adult", b'a\\"-1'),
    "NaN": release(b"3", b"NaN"),
    "arrays 31 deep": release(b"3", b"[" * 31 + b"]" * 31),
    "arrays 32 deep": release(b"3", b"[" * 32 + b"]" * 32),
    "arrays 200 deep": release(b"3", b"[" * 200 + b"]" * 200),
    "brackets in a text": release(b"adult", b"[" * 40),
    "arrays that do not end": release(b"3", b"[" * 20),
}


def sealing_inputs(world: World) -> Iterator[Input]:
    """Boxes, fragments, issuers' answers, promises and manifests."""
    yield from box_inputs()
    yield from fragment_inputs()
    yield from answer_inputs(world)
    yield from promise_inputs(world)
    setup = texts(make_setup(world))
    anchor = world.election.manifest_hash.hex()
    other = {"entries": setup, "manifest_hash": "00" * 32}
    yield (
        "set-up entries with the hash of their manifest",
        "set-up",
        {"entries": setup, "manifest_hash": anchor},
    )
    yield "set-up entries with another manifest hash", "set-up", other
    yield "no set-up entries", "set-up", other | {"entries": []}
    spelled = [setup[0] + " ", *setup[1:]]
    yield "misspelled set-up entries with another manifest hash", "set-up", other | {"entries": spelled}
    yield "a misspelled style before the manifest", "set-up", {"entries": spelled, "manifest_hash": anchor}
    yield "a style left out before the manifest", "set-up", {"entries": setup[1:], "manifest_hash": anchor}
    twice = [*setup[:-1], setup[-1], setup[-1]]
    yield "a manifest twice", "set-up", {"entries": twice, "manifest_hash": anchor}
    style = {"entries": setup[:1], "manifest_hash": H("manifest", setup[0].encode()).hex()}
    yield "a style as the manifest", "set-up", style
    late = [*setup[:-1], texts(world.entries)[len(setup)], setup[-1]]
    yield "a page of the roll before the manifest", "set-up", {"entries": late, "manifest_hash": anchor}


def box_inputs() -> Iterator[Input]:
    """Boxes: their length, then whatever else is wrong."""
    private, public = hpke.derive_key_pair(b"r" * 32)
    box = hpke.seal(public, b"e" * 32, b"info", b"")
    boxes = {
        "of no bytes": b"",
        "of 47 bytes that begins with a key of low order": bytes(47),
        "of 48 bytes that begins with a key of low order": bytes(48),
        "that begins with a key that is not canonical": P.to_bytes(32, "little") + box[32:],
        "that begins with a key whose top bit is set": box[:31] + bytes([box[31] | 128]) + box[32:],
        "of 48 bytes, of an empty text": box,
        "of 49 bytes": box + b"x",
        "of 47 bytes": box[:-1],
    }
    for what, each in boxes.items():
        given = {"box": each.hex(), "info": b"info".hex(), "private_key": private.hex()}
        yield f"a box {what}", "hpke-open", given


def fragment_inputs() -> Iterator[Input]:
    """Fragments: how many, their numbers, their range."""
    from tests.vector_calls import CALLS

    made = CALLS["split"]({"coefficients": ["5", "7"], "n": 4})["fragments"]
    good = [{"fragment": raw, "number": number} for number, raw in enumerate(made, 1)]
    high, short = f"{P:064x}", made[0][2:]
    cases: dict[str, tuple[list[Any], int]] = {
        "k of 0": (good, 0),
        "k of 0 of none": ([], 0),
        "k of 5 of 4": (good, 5),
        "k of 255 of 4": (good, 255),
        "a number twice, and too few different ones": ([good[0], good[0]], 2),
        "more than k, in another order": (good[::-1], 2),
        "more than k, of which the highest is above p": ([*good, {"fragment": high, "number": 5}], 2),
        "more than k, of which the lowest is above p": ([good[2], {"fragment": high, "number": 1}, good[3]], 2),
        "more than k, of which the highest has number 256": ([*good, {"fragment": made[0], "number": 256}], 2),
        "number 256 among k": ([good[0], {"fragment": made[0], "number": 256}], 2),
        "number 255 among k": ([good[0], {"fragment": made[0], "number": 255}], 2),
        "number 0 and a fragment above p": ([{"fragment": high, "number": 0}, good[1]], 2),
        "a fragment above p and number 256": ([{"fragment": high, "number": 1}, {"fragment": made[0], "number": 256}], 2),
        "a fragment of 31 bytes": ([{"fragment": short, "number": 1}, good[1]], 2),
        "a fragment of 33 bytes": ([{"fragment": "00" + made[0], "number": 1}, good[1]], 2),
        "a fragment of p - 1": ([{"fragment": f"{P - 1:064x}", "number": 1}, good[1]], 2),
        "one fragment, k of 1": (good[2:3], 1),
    }  # fmt: skip
    for what, (fragments, k) in cases.items():
        yield f"recovering: {what}", "recover", {"fragments": fragments, "k": k}
    for what, (coefficients, n) in {
        "no coefficient": ([], 3),
        "more coefficients than fragments": (["1", "2", "3", "4"], 3),
        "256 fragments": (["1"], 256),
        "255 fragments": (["1"], 255),
        "as many coefficients as fragments": (["1", "2"], 2),
    }.items():
        yield f"splitting: {what}", "split", {"coefficients": coefficients, "n": n}


def answer_inputs(world: World) -> Iterator[Input]:
    """Issuers' answers to a voter."""
    from tests.vector_inputs import voter_given

    n = issuer_keys()[0].public.modulus
    voters = (voter_given(f"voter {number}") for number in range(256))
    given, answers = next(
        (given, answers)
        for given, answers in voters
        if int.from_bytes(answers["first"], "big") + n < 1 << 3072
    )
    right, second = answers["first"], answers["second"]
    above = (int.from_bytes(right, "big") + n).to_bytes(384, "big")
    odd = {
        "of 385 bytes": [b"\0" + right, second],
        "of no bytes": [right, b""],
        "of the modulus": [n.to_bytes(384, "big"), second],
        "of all ones": [b"\xff" * 384, second],
        "that is right plus the modulus": [above, second],
        "of 383 bytes, and another one that is wrong": [bytes(384), second[1:]],
        "of 0, and another one of 383 bytes": [bytes(384), second],
    }
    for what, both in odd.items():
        yield f"an issuer's answer {what}", "finish-share", given | {"answers": [raw.hex() for raw in both]}
    yield "asking for a share of an unknown style", "ask-share", given | {"style": "elders"}
    yield "an issuer's answer that is missing", "finish-share", given | {"answers": [right.hex()]}
    thrice = [right.hex(), second.hex(), right.hex()]
    yield "an issuer's answer too many", "finish-share", given | {"answers": thrice}


def promise_inputs(world: World) -> Iterator[Input]:
    """Promises: their spelling, the ballot and the deadline, the signature."""
    ballot = leaf_hash(next(raw for raw in world.entries if b'"kind":"ballot"' in raw))
    setup = texts(make_setup(world))
    promise = make_promise(world.election, world.keys.operator, ballot)
    later = changed(promise, deadline=promise.deadline + 1)
    signed = changed(later, signature=world.sign(world.keys.operator, later))
    wrong = changed(promise, signature=Signature(promise.signature[:-1] + b"\xff"))
    s = int.from_bytes(promise.signature[32:], "little")
    forged = changed(promise, signature=Signature(sign_ed25519(world.keys.registrar, b"x")))
    large = changed(promise, signature=Signature(promise.signature[:32] + (s + L).to_bytes(32, "little")))
    text = encode(promise).decode()
    spelled = {
        "of another deadline, signed": encode(signed).decode(),
        "of another deadline, not signed": encode(later).decode(),
        "whose S is too large": encode(wrong).decode(),
        "whose S is L too large": encode(large).decode(),
        "that somebody else signed": encode(forged).decode(),
        "in a second spelling": text + " ",
        "in a second spelling, of another deadline": encode(later).decode() + " ",
        "of another kind": text.replace('"promise"', '"release"'),
        "with a signature of 63 bytes": text.replace('"signature":"', '"signature":"AA', 1)[:-4] + '"}',
        "of no bytes": "",
    }
    for what, each in spelled.items():
        yield f"a promise {what}", "promise-verify", {"ballot": ballot.hex(), "promise": each, "setup": setup}
    for what, each in {
        "in a second spelling": text + " ",
        "with a wrong signature": encode(forged).decode(),
    }.items():
        yield f"a promise for another ballot, {what}", "promise-verify", {
            "ballot": "00" * 32, "promise": each, "setup": setup,
        }  # fmt: skip
