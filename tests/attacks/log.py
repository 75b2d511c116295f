"""Attacks on the log: what whoever serves or signs it can leave out, add, change, reorder or show twice."""

# ruff: noqa: E501 - a table, one row a line

from collections.abc import Callable

from ballots.board import Phase
from ballots.checkpoint import Checkpoint, cosign, format_checkpoint
from ballots.entries import Ballot, Release, parse_entry
from ballots.merkle import leaf_hash, root_of
from ballots.note import Note, NoteSignature, format_note, parse_note, sign_note
from ballots.tiles import format_bundle
from ballots.wire import Bytes, encode
from ballots.witness import AddCheckpoint, decide, format_add_checkpoint
from tests.attacks.rows import BOARD, OPERATOR, SERVER, Attack
from tests.attacks.scenes import Record, broken, python_judge, record_of
from tests.simulator import RELEASES, World, changed, make_world
from tests.tally.break_makers import OTHER
from tests.tally.drafts import Draft, certified, draft, draft_of, head_of, private
from tests.vector_inputs_records import vkey_of

Entries = list[bytes]


def of_kind(entries: Entries, kind: str) -> list[int]:
    """Return the places of all entries of a kind."""
    return [place for place, raw in enumerate(entries) if f'"kind":"{kind}"'.encode() in raw]


def counted_down(entries: Entries, place: int, by: int) -> None:
    """Change the count of the release before `place`, which nobody signs."""
    release = max(each for each in of_kind(entries, "release") if each < place)
    entry = parse_entry(entries[release])
    assert isinstance(entry, Release)
    entries[release] = encode(changed(entry, count=entry.count + by))  # type: ignore[type-var]


# --- everybody who signs the log is in it: what the entries themselves show ---


def relogged(
    change: Callable[[Entries], None], make: Callable[[], Draft] = certified
) -> Callable[[], Record]:
    """Return the record with other entries, all tiles and the root made anew, signed and cosigned by all."""

    def scene() -> Record:
        record = make()
        change(record.entries)
        return record_of(record)

    return scene


def drop_ballot(entries: Entries) -> None:
    place = of_kind(entries, "ballot")[1]
    counted_down(entries, place, -1)
    del entries[place]


def double_ballot(entries: Entries) -> None:
    place = of_kind(entries, "ballot")[1]
    counted_down(entries, place, 1)
    entries.insert(place, entries[place])


def double_request(entries: Entries) -> None:
    place = of_kind(entries, "request")[0]
    entries.insert(place, entries[place])


def swap(kind: str) -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        first, second = of_kind(entries, kind)[:2]
        entries[first], entries[second] = entries[second], entries[first]

    return change


def flip_body(entries: Entries) -> None:
    place = of_kind(entries, "ballot")[0]
    ballot = parse_entry(entries[place])
    assert isinstance(ballot, Ballot)
    body = Bytes(bytes([ballot.body[0] ^ 1]) + ballot.body[1:])
    entries[place] = encode(changed(ballot, body=body))


def lower_threshold(entries: Entries) -> None:
    (place,) = of_kind(entries, "manifest")
    entries[place] = entries[place].replace(b'"witnesses":4', b'"witnesses":5')


def cut(kind: str) -> Callable[[Entries], None]:
    """Drop everything from the first entry of a kind on."""

    def change(entries: Entries) -> None:
        del entries[of_kind(entries, kind)[0] :]

    return change


# --- the operator alone, or with as many partners as may lie ---


def alone(change: Callable[[Entries], None], liars: int = 0) -> Callable[[], Record]:
    """Other entries, signed by the operator; `liars` partners cosign, the others' cosignatures are the old ones."""

    def scene() -> Record:
        record = asked_thrice()
        honest = parse_note(head_of(record.world, record.entries))
        change(record.entries)
        names = list(record.world.keys.witnesses)[:liars]
        lying = {name: record.world.keys.witnesses[name] for name in names}
        note = parse_note(head_of(record.world, record.entries, witnesses=lying))
        if not liars:
            note = Note(signatures=(*note.signatures, *honest.signatures[1:]), text=note.text)
        record.checkpoint = format_note(note)
        return record_of(record)

    return scene


