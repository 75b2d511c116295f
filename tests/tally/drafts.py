"""Records to break: an election's entries and files, signed and published by whoever has all keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots import entries as e
from ballots.board import Phase
from ballots.checkpoint import Checkpoint, cosign, format_checkpoint
from ballots.choices import Choices
from ballots.merkle import leaf_hash, root_of
from ballots.note import Note, NoteSignature, format_note, sign_note
from ballots.sealing import seal_ballot
from ballots.wire import Hash, encode
from tally.audit.findings import AuditResult
from tally.audit.report import make_report
from tally.audit.run import audit
from tally.audit.source import MissingFileError
from tally.outcome import Outcome, format_outcome, tally_entry
from tally.record import open_record
from tests.simulator import RELEASES, World, changed, make_world, write_record


@dataclass
class Draft:
    """A record before it is written. `changes` are files to put in other words, or to leave out (None)."""

    world: World
    entries: list[bytes]
    files: dict[bytes, bytes]
    checkpoint: bytes = b""
    changes: dict[str, bytes | None] = field(default_factory=dict)

    def contents(self) -> dict[str, bytes]:
        """Return the record's files by path, signed by operator and partners unless there is a checkpoint."""
        files: dict[str, bytes] = {}
        head = self.checkpoint or head_of(self.world, self.entries)
        write_record(Into(files), self.entries, self.files, head)
        for path, raw in self.changes.items():
            if raw is None:
                del files[path]
            else:
                files[path] = raw
        return files

    def write(self, folder: Path) -> Path:
        """Write the record to a folder."""
        for path, raw in self.contents().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)
        return folder


def draft(phase: Phase = Phase.COUNTED, **options: object) -> Draft:
    """Return the good record of a world that has come to a phase."""
    return draft_of(make_world(until=phase, **options))


def draft_of(world: World) -> Draft:
    """Return the good record of a world."""
    return Draft(world, list(world.entries), dict(world.files))


@cache
def big_world() -> World:
    """Return the world of a counted election whose log has a full tile and bundle; not to be changed."""
    world = make_world(residents={"adult": 110}, page=5)
    assert len(world.entries) > 256
    return world


@cache
def long_world() -> World:
    """Return the world of a sealed roll with a full tile and bundle, short ones; not to be changed."""
    world = make_world(until=Phase.SEALED, residents={"adult": 255}, page=1)
    assert len(world.entries) > 256
    return world


def certified() -> Draft:
    """Return the good record of an election that two officials have audited and certified."""
    world = make_world()
    world.certify(lambda official: make_report(official, audited(world)))
    return draft_of(world)


def audited(world: World) -> AuditResult:
    """Return an honest official's audit of a world as it stands."""
    return audit(Memory(draft_of(world)), manifest=world.election.manifest_hash)


class Memory:
    """A record that nobody wrote to disk."""

    def __init__(self, record: Draft) -> None:
        self.files: dict[str, bytes] = {}
        write_record(Into(self.files), record.entries, record.files, head_of(record.world, record.entries))

    def read(self, path: str, limit: int) -> bytes:
        if path not in self.files:
            raise MissingFileError(path)
        return self.files[path]

    def paths(self) -> Sequence[str]:
        return ()


class Into:
    """Stands for a folder, and keeps the files instead."""

    def __init__(self, files: dict[str, bytes], path: str = "") -> None:
        self._files = files
        self._path = path
        self.parent = self if not path else Into(files)

    def __truediv__(self, path: str) -> "Into":
        return Into(self._files, path)

    def mkdir(self, **_: object) -> None:
        """Folders come by themselves."""

    def write_bytes(self, raw: bytes) -> None:
        self._files[self._path] = raw


def head_of(
    world: World,
    entries: Sequence[bytes],
    *,
    operator: bytes | None = None,
    witnesses: dict[str, bytes] | None = None,
    **fields: object,
) -> bytes:
    """Return the signed checkpoint of these entries, or of one that says something else in a field."""
    honest = Checkpoint(origin=world.options.origin, root=root_of(map(leaf_hash, entries)), size=len(entries))
    head = Checkpoint(**{name: getattr(honest, name) for name in ("origin", "root", "size")} | fields)
    return sign_text(world, format_checkpoint(head), operator, witnesses)


