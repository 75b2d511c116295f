"""Calls that are nearly those of the vectors: one given thing is changed in the way its kind allows.

A given thing stays within what a call takes: hex stays hex, a number stays one that both languages carry.
"""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.differential.spellings import (
    Draw,
    draw_bytes,
    draw_spelling,
    edge_number,
    other_text,
)
from tests.differential.verdicts import Call

FOLDER = Path(__file__).parents[1] / "vectors"
Given = dict[str, Any]
Change = Callable[[Draw, Any], Any]


FOUND = "found.json"
"""Its cases are odd already: they are what others become, and are changed only where a call has no others."""


@cache
def _all_cases() -> list[dict[str, Any]]:
    paths = sorted(FOLDER.glob("*.json"), key=lambda path: (path.name == FOUND, path.name))
    documents = {path.name: json.loads(path.read_text()) for path in paths}
    found = documents.pop(FOUND)["cases"]
    others = [case for each in documents.values() if "bases" not in each for case in each.get("cases", [])]
    calls = {case["call"] for case in others}
    return others + [case for case in found if case["call"] not in calls]


@cache
def cases(call: str) -> list[Given]:
    """Return what the vectors give to a call, those first that are not refused."""
    found = [case for case in _all_cases() if case["call"] == call]
    return [case["given"] for case in sorted(found, key=lambda case: "refused" in case)]


@cache
def good_cases(call: str) -> list[Given]:
    """Return what the vectors give to a call that is not refused."""
    return [case["given"] for case in _all_cases() if case["call"] == call and "gives" in case]


# --- one given thing ---


def hex_bytes(draw: Draw, value: str) -> str:
    """Return other bytes."""
    return draw_bytes(draw, bytes.fromhex(value)).hex()


def hex_fixed(draw: Draw, value: str) -> str:
    """Return other bytes of the same length."""
    raw = bytearray.fromhex(value)
    if raw:
        raw[draw(st.integers(0, len(raw) - 1))] ^= 1 << draw(st.integers(0, 7))
    return raw.hex()


def hex_json(draw: Draw, value: str) -> str:
    """Return another spelling of an entry."""
    raw = bytes.fromhex(value)
    try:
        return draw_spelling(draw, raw).hex()
    except ValueError:
        return draw_bytes(draw, raw).hex()


def json_text(draw: Draw, value: str) -> str:
    """Return another spelling of a record, as a text; what is not UTF-8 is another call's business."""
    try:
        return draw_spelling(draw, value.encode()).decode()
    except ValueError:
        return other_text(draw, value)


def same_kind(draw: Draw, value: str) -> str:
    """Return another spelling of an entry that says the same kind; some kinds are not signed at all."""
    other, kind = json_text(draw, value), re.search(r'"kind":"[a-z-]+"', value)
    return other if kind is not None and other.count('"kind":') == 1 and kind[0] in other else value


def text(draw: Draw, value: str) -> str:
    """Return a text that differs in a character, or in two."""
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        value = other_text(draw, value)
    return value


def number_text(draw: Draw, value: str) -> str:
    """Return another number in hexadecimal."""
    number = int(value, 16)
    bits = max(number.bit_length(), 1)
    change = draw(st.sampled_from(["bit", "+1", "-1", "half", "double", "zero"]))
    bit = number ^ 1 << draw(st.integers(0, bits - 1))
    other = {
        "bit": bit,
        "+1": number + 1,
        "-1": abs(number - 1),
        "half": number >> 1,
        "double": 2 * number,
        "zero": 0,
    }
    return even_hex(other[change])


