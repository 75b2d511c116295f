"""Whole records that are nearly good: other files, other checkpoints, and logs rebuilt over other entries.

What everybody's keys can sign is signed, so that the fault lies where the audit must look for it.
"""

import base64
from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ballots.board import Phase
from ballots.errors import ProtocolError
from ballots.note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteSignature,
    VerifierKey,
    format_note,
    format_vkey,
    parse_note,
)
from ballots.points import ed25519_public
from ballots.tiles import format_bundle
from ballots.wire import Hash, content_hash, encode
from tally.audit.report import make_report
from tests.differential.entries import draw_entry
from tests.differential.spellings import Draw, draw_bytes, draw_spelling, other_text
from tests.differential.stages import SMALL, Stage, stage
from tests.differential.verdicts import Call
from tests.simulator import World, changed, make_world
from tests.tally.drafts import Draft, Memory, audited, cosign_text, draft_of, head_of, long_world, sign_text

Given = dict[str, Any]
Files = dict[str, bytes]


@cache
def base_worlds() -> dict[str, Stage]:
    """Return elections at the points at which a record may be read."""
    worlds = {
        "certified": _certified(),
        "counted": make_world(until=Phase.COUNTED, **SMALL),
        "closed": make_world(until=Phase.CLOSED, **SMALL),
        "voting": stage("voting").world,
        "sealed": make_world(until=Phase.SEALED, **SMALL),
        "set-up": stage("before the manifest").world,
        "long": long_world(),
    }
    return {name: Stage(world, [], dict(stage("voting").seeds)) for name, world in worlds.items()}


def _certified() -> World:
    world = make_world(until=Phase.COUNTED, **SMALL)
    honest = audited(world)
    world.certify(lambda official: make_report(official, honest))
    return world


@st.composite
def record_calls(draw: Draw) -> Call:
    """Return the audit of a record that was changed in one of the ways below."""
    made = base_worlds()[draw(st.sampled_from(sorted(base_worlds())))]
    changes = [
        _other_files,
        _other_checkpoint,
        _other_signatures,
        _other_entries,
        _other_entries,
        _other_outcome,
    ]
    files = changes[draw(st.integers(0, len(changes) - 1))](draw, made)
    if files and draw(st.integers(0, 4)) == 0:
        files = change_files(draw, made, files)
    election = made.world.board.election
    manifest = election.manifest_hash.hex() if election else ""
    if draw(st.integers(0, 7)) == 0:
        manifest = draw(st.sampled_from(["", "00" * 32]))
    given = {"files": as_base64(files), "manifest": manifest, "operator": draw_operator(draw, made.world)}
    return Call("audit", given)


def draw_operator(draw: Draw, world: World) -> str:
    """Return the auditor's operator key: mostly none, else the right one, or one that differs from it."""
    if draw(st.integers(0, 3)):
        return ""
    key, origin = ed25519_public(world.keys.operator), world.options.origin
    other = ed25519_public(world.keys.registrar)
    name = draw(st.sampled_from([origin, origin, origin, "elders.example/board"]))
    type_ = draw(st.sampled_from([ED25519, ED25519, COSIGNATURE]))
    return format_vkey(VerifierKey(key=draw(st.sampled_from([key, key, other])), name=name, type=type_))


