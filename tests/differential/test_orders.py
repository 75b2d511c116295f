"""Where more than one thing is wrong, or a limit is met, both implementations give the specification's reason.

Each case is one that a reader of PROTOCOL.md could get wrong: which of several faults comes first, what a limit
refuses, and what an audit says of files that are too long, too early or strangely named.
"""
# ruff: noqa: E501 - tables, one row a line

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots import manifest as m
from ballots.board import Phase
from ballots.checkpoint import Checkpoint, cosign, format_checkpoint, sign_checkpoint
from ballots.errors import ProtocolError
from ballots.merkle import leaf_hash, range_hash, root_of
from ballots.note import COSIGNATURE, ED25519, format_signature_lines, format_vkey, verifier_of
from ballots.tiles import new_bundles, new_tiles
from ballots.wire import encode
from tally.outcome import Outcome
from tests.forge import forge_revision
from tests.records import in_base64
from tests.second import Second
from tests.simulator import World, changed, make_world
from tests.stages import world_at
from tests.tally.drafts import forged_count
from tests.vector_calls import CALLS

Given = dict[str, Any]

ORIGIN = "wijk.example/board"
NAME = f"{ORIGIN}/noor"
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(1, 4)]
OPERATOR = format_vkey(verifier_of(ORIGIN, ED25519, KEYS[0]))
FIRST, RENEWED = (format_vkey(verifier_of(NAME, COSIGNATURE, key)) for key in KEYS[1:])
HEAD = Checkpoint(origin=ORIGIN, root=bytes(32), size=5)
TEXT = format_checkpoint(HEAD)
SIGNED = sign_checkpoint(HEAD, ORIGIN, KEYS[0]).decode()
BY_BOTH_KEYS = SIGNED + format_signature_lines([cosign(TEXT, NAME, key, 7) for key in KEYS[1:]])
PROOF = "c2sp.org/tlog-proof@v1\n"


def witnessed(note: str, witnesses: list[str], threshold: int = 1) -> Given:
    return {"note": note, "operator": OPERATOR, "threshold": threshold, "witnesses": witnesses}


def signed_with(line: str) -> Given:
    return {"note": SIGNED + line, "keys": [OPERATOR]}


def fragments(*numbers: int) -> Given:
    return {"fragments": [{"fragment": "00" * 32, "number": number} for number in numbers], "k": 2}


REASONS: list[tuple[str, str, Given, str]] = [
    ("two keys of one partner are one", "witnessed", witnessed(BY_BOTH_KEYS, [FIRST, RENEWED], 2), "witness-threshold"),
    ("types of keys, then doubled keys", "witnessed", witnessed(SIGNED, [OPERATOR, OPERATOR]), "note-key-type"),
    ("types of keys, then the note", "witnessed", witnessed("x", [OPERATOR]), "note-key-type"),
    ("doubled keys, then the note", "witnessed", witnessed("x", [FIRST, FIRST]), "witness-keys"),
    ("a signature line without a name", "note", signed_with("\u2014  abcdefgh\n"), "note-form"),
    ("a signature line with no base64", "note", signed_with("\u2014 name \n"), "note-form"),
    ("a signature line with two spaces", "note", signed_with("\u2014 name  abcdefgh\n"), "note-form"),
    ("base64 with a space", "note", signed_with("\u2014 name abcd efgh\n"), "note-form"),
    ("a proof beyond ASCII", "proof-file", {"proof": f"{PROOF}index \u0663\n\n{SIGNED}"}, "proof-form"),
    ("extra before the index", "proof-file", {"proof": f"{PROOF}extra AAAA\nindex 01\n\n{SIGNED}"}, "proof-form"),
    ("extra before the note", "proof-file", {"proof": f"{PROOF}extra AAAA\nindex 1\n\nx"}, "proof-form"),
    ("a fragment given twice", "recover", fragments(1, 1), "fragment-count"),
    ("a fragment out of range", "recover", fragments(1, 300), "fragment-index"),
    ("a private key that is none", "hpke-open", {"box": "", "info": "", "private_key": ""}, "box-key"),
    ("an empty entry before a cut one", "bundle", {"bundle": "0000" + "0005aa", "width": 2}, "bundle-entry"),
]  # fmt: skip


def answers(second: Second, call: str, given: Given) -> list[Given]:
    """Return what each implementation says."""
    try:
        mine = {"gives": json.loads(json.dumps(CALLS[call](given)))}
    except ProtocolError as error:
        mine = {"refused": error.reason}
    return [mine, second.call(call, given)]


@pytest.mark.parametrize(
    ("call", "given", "reason"), [pytest.param(*rest, id=name) for name, *rest in REASONS]
)
def test_both_give_the_reason_that_comes_first(call: str, given: Given, reason: str, second: Second) -> None:
    """Of several faults the one that the specification names first is the reason, and limits have theirs."""
    assert answers(second, call, given) == [{"refused": reason}] * 2


def test_fragments_beyond_the_lowest_are_not_looked_at(second: Second) -> None:
    """Of more fragments than are needed, a number that no trustee can have does no harm."""
    expected = {"gives": {"secret": "00" * 32}}
    assert answers(second, "recover", fragments(1, 2, 300)) == [expected] * 2


# --- entries with two faults ---