def asked_thrice() -> Draft:
    """Three have asked, nobody has voted."""
    world = make_world(until=Phase.VOTING)
    for number in range(3):
        world.get_share(number)
    return draft_of(world)


def drop_request(entries: Entries) -> None:
    del entries[of_kind(entries, "request")[1]]


def second_branch() -> Record:
    """Two branches from one beginning: honest partners cosign whichever they see first, one liar both."""
    world, other = asked_thrice().world, asked_thrice().world
    other.get_share(7)
    world.get_share(8)
    names = list(world.keys.witnesses)
    liar, first, second = names[0], names[1:4], names[4:]
    signed = {name: world.keys.witnesses[name] for name in (liar, *first)}
    assert _is_witnessed(world, signed)
    record = draft_of(other)
    late = [name for name in (*first, *second) if _cosigns(world if name in first else None, other)]
    assert late == second
    record.checkpoint = head_of(
        other, record.entries, witnesses={name: other.keys.witnesses[name] for name in (liar, *late)}
    )
    return record_of(record)


def _is_witnessed(world: World, signed: dict[str, bytes]) -> bool:
    record = draft_of(world)
    record.checkpoint = head_of(world, record.entries, witnesses=signed)
    return record_of(record).judged(python_judge).startswith("slack")


def _cosigns(seen: World | None, asked: World) -> bool:
    """Say whether an honest witness, which has seen one board or none, cosigns another one."""
    remembered = None if seen is None else _head(seen)
    body = AddCheckpoint(
        note=head_of(asked, asked.entries), old_size=0 if seen is None else len(seen.entries), proof=()
    )
    decision = decide(
        format_add_checkpoint(body), asked.options.origin, asked.election.operator_vkey, remembered
    )
    return decision.status == 200


def _head(world: World) -> Checkpoint:
    return Checkpoint(
        origin=world.options.origin, root=root_of(map(leaf_hash, world.entries)), size=len(world.entries)
    )


# --- whoever serves the files ---


def served(change: Callable[[Entries], None]) -> Callable[[], Record]:
    """The bundle has other entries; everything else is as it was signed."""

    def scene() -> Record:
        record = certified()
        entries = list(record.entries)
        change(entries)
        record.changes[f"tile/entries/000.p/{len(record.entries)}"] = format_bundle(entries)
        return record_of(record)

    return scene


def stale_cosignatures() -> Record:
    """The partners' cosignatures of an earlier, shorter log under the operator's new checkpoint."""
    record = asked_thrice()
    old = parse_note(head_of(record.world, record.entries[:-1]))
    new = parse_note(head_of(record.world, record.entries))
    record.checkpoint = format_note(Note(signatures=(new.signatures[0], *old.signatures[1:]), text=new.text))
    return record_of(record)


def truncated() -> Record:
    """The checkpoint of a shorter log, which the partners cosigned with w - 1 of their keys before it grew."""
    record = asked_thrice()
    early = record.entries[:-1]
    three = dict(list(record.world.keys.witnesses.items())[:3])
    record.checkpoint = head_of(record.world, early, witnesses=three)
    record.entries = early
    return record_of(record)


def endless() -> Record:
    """A checkpoint over 2^53 - 1 entries."""
    record = draft(Phase.SEALED)
    record.changes["checkpoint"] = head_of(record.world, record.entries, size=2**53 - 1)
    return record_of(record)


def other_origin() -> Record:
    """The whole log under another name, signed as that name by all."""
    record = draft(Phase.SEALED)
    name = "elders.example/board"
    head = Checkpoint(origin=name, root=root_of(map(leaf_hash, record.entries)), size=len(record.entries))
    text = format_checkpoint(head)
    keys = record.world.keys
    signatures = [sign_note(text, name, private(keys.operator))]
    signatures += [
        cosign(text, f"{name}/{who}", private(key), RELEASES[-1]) for who, key in keys.witnesses.items()
    ]
    record.checkpoint = format_note(Note(signatures=tuple(signatures), text=text))
    return record_of(record)


def cosigned_as_operator() -> Record:
    """The operator's signature is of the kind of a cosignature."""
    record = draft(Phase.SEALED)
    text = parse_note(head_of(record.world, record.entries)).text
    names = {record.world.options.origin: record.world.keys.operator}
    witnesses = {
        f"{record.world.options.origin}/{who}": key for who, key in record.world.keys.witnesses.items()
    }
    lines = [cosign(text, name, private(key), RELEASES[-1]) for name, key in (names | witnesses).items()]
    record.checkpoint = format_note(Note(signatures=tuple(lines), text=text))
    return record_of(record)