def sign_text(
    world: World, text: str, operator: bytes | None = None, witnesses: dict[str, bytes] | None = None
) -> bytes:
    """Return the note over any text, signed by the operator and the partners."""
    origin = world.options.origin
    signatures = [sign_note(text, origin, private(operator or world.keys.operator))]
    for who, key in (world.keys.witnesses if witnesses is None else witnesses).items():
        signatures.append(cosign_text(text, f"{origin}/{who}", key))
    return format_note(Note(signatures=tuple(signatures), text=text))


def cosign_text(text: str, name: str, key: bytes, time: int = RELEASES[-1]) -> NoteSignature:
    """Return a cosignature, also over a text that is no checkpoint."""
    try:
        return cosign(text, name, private(key), time)
    except Exception:
        return sign_note(text, name, private(key))


def private(seed: bytes) -> Ed25519PrivateKey:
    """Return the key of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def with_bad_choices(world: World, resident: int = 0) -> None:
    """Let a resident cast a ballot whose choices break a rule, as a script of their own can."""
    share = world.get_share(resident)
    raw = encode(Choices(contests=[], mark=[])) + b"\x80"
    ballot = seal_ballot(
        world.election,
        style=share.style,
        share=share.signatures,
        voting_seed=share.voting_seed,
        revision=1,
        previous=bytes(32),
        padded=raw.ljust(world.options.pad, b"\0"),
        seed=world.draw(32),
    )
    world.urn.append(ballot)


def opened_with_bad_ballot() -> World:
    """Return an opened board on which one ballot of several is invalid."""
    world = make_world(until=Phase.VOTING)
    with_bad_choices(world)
    for number in range(1, 8):
        world.cast(world.get_share(number), world.some_choices(world.residents[number].style, number))
    world.release(len(world.options.releases))
    world.close()
    world.open()
    return world


def forged_count(
    forge: Callable[[Outcome], Outcome],
    forge_tally: Callable[[e.Tally], e.Tally] = lambda tally: tally,
    spell: Callable[[Outcome], bytes] = format_outcome,
) -> Draft:
    """Return the record of a count whose outcome file and tally agree, but not with the ballots."""
    world = opened_with_bad_ballot()
    outcome = forge(world.count_ballots())
    raw = spell(outcome)
    name = world.add_file(raw)
    world.append(forge_tally(changed(tally_entry(outcome), outcome=name)))
    return draft_of(world)


def forged_report(forge: Callable[[bytes], bytes]) -> Draft:
    """Return a certified record in which the first official's report is forged."""
    world = make_world()
    honest = audited(world)

    def make(official: str) -> bytes:
        raw = make_report(official, honest)
        return forge(raw) if official == "anna" else raw

    world.certify(make)
    return draft_of(world)


def run_audit(folder: Path, **options: object) -> AuditResult:
    """Return the audit of a folder, in this process alone."""
    with open_record(str(folder)) as source:
        return audit(source, processes=1, **options)


def named_file(record: Draft, raw: bytes) -> str:
    """Return the path at which a file of the record stands."""
    return next(f"files/{name.hex()}" for name, content in record.files.items() if content == raw)


def contest_with_files(text: bytes, picture: bytes) -> Draft:
    """Return a record whose first project has this text and picture."""
    world = make_world(until=Phase.SETUP)
    for style in world.options.residents:
        world.append(world.make_style(style))
    contest = world.make_contest()
    first = changed(contest.projects[0], picture=world.add_file(picture), text=world.add_file(text))
    honest = (contest.projects[0].picture, contest.projects[0].text)
    for name in {Hash(name) for name in honest} - {first.picture, first.text}:
        del world.files[name]
    world.append(changed(contest, projects=[first, *contest.projects[1:]]))
    world.append(world.make_manifest())
    return draft_of(world)
