"""What may be changed in a record without anybody's keys, and changes nothing: all of it, by name.

Nothing of it touches what is counted: signature lines that no auditor needs or knows, tiles of earlier sizes
(PROTOCOL.md section 3), and the booth's scripts (section 13, F01).
"""

from collections.abc import Callable
from functools import cache

from ballots.entries import Bundle, Start, parse_entry
from ballots.errors import NoteError, ProofError
from ballots.merkle import leaf_hash
from ballots.note import Note, NoteSignature, format_note, parse_note, sign_note
from ballots.tiles import ENTRIES, format_bundle, parse_path
from ballots.wire import content_hash
from tests.records import Files
from tests.simulator import World
from tests.tally.drafts import private

SCRIPTS = (b"script", b"new")
"""The booth's scripts: that of `start`, and that of the `bundle` after it."""


def normal_form(files: Files, world: World) -> dict[str, object]:
    """Return a record without what may differ. Records of one normal form must get one verdict."""
    kept: dict[str, object] = {
        path: raw for path, raw in files.items() if not _is_extra(path, raw, files, world)
    }
    kept["checkpoint"] = _normal_note(files.get("checkpoint", b""), world)
    return kept


def _is_extra(path: str, raw: bytes, files: Files, world: World) -> bool:
    if path == "checkpoint":
        return False
    if path.startswith("files/"):
        return content_hash(raw) in _scripts(world) and path == f"files/{content_hash(raw).hex()}"
    try:
        tile = parse_path(path)
    except ProofError:
        return False
    entries = world.entries[: tile.width]
    if tile.index or tile.width >= len(world.entries):
        return False
    if tile.level == ENTRIES:
        return raw == format_bundle(entries)
    return tile.level == 0 and raw == b"".join(map(leaf_hash, entries))


@cache
def _scripts(world: World) -> set[bytes]:
    entries = [parse_entry(raw) for raw in world.entries]
    named = {each.bundle for each in entries if isinstance(each, Start)}
    return {bytes(name) for name in named | {each.hash for each in entries if isinstance(each, Bundle)}}


def _normal_note(raw: bytes, world: World) -> object:
    """Return text and operator's signature, and the cosignatures if they are too few; else the bytes."""
    try:
        note = parse_note(raw)
    except NoteError:
        return raw
    election = world.election
    operator, witnesses = election.operator_vkey, election.witness_vkeys
    own = {each for each in note.signatures if (each.name, each.key_id) == (operator.name, operator.id)}
    keys = {(key.name, key.id) for key in witnesses}
    cosigned = {each for each in note.signatures if (each.name, each.key_id) in keys}
    if not own | cosigned <= _honest(world) or len({each.name for each in cosigned}) < election.w:
        return raw
    return (note.text, frozenset(own))


@cache
def _honest(world: World) -> frozenset[NoteSignature]:
    return frozenset(parse_note(world.checkpoint()).signatures)


# --- the table ---


Lines = tuple[NoteSignature, ...]
Change = Callable[[Files, World], Files]


def with_note(change: Callable[[Lines, World], Lines]) -> Change:
    """Change the checkpoint's signature lines."""

    def make(files: Files, world: World) -> Files:
        note = parse_note(files["checkpoint"])
        lines = change(note.signatures, world)
        return {**files, "checkpoint": format_note(Note(signatures=lines, text=note.text))}

    return make


def by_a_stranger(lines: Lines, world: World) -> Lines:
    """Add a signature by a key that the manifest does not name."""
    text = parse_note(world.checkpoint()).text
    return (*lines, sign_note(text, "elders.example/witness", private(b"stranger".ljust(32))))


def old_tile(width: int) -> Change:
    """Leave the partial hash tile of an earlier size."""
    return lambda files, world: {
        **files,
        f"tile/0/000.p/{width}": b"".join(map(leaf_hash, world.entries[:width])),
    }


def old_bundle(width: int) -> Change:
    """Leave the partial entry bundle of an earlier size."""
    return lambda files, world: {
        **files,
        f"tile/entries/000.p/{width}": format_bundle(world.entries[:width]),
    }


def script(raw: bytes) -> Change:
    """Put a script that the board announced beside the record."""
    return lambda files, world: {**files, f"files/{content_hash(raw).hex()}": raw}


HARMLESS: dict[str, Change] = {
    "the signature lines in another order": with_note(lambda lines, world: lines[::-1]),
    "a signature by a key that nobody knows": with_note(by_a_stranger),
    "a cosignature twice": with_note(lambda lines, world: (*lines, lines[-1])),
    "the operator's signature twice": with_note(lambda lines, world: (*lines, lines[0])),
    "a cosignature less, of more than are needed": with_note(lambda lines, world: lines[:-1]),
    "a partial tile of an earlier size": old_tile(5),
    "a partial bundle of an earlier size": old_bundle(5),
    "the booth's first script": script(SCRIPTS[0]),
    "the booth's second script": script(SCRIPTS[1]),
}

HARMFUL: dict[str, Change] = {
    "two cosignatures less, so that too few are left": with_note(lambda lines, world: lines[:-2]),
    "the operator's signature left out": with_note(lambda lines, world: lines[1:]),
    "more signature lines than a note has": lambda files, world: {
        **files,
        "checkpoint": files["checkpoint"] + files["checkpoint"].splitlines(keepends=True)[-1] * 64,
    },
    "an old tile with another hash": lambda files, world: {**files, "tile/0/000.p/1": bytes(32)},
    "an old bundle with another entry": lambda files, world: {
        **files,
        "tile/entries/000.p/1": format_bundle(world.entries[1:2]),
    },
    "a script that the board did not announce": script(b"another script"),
}
"""The nearest changes that are not harmless."""