def with_witness(sign: Callable[[str, str, bytes], NoteSignature]) -> Callable[[], Record]:
    """Four of six partners sign the checkpoint, the last one in its own manner."""

    def scene() -> Record:
        record = draft(Phase.SEALED)
        *first, last = list(record.world.keys.witnesses.items())[:4]
        note = parse_note(head_of(record.world, record.entries, witnesses=dict(first)))
        name = f"{record.world.options.origin}/{last[0]}"
        line = sign(note.text, name, last[1])
        record.checkpoint = format_note(Note(signatures=(*note.signatures, line), text=note.text))
        return record_of(record)

    return scene


def signed_plainly(text: str, name: str, key: bytes) -> NoteSignature:
    return sign_note(text, name, private(key))


def at_no_time(text: str, name: str, key: bytes) -> NoteSignature:
    """Return a cosignature whose time is 0, as it would be if it were let through."""
    honest = cosign(text, name, private(key), 1)
    message = f"cosignature/v1\ntime 0\n{text}".encode()
    return NoteSignature(key_id=honest.key_id, name=name, signature=bytes(8) + private(key).sign(message))


def another_record(seed: str) -> Callable[[], Record]:
    """A whole, well-made record of somebody else, under the manifest hash of this election."""

    def scene() -> Record:
        mine = make_world(until=Phase.ROLL).election
        return Record(draft(seed=seed).contents(), mine.manifest_hash)

    return scene


def other_operator() -> Record:
    record = draft()
    return Record(record.contents(), record.world.election.manifest_hash, vkey_of(OTHER))


def unanchored() -> Record:
    """The same forgery, read by somebody who took the manifest hash from the record itself."""
    return Record(draft(seed="made up").contents(), b"")