def set_up_of_two_faults() -> Given:
    """Return a manifest after a style whose pad is too small and one whose maximum is too large."""
    world = make_world(until=Phase.SETUP)
    adult, youth = (world.make_style(style) for style in ("adult", "youth"))
    every = [changed(youth.contests[0], method=m.Approval(maximum=900, minimum=0))]
    world.append(changed(adult, pad=10))
    world.append(changed(youth, contests=every))
    world.append(world.make_contest())
    return board_of(world, encode(world.make_manifest()))


def last_ballot_of_two_faults() -> Given:
    """Return a ballot that ends a release of too few voters, and names a wrong ballot before it."""
    world = world_at("releasing one voter twice")
    return board_of(world, encode(forge_revision(2, lambda _: b"x" * 32, share=2)(world)))


def board_of(world: World, entry: bytes) -> Given:
    return {"entries": [raw.decode() for raw in world.entries], "entry": entry.decode()}


@pytest.mark.parametrize(
    ("make", "reason"),
    [(set_up_of_two_faults, "manifest-method"), (last_ballot_of_two_faults, "ballot-previous")],
)
def test_both_check_entries_in_the_order_given(
    make: Callable[[], Given], reason: str, second: Second
) -> None:
    """Of two faults that need the place, the one that stands first in the specification is the reason."""
    assert answers(second, "board", make()) == [{"refused": reason}] * 2


# --- audits ---


def record() -> dict[str, bytes]:
    """Return the record of a log of 300 entries that are none, with a full tile and bundle."""
    entries = [b"entry %d" % number for number in range(300)]
    leaves = [leaf_hash(entry) for entry in entries]

    def read(level: int, index: int) -> bytes:
        return range_hash(
            index << level, index + 1 << level, lambda at, i: root_of(leaves[i << at : i + 1 << at])
        )

    files = dict(new_tiles(0, 300, read)) | dict(new_bundles(0, 300, entries.__getitem__))
    head = Checkpoint(origin=ORIGIN, root=root_of(leaves), size=300)
    return files | {"checkpoint": sign_checkpoint(head, ORIGIN, KEYS[0])}


def audited(second: Second, files: Mapping[str, bytes], check: str) -> list[tuple[Any, ...]]:
    """Return how each implementation tells one check: (ok, reached, count, at, reason)."""
    told = []
    for answer in answers(second, "audit", {"files": in_base64(files), "manifest": "", "operator": ""}):
        gives = answer["gives"]
        each = next(each for each in gives["checks"] if each["id"] == check)
        reasons = [fault["reason"] for fault in gives["faults"] if fault["id"] == check]
        told.append((each["ok"], each["reached"], each["count"], each["at"], *reasons))
    return told


LAST = "tile/entries/001.p/44"
TOO_LONG = bytes(256 * 65_537 + 1)

LOGS: list[tuple[str, dict[str, bytes | None], str, tuple[Any, ...]]] = [
    ("a checkpoint that is too long", {"checkpoint": b"a" * 131_073}, "L01", (False, True, 0, "checkpoint", "note-length")),
    ("a bundle that is too long", {LAST: TOO_LONG}, "L04", (False, True, 1, LAST, "bundle-length")),
    ("a tile that is too long", {"tile/0/000": TOO_LONG}, "L06", (False, True, 2, "tile/0/000", "tile-content")),
    ("a bundle that is missing", {LAST: None}, "L06", (False, False, 0, None)),
    ("a wrong tile before a missing bundle", {LAST: None, "tile/0/000": bytes(8192)}, "L06", (False, False, 0, None)),
    ("strays in the order of their bytes", {"\u00e9": b"", "z": b""}, "F01", (False, True, 6, "z", "")),
    ("a stray as it is named", {"\u00e9\x1b": b""}, "F01", (False, True, 6, "\u00e9\x1b", "")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "check", "told"), [pytest.param(*rest, id=name) for name, *rest in LOGS])
def test_both_audits_tell_a_log_alike(
    changes: dict[str, bytes | None], check: str, told: tuple[Any, ...], second: Second
) -> None:
    """What is too long has its kind's reason; no tile is looked at where a bundle is wrong; paths are as named."""
    files = record() | changes
    there = {path: raw for path, raw in files.items() if raw is not None}
    assert audited(second, there, check) == [told] * 2


def in_other_words(**words: object) -> Callable[[Outcome], bytes]:
    """Return how an outcome is spelled with other words in its first count."""

    def spell(outcome: Outcome) -> bytes:
        told = json.loads(encode(outcome))
        count = told["contests"][0]["counts"][0]
        count["rule"] = words.get("rule", count["rule"])
        count["projects"][0]["reason"] = words.get("reason", count["projects"][0]["reason"])
        count["rounds"][0]["tie"] = words.get("tie", count["rounds"][0]["tie"])
        return encode(told)

    return spell


TIE = {"between": ["plein"], "step": "cost"}


@pytest.mark.parametrize(
    "words",
    [{"rule": "first-come"}, {"reason": "unloved"}, {"tie": [TIE | {"step": "age"}]}, {"tie": [TIE, TIE]}],
    ids=str,
)
def test_an_outcome_has_the_words_of_the_specification(words: dict[str, Any], second: Second) -> None:
    """Another rule, reason or step, or two ties of one round, are of another type."""
    files = forged_count(lambda outcome: outcome, spell=in_other_words(**words)).contents()
    assert [(told[0], told[-1]) for told in audited(second, files, "T02")] == [(False, "wire-type")] * 2