def even_hex(number: int) -> str:
    """Return a number in hexadecimal with two digits a byte."""
    return number.to_bytes(-(-number.bit_length() // 8) or 1, "big").hex()


def lines(draw: Draw, value: str) -> str:
    """Return a text of lines with a line changed, doubled, dropped or moved."""
    parts = value.split("\n")
    at = draw(st.integers(0, len(parts) - 1))
    kind = draw(st.integers(0, 5))
    if kind == 0:
        parts[at] = other_text(draw, parts[at])
    elif kind == 1:
        parts.insert(at, parts[at])
    elif kind == 2:
        del parts[at]
    elif kind == 3:
        parts.insert(draw(st.integers(0, len(parts) - 1)), parts.pop(at))
    elif kind == 4:
        parts.insert(at, draw(st.sampled_from(ODD_LINES)))
    else:
        return other_text(draw, value)
    return "\n".join(parts)


ODD_LINES = [
    "", " ", "0", "A" * 43 + "=", "\u2014", "\u2014 a AAAA", "\u2014 a AAAAAAA=", "\u2014 a AAAA AAAA",
    "\u2014  AAAA", "\u2014 a ", "\u2014 a+b AAAAAAA=", "extra AAAA", "index 1", "index 01", "old 1",
]  # fmt: skip
"""Lines that stand in no good note or proof, or in another place of it."""


def elements(change: Change) -> Change:
    """Return the change of a list: one of its elements, or which there are."""

    def edit(draw: Draw, value: list[Any]) -> list[Any]:
        kind = draw(st.integers(0, 5))
        if not value or kind >= 4:
            return value[:-1] if kind == 4 else [*value, *value[-1:]]
        at = draw(st.integers(0, len(value) - 1))
        if kind <= 1:
            return [*value[:at], change(draw, value[at]), *value[at + 1 :]]
        return [*value[:at], *[value[at]] * 2, *value[at + 1 :]] if kind == 2 else value[::-1]

    return edit


def _fragments(draw: Draw, value: list[Given]) -> list[Given]:
    """Return other fragments, of different numbers as ever."""
    changed = elements(member(fragment=hex_bytes, number=below(300)))(draw, value)
    return list({each["number"]: each for each in changed}.values())


def padded_choices(draw: Draw, value: str) -> str:
    """Return padded choices in another spelling, or padded otherwise."""
    raw = bytes.fromhex(value)
    inner = raw.rstrip(b"\0")[:-1]
    if draw(st.integers(0, 3)) == 0 or not inner:
        return draw_bytes(draw, raw).hex()
    try:
        return (draw_spelling(draw, inner) + b"\x80").ljust(len(raw), b"\0").hex()
    except ValueError:
        return draw_bytes(draw, raw).hex()


def below(limit: int) -> Change:
    """Return the change of a number that stays from 0 to a limit."""
    return lambda draw, value: min(edge_number(draw, value), limit)


def member(**changes: Change) -> Change:
    """Return the change of one member of an object."""

    def edit(draw: Draw, value: Given) -> Given:
        name = draw(st.sampled_from(sorted(changes)))
        return value | {name: changes[name](draw, value[name])} if name in value else value

    return edit


def draw_keys(draw: Draw, value: list[Given]) -> list[Given]:
    """Return trustees' keys in another order, one of them perhaps another one."""
    keys = draw(st.permutations(value))
    return keys if draw(st.booleans()) else [member(key=hex_fixed)(draw, keys[0]), *keys[1:]]


CHANGES: dict[str, dict[str, Change]] = {
    "H": {
        "label": lambda draw, value: value + draw(st.sampled_from(["", "-", "/v2"])),
        "parts": elements(member(bytes=hex_bytes, text=text, number=below(2**53 - 1))),
    },
    "base64url": {"text": text},
    "entry": {"bytes": hex_json},
    "signed-message": {"entry": same_kind, "manifest_hash": hex_fixed},
    "credential": {"text": text, "manifest_hash": hex_fixed},
    "share": {
        "blind": lambda draw, value: value[:2] + hex_fixed(draw, value[2:]),
        "manifest_hash": hex_fixed,
        "salt": hex_bytes,
        "style": text,
        "voting_key": hex_fixed,
    },
    "ask-share": {
        **dict.fromkeys(("credential_seed", "voting_seed"), hex_fixed),
        "style": text,
        "issuers": elements(member(salt=hex_fixed)),
    },
    "finish-share": {"answers": elements(hex_bytes)},
    "set-up": {"entries": elements(json_text), "manifest_hash": hex_fixed},
    "seal": {
        **dict.fromkeys(("padded", "previous", "seed", "voting_seed"), hex_fixed),
        "revision": lambda draw, value: draw(st.integers(1, 9)),
    },
    "format-code": {"bits": lambda draw, value: even_hex(draw(st.integers(0, 2**75 - 1)))},
    "parse-code": {"text": text},
    "ballot-number": {"entry_hash": hex_fixed},
    "ed25519-sign": {"seed": hex_fixed, "message": hex_bytes},
    "issuer-key": {"modulus": number_text},
    "share-verify": {"message": hex_bytes, "signature": hex_bytes},
    "hpke-seal": {
        **dict.fromkeys(("recipient_ikm", "ephemeral_ikm"), hex_fixed),
        **dict.fromkeys(("info", "plaintext"), hex_bytes),
    },
    "hpke-open": {"private_key": hex_fixed, "box": hex_bytes, "info": hex_bytes},
    "split": {
        "coefficients": elements(lambda draw, value: even_hex(draw(st.integers(0, 2**255 - 20)))),
        "n": below(255),
    },
    "recover": {"fragments": _fragments, "k": below(255)},
    "choices": {"padded": padded_choices},
    "pad": {"pad": below(20_000)},
    "open": {
        "ballot": json_text,
        "keys": draw_keys,
    },
    "rehearsal": {"seed": hex_fixed},
    "promise": {"operator": hex_fixed, "ballot": hex_fixed},
    "promise-verify": {"promise": json_text, "ballot": hex_fixed},
    "receipt": {"promise": json_text, "proof": lines, "ballot": hex_fixed},
    "note": {"note": lines, "keys": elements(text)},
    "witnessed": {
        "note": lines,
        "operator": text,
        "witnesses": elements(text),
        "threshold": below(8),
    },
    "root": {"leaves": elements(hex_fixed)},
    "inclusion": {
        "leaf": hex_bytes,
        "index": below(2**53 - 1),
        "size": below(2**53 - 1),
        "proof": elements(hex_bytes),
        "root": hex_bytes,
    },
    "consistency": {
        "old_size": below(2**53 - 1),
        "new_size": below(2**53 - 1),
        "proof": elements(hex_bytes),
        "old_root": hex_bytes,
        "new_root": hex_bytes,
    },
    "tile-path": {"path": text},
    "bundle": {"bundle": hex_bytes, "width": lambda draw, value: draw(st.integers(1, 256))},
    "proof-file": {"proof": lines},
    "add-checkpoint": {
        "body": lines,
        "operator": text,
        "origin": text,
        "remembered": elements(member(size=below(2**53 - 1), root=hex_fixed)),
    },
}
"""How each given thing of a call may differ from a vector's."""


@st.composite
def near_vectors(draw: Draw, calls: tuple[str, ...] = tuple(CHANGES)) -> Call:
    """Return a call, and what a vector gives to it with one thing changed, once or twice."""
    call = draw(st.sampled_from(calls))
    given = deepcopy(draw(st.one_of(st.sampled_from(good_cases(call)), st.sampled_from(cases(call)))))
    changes = CHANGES[call]
    name = draw(st.sampled_from(sorted(changes)))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        given[name] = changes[name](draw, given[name])
    return Call(call, given)


LOG_CALLS = ("note", "witnessed", "root", "inclusion", "inclusion", "consistency", "tile-path", "bundle",
             "proof-file", "receipt", "add-checkpoint")  # fmt: skip
TEXT_CALLS = ("parse-code", "format-code", "ballot-number")
SLOW_CALLS = ("credential",)
WIRE_CALLS = (
    "entry",
    "entry",
    "entry",
    "base64url",
    "signed-message",
    "pad",
    "choices",
    "promise-verify",
    "H",
)
KEY_CALLS = tuple(sorted({*CHANGES} - {*LOG_CALLS, *TEXT_CALLS, *SLOW_CALLS, *WIRE_CALLS}))