ROWS = [
    Attack(SERVER, "leaves a ballot out of the entries", "L04", served(lambda e: e.pop(of_kind(e, "ballot")[0]) and None)),
    Attack(SERVER, "shows a ballot twice", "L04", served(lambda e: e.insert(30, e[30]))),
    Attack(SERVER, "swaps two ballots", "B05 L05 L06", served(swap("ballot"))),
    Attack(SERVER, "changes one character of a ballot", "B09 L05 L06", served(flip_body)),
    Attack(SERVER, "cuts off the log after the close", "L04", served(cut("trustee-key"))),
    Attack(SERVER, "withholds an entry bundle", "L04", broken("a missing bundle")),
    Attack(SERVER, "withholds a hash tile", "L06", broken("a missing hash tile")),
    Attack(SERVER, "serves a hash tile with another hash", "L06", broken("a hash tile with another hash")),
    Attack(SERVER, "serves a forged full tile, so that proofs made of it are wrong", "L06", broken("a forged full tile")),
    Attack(SERVER, "leaves an old partial tile that is no beginning of the fuller one", "L07", broken("an old hash tile that is no beginning")),
    Attack(SERVER, "leaves an old bundle with other entries for older clients", "L07", broken("an old bundle with other entries")),
    Attack(SERVER, "puts a stray file beside the record", "F01", broken("a stray file")),
    Attack(SERVER, "hides a stray file", "F01", broken("a hidden stray file")),
    Attack(SERVER, "adds a file that no entry names", "F01", broken("a file that nothing names")),
    Attack(SERVER, "adds a tile beyond the log's end", "F01", broken("a tile beyond the size")),
    Attack(SERVER, "serves a tile at a second spelling of its path", "F01", broken("a second spelling of a tile's path")),
    Attack(SERVER, "gives a project other words", "F03", broken("a project's text with other words")),
    Attack(SERVER, "gives the booth another script", "F03", broken("another booth script under the name of the announced one")),
    Attack(SERVER, "withholds a project's text", "F02", broken("a project's text is missing")),
    Attack(SERVER, "withholds the outcome", "F02", broken("the outcome file is missing")),
    Attack(SERVER, "withholds the checkpoint", "L01", broken("no checkpoint")),
    Attack(SERVER, "writes the log's size in a second spelling", "L01", broken("a size with a leading zero")),
    Attack(SERVER, "serves a whole record of another election", "S10", another_record("elsewhere")),
    Attack("somebody with keys of their own", "makes up a whole election, all parties included", "S10", another_record("made up")),
    Attack("somebody with keys of their own", "makes up a whole election, and shows it to an auditor who has no manifest hash", "not anchored", unanchored),
    Attack("somebody with keys of their own", "signs as the operator", "L02", broken("a checkpoint by another operator key")),
    Attack("somebody with keys of their own", "lets a manifest name another operator's key", "S11", other_operator),
    Attack("somebody with keys of their own", "invents partners", "L03", broken("invented partners")),
    Attack("somebody with keys of their own", "cosigns in the partners' names", "L03", broken("the partners' names with other keys")),
    Attack(OPERATOR, "drops a request and signs the log anew", "L03", alone(drop_request)),
    Attack(OPERATOR, "doubles a request and signs the log anew", "L03 Q02", alone(double_request)),
    Attack(OPERATOR, "swaps two requests and signs the log anew", "L03", alone(swap("request"))),
    Attack(OPERATOR, "shows a shorter log, signed anew", "L03", alone(lambda e: e.pop() and None)),
    Attack(OPERATOR, "keeps old cosignatures under a new checkpoint", "L03", stale_cosignatures),
    Attack(OPERATOR, "does not wait for enough cosignatures", "L03", broken("cosignatures of three partners only")),
    Attack(OPERATOR, "counts one partner's cosignature twice", "L03", broken("one partner's cosignature four times")),
    Attack(OPERATOR, "changes a bit of a cosignature", "L03", broken("a cosignature that is wrong in one bit")),
    Attack(OPERATOR, "publishes a checkpoint without a signature of its own", "L02", broken("a checkpoint that the operator did not sign")),
    Attack(OPERATOR, "signs in the manner of a partner", "L02", cosigned_as_operator),
    Attack("the operator and w partners", "let one of them sign as an operator does instead of cosigning", "L03", with_witness(signed_plainly)),
    Attack("the operator and w partners", "let one of them cosign at no time", "L03", with_witness(at_no_time)),
    Attack(OPERATOR, "adds a line to the checkpoint that others must cosign", "L01", broken("a checkpoint with an extension line")),
    Attack(OPERATOR, "rolls back to a log that too few had cosigned", "L03", truncated),
    Attack("the operator and one partner", "drop a request and sign the log anew", "L03", alone(drop_request, liars=1)),
    Attack("the operator and one partner", "show two voters two branches", "L03", second_branch),
    Attack(BOARD, "sign another root than that of the entries", "L05", broken("a checkpoint with another root")),
    Attack(BOARD, "sign one branch and publish another", "L05", broken("the root of another branch")),
    Attack(BOARD, "sign a log of 2^53 - 1 entries", "L04", endless),
    Attack(BOARD, "sign the log under another name", "S04", other_origin),
    Attack(BOARD, "drop a ballot after the close, its release corrected", "E05", relogged(drop_ballot)),
    Attack(BOARD, "double a ballot, its release corrected", "B05", relogged(double_ballot)),
    Attack(BOARD, "change one character of a ballot", "B09", relogged(flip_body)),
    Attack(BOARD, "swap two ballots", "B05", relogged(swap("ballot"))),
    Attack(BOARD, "swap two requests after the close", "E05", relogged(swap("request"))),
    Attack(BOARD, "double a request", "Q02", relogged(double_request)),
    Attack(BOARD, "change a threshold of the manifest", "E03", relogged(lower_threshold)),
    Attack(BOARD, "end the log before the outcome, and keep the outcome", "F01", relogged(cut("tally"), draft)),
    Attack(BOARD, "add an entry after the certification", "E02", broken("an entry after the certification")),
    Attack(BOARD, "log an entry in a second spelling", "E01", broken("a second spelling of an entry")),
    Attack(BOARD, "log an entry with a member more, for readers who overlook it", "E01", broken("a member more in an old request")),
    Attack(BOARD, "log an entry of a kind that nobody knows", "E01", broken("an entry of an unknown kind")),
]  # fmt: skip
