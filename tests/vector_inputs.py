"""The inputs of the vectors, a generator a file: (name, call, given)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from nacl.bindings import crypto_core_ed25519_add

from ballots import hpke
from ballots.board import Phase
from ballots.choices import pad_choices
from ballots.merkle import leaf_hash
from ballots.points import L, P, ed25519_public, sign_ed25519
from ballots.sealing import FIRST
from ballots.shares import blind_sign
from ballots.wire import encode
from tests.ballots.test_choices import BAD, GOOD, METHODS
from tests.ballots.test_sealing import BALLOT, KEYS, SHARE, SPOILT, WORLD
from tests.ballots.test_wire import MALFORMED, SECOND_SPELLINGS, WRONG_TYPES
from tests.board_cases import CASES
from tests.forge import IDENTITY, MIXED, TORSION, PairedSetup, make_certify
from tests.simulator import Draw, issuer_keys, make_world
from tests.stages import world_at
from tests.vector_inputs_count import count_inputs
from tests.vector_inputs_found import found_inputs
from tests.vector_inputs_log import Input, log_inputs, make_setup, receipt_inputs, texts


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
        "all ones": "ff" * 384,
    }.items():
        yield f"share: {name}", "share-verify", primes | {"message": made["message"], "signature": signature}
    yield "share: plus the modulus", "share-verify", primes | raised_share(given, n)
    wrong = {
        "p": f"{other.p:x}",
        "q": f"{other.q:x}",
        "message": made["message"],
        "signature": made["signature"],
    }
    yield "share: another issuer", "share-verify", wrong
    yield from voter_inputs()


def raised_share(given: dict[str, Any], n: int) -> dict[str, str]:
    """Return a message and its signature plus the modulus: of the first voter whose sum has 384 bytes."""
    from tests.vector_calls import CALLS

    for number in range(256):
        key = ed25519_public(bytes([number]) * 32)
        made = CALLS["share"](given | {"voting_key": key.hex()})
        raised = int(made["signature"], 16) + n
        if raised < 1 << 3072:
            return {"message": made["message"], "signature": f"{raised:0768x}"}
    raise AssertionError("expected a signature below 2^3072 less the modulus")


def voter_given(seed: str = "a voter's client") -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what a voter asks with, and possible answers of an issuer by name; the right ones come first."""
    draw = Draw(seed)
    issuers = [{"salt": draw(48).hex(), "blind": (b"\x01" + draw(383)).hex()} for _ in range(2)]
    given = {
        "credential_seed": WORLD.residents[3].credential_seed.hex(),
        "issuers": issuers,
        "setup": texts(make_setup(WORLD)),
        "style": "adult",
        "voting_seed": draw(32).hex(),
    }
    from tests.vector_calls import CALLS

    first, second = (bytes.fromhex(each) for each in CALLS["ask-share"](given)["blinded"])
    keys = issuer_keys()
    answers = {
        "first": blind_sign(keys[0], first, draw),
        "second": blind_sign(keys[1], second, draw),
        "foreign": blind_sign(keys[5], second, draw),
        "another message": blind_sign(keys[1], first, draw),
        "nothing": bytes(384),
        "short": bytes(383),
    }
    return given, answers


def voter_inputs() -> Iterator[Input]:
    """A voter asks all issuers and unblinds their answers; one of them is not what it should be."""
    given, answers = voter_given()
    yield "a voter asks", "ask-share", given
    right = answers["first"].hex()
    for name, answer in list(answers.items())[1:]:
        yield f"a voter's share, answer: {name}", "finish-share", given | {"answers": [right, answer.hex()]}
    both = [answers["second"].hex(), right]
    yield "a voter's share, answers in the other order", "finish-share", given | {"answers": both}


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
    yield from ballot_inputs()


def ballot_inputs() -> Iterator[Input]:
    """Whole ballots: sealed, opened, spoilt; and a rehearsal."""
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
    "found.json": (
        "Calls on which the two implementations once differed, or might; of whole records in records.json",
        found_inputs,
    ),
    "count.json": ("PROTOCOL.md sections 12 and 14: rules and outcomes", count_inputs),
}