def as_base64(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return files as the call takes them."""
    return {path: base64.b64encode(raw).decode() for path, raw in files.items()}


def contents(record: Draft) -> Files:
    """Return all files of a record."""
    files = Memory(record).files
    if record.checkpoint:
        files["checkpoint"] = record.checkpoint
    return files


# --- files ---


STRAYS = [
    "index.html", "checkpoint2", "a/b", "caf\u00e9", "z", "\uffff", "\U0001f600",
    "tile/0/001", "tile/0/000", "tile/1/000.p/1", "tile/0/000.p/1",
    "tile/0/000.p/2", "tile/0/000.p/255", "tile/entries/000.p/1", "tile/entries/000.p/3",
    "tile/entries/000", "tile/entries/001.p/1", "tile/00/000.p/1", "tile/0/x000/000.p/1", "tile/63/000.p/1",
    "tile/64/000.p/1", "files/" + "0" * 64, "files/" + "A" * 64, "files/x", "tile/0/000.p/01",
    "tile/0/000.p/0", "Checkpoint", "tile/2/000.p/1", "files/" + "0" * 63, "tile/1/000.p/2",
    "tile/entries/001", "tile/entries/000.p/255", "tile/entries/001.p/1", "a-b", "A/b",
]  # fmt: skip


def _other_files(draw: Draw, made: Stage) -> Files:
    return change_files(draw, made, contents(draft_of(made.world)))


def change_files(draw: Draw, made: Stage, files: Files) -> Files:
    """Return a record of which one to three files are gone, other ones, in each other's place, or strays."""
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        path = draw(st.sampled_from(sorted(files)))
        kind = draw(st.integers(0, 4))
        if kind == 0:
            del files[path]
        elif kind == 1:
            files[path] = draw_bytes(draw, files[path])
        elif kind == 2:
            other = draw(st.sampled_from(sorted(files)))
            files[path], files[other] = files[other], files[path]
        elif kind == 3:
            stray = draw(st.sampled_from(STRAYS))
            files[stray] = draw(st.sampled_from([b"", b"stray", files[path], _beginning(made, stray)]))
        else:
            files[path] = draw(st.sampled_from([b"", b"\xff", files[path] * 2, b"<svg", b"\xff\xd8\xff"]))
        if not files:
            break
    return files


def _beginning(made: Stage, path: str) -> bytes:
    """Return the bundle that an earlier size left, or the beginning of the hash tile."""
    width = path.rpartition("/")[2]
    size = int(width) if width.isdecimal() and int(width) < 300 else 1
    if "entries" in path:
        return format_bundle(made.world.entries[:size])
    tiles = [raw for name, raw in contents(draft_of(made.world)).items() if name.startswith("tile/0/")]
    return tiles[0][: 32 * size] if tiles else b""


# --- the checkpoint ---


def _other_checkpoint(draw: Draw, made: Stage) -> Files:
    """Return a record with another text in its checkpoint, signed by all."""
    record = draft_of(made.world)
    size, text = len(record.entries), parse_note(head_of(made.world, record.entries)).text
    kind = draw(st.integers(0, 3))
    if kind == 0:
        other = draw(st.sampled_from([0, 1, size - 1, size + 1, 256, 2**53 - 1]))
        record.checkpoint = head_of(made.world, record.entries, size=max(other, 0))
    elif kind == 1:
        root = draw(st.binary(min_size=32, max_size=32))
        record.checkpoint = head_of(made.world, record.entries, root=root)
    else:
        words = other_text(draw, text)
        if kind == 3:
            words = text.replace(f"\n{size}\n", f"\n{draw(st.sampled_from(ODD_SIZES))}\n", 1)
        try:
            record.checkpoint = sign_text(made.world, words)
        except (ProtocolError, ValueError):
            record.checkpoint = draw_bytes(draw, head_of(made.world, record.entries))
    return contents(record)


ODD_SIZES = [
    "",
    "-1",
    "+1",
    "01",
    "1 ",
    "1.0",
    "9007199254740992",
    "9007199254740991",
    "18446744073709551616",
    "\u0661",
]


def _other_signatures(draw: Draw, made: Stage) -> Files:
    """Return a record with other signature lines under its checkpoint."""
    record = draft_of(made.world)
    note = parse_note(head_of(made.world, record.entries))
    signatures = list(note.signatures)
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        at = draw(st.integers(0, len(signatures) - 1))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            signatures = [*signatures[:at], *signatures[at + 1 :]] if len(signatures) > 1 else signatures
        elif kind == 1:
            signatures.append(signatures[at])
        elif kind == 2:
            signatures.insert(0, signatures.pop(at))
        else:
            signatures[at] = _other_signature(draw, made, note.text, signatures[at])
    record.checkpoint = format_note(Note(signatures=tuple(signatures), text=note.text))
    if draw(st.integers(0, 6)) == 0:
        record.checkpoint = draw_bytes(draw, record.checkpoint)
    return contents(record)


def _other_signature(draw: Draw, made: Stage, text: str, known: NoteSignature) -> NoteSignature:
    """Return a signature with other bytes, under another key, or by a witness at another time."""
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return _signature(known, signature=draw_bytes(draw, known.signature) or b"x")
    if kind == 1:
        return _signature(known, key_id=bytes(4))
    who = draw(st.sampled_from(sorted(made.world.keys.witnesses)))
    name, key = f"{made.world.options.origin}/{who}", made.world.keys.witnesses[who]
    time = draw(st.sampled_from([1, 2**31, 2**53, 2**63 - 1]))
    if draw(st.booleans()):
        return cosign_text(text, name, key, time)
    timeless = draw(st.sampled_from([0, 2**63, 2**64 - 1])).to_bytes(8, "big")
    return _signature(known, signature=timeless + known.signature[-64:])


def _signature(known: NoteSignature, **fields: object) -> NoteSignature:
    return NoteSignature(
        **({"key_id": known.key_id, "name": known.name, "signature": known.signature} | fields)
    )


# --- entries ---


def _other_entries(draw: Draw, made: Stage) -> Files:
    """Return a record of other entries, signed by all: one changed, gone, doubled, moved or more."""
    record = draft_of(made.world)
    entries = record.entries
    at = draw(st.integers(0, len(entries) - 1))
    kind = draw(st.integers(0, 7))
    if kind <= 3:
        entries[at] = draw_entry(draw, made, entries[at]) or b"{}"
    elif kind == 4:
        del entries[at]
    elif kind == 5:
        entries.insert(at, entries[at])
    elif kind == 6:
        entries.insert(draw(st.integers(0, len(entries) - 1)), entries.pop(at))
    else:
        entries[at:] = [draw(st.sampled_from([b"{}", b"\xff", b"0", entries[at][:-1]]))]
    record.entries = [raw[:65_535] for raw in entries]
    return contents(record)


# --- outcome and reports ---


def _other_outcome(draw: Draw, made: Stage) -> Files:
    """Return a record with another outcome file or report, which tally or certify name."""
    world = made.world
    tally_at = next((at for at, raw in enumerate(world.entries) if b'"kind":"tally"' in raw), None)
    if tally_at is None or world.board.tally is None:
        return _other_entries(draw, made)
    record = draft_of(world)
    certify = world.board.certify
    if certify is not None and draw(st.booleans()):
        at = draw(st.integers(0, 1))
        report = certify.reports[at]
        raw = draw_spelling(draw, record.files.pop(report.hash))
        reports = list(certify.reports)
        reports[at] = changed(report, hash=Hash(content_hash(raw)))
        record.files[content_hash(raw)] = raw
        record.entries[-1] = encode(world.by_officials(changed(certify, reports=reports)))
        return contents(record)
    name = world.board.tally.outcome
    raw = draw_spelling(draw, record.files.pop(name))
    record.files[content_hash(raw)] = raw
    record.entries[tally_at] = encode(changed(world.board.tally, outcome=Hash(content_hash(raw))))
    del record.entries[tally_at + 1 :]
    return contents(record)
