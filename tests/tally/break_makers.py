"""Makes the broken records of the table in breaks.py: right but for one thing, and signed all the same."""

from collections.abc import Callable

import msgspec

from ballots.board import Phase
from ballots.note import Note, format_note, parse_note
from ballots.tiles import format_bundle, parse_bundle
from ballots.voter import finish_share
from ballots.wire import content_hash, encode
from tally.audit.report import AuditReport, parse_report
from tally.outcome import InvalidBallot, Outcome
from tests.simulator import changed, make_world
from tests.tally.drafts import (
    Draft,
    Memory,
    certified,
    draft,
    draft_of,
    forged_report,
    head_of,
    long_world,
    named_file,
    sign_text,
)

OTHER = b"other".ljust(32, b".")
SVG = b"<svg/>"


def with_head(**fields: object) -> Callable[[], Draft]:
    """A record whose checkpoint, signed by all, says something else."""

    def make() -> Draft:
        record = draft()
        record.checkpoint = head_of(record.world, record.entries, **fields)
        return record

    return make


def with_changes(
    *changes: tuple[str, Callable[[bytes], bytes | None]], phase: Phase = Phase.COUNTED
) -> Callable[[], Draft]:
    """A record with files changed after the entries were written; a function gets the bytes or b""."""

    def make() -> Draft:
        record = draft(phase)
        honest: dict[str, bytes] = contents_of(record)
        record.changes = {path: change(honest.get(path, b"")) for path, change in changes}
        return record

    return make


def contents_of(record: Draft) -> dict[str, bytes]:
    """Return all files of a record by path."""
    return Memory(record).files


def with_note(change: Callable[[Note, Draft], Note]) -> Callable[[], Draft]:
    """A record with the checkpoint's signature lines changed."""

    def make() -> Draft:
        record = draft()
        note = parse_note(head_of(record.world, record.entries))
        record.checkpoint = format_note(change(note, record))
        return record

    return make


def extension_line() -> Draft:
    record = draft()
    text = parse_note(head_of(record.world, record.entries)).text
    record.checkpoint = sign_text(record.world, text + "extension\n")
    return record


def too_few_witnesses(note: Note, record: Draft) -> Note:
    return changed_note(note, note.signatures[:4])


def one_witness_four_times(note: Note, record: Draft) -> Note:
    return changed_note(note, (*note.signatures[:3], note.signatures[2], note.signatures[2]))


def bad_cosignature(note: Note, record: Draft) -> Note:
    last = note.signatures[-1]
    forged = changed_record(last, signature=last.signature[:-1] + bytes([last.signature[-1] ^ 1]))
    return changed_note(note, (*note.signatures[:-1], forged))


def invented_partners() -> Draft:
    record = draft()
    keys = record.world.keys.witnesses
    few = dict(list(keys.items())[:3])
    record.checkpoint = head_of(
        record.world, record.entries, witnesses=few | {"partner-7": OTHER, "partner-8": OTHER[::-1]}
    )
    return record


def swapped_witness_keys() -> Draft:
    record = draft()
    forged = {who: OTHER[number:] + OTHER[:number] for number, who in enumerate(record.world.keys.witnesses)}
    record.checkpoint = head_of(record.world, record.entries, witnesses=forged)
    return record


def changed_note(note: Note, signatures: tuple[object, ...]) -> Note:
    return changed_record(note, signatures=signatures)


def changed_record(record: msgspec.Struct, **fields: object) -> msgspec.Struct:
    return type(record)(**({name: getattr(record, name) for name in record.__struct_fields__} | fields))


def bundle_path(record: Draft) -> str:
    return f"tile/entries/000.p/{len(record.entries)}"


def bundle_with(change: Callable[[bytes, int], bytes | None]) -> Callable[[], Draft]:
    def make() -> Draft:
        record = draft()
        path = bundle_path(record)
        record.changes[path] = change(contents_of(record)[path], len(record.entries))
        return record

    return make


def one_entry_more(raw: bytes, width: int) -> bytes:
    entries = parse_bundle(raw, width)
    return format_bundle([*entries, entries[-1]])


def hash_tile(change: Callable[[bytes], bytes | None]) -> Callable[[], Draft]:
    def make() -> Draft:
        record = draft()
        path = f"tile/0/000.p/{len(record.entries)}"
        record.changes[path] = change(contents_of(record)[path])
        return record

    return make


def flip(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1]) + raw[1:]


def forged_full_tile() -> Draft:
    """A full tile that does not lead to its parent, beside entries and a root that are right."""
    record = draft_of(long_world())
    path = "tile/0/000"
    record.changes[path] = flip(contents_of(record)[path])
    return record


def leftover(path: str, make: Callable[[list[bytes]], bytes]) -> Callable[[], Draft]:
    def draw() -> Draft:
        record = draft()
        record.changes[path] = make(record.entries)
        return record

    return draw


def stray(path: str) -> Callable[[], Draft]:
    def make() -> Draft:
        record = draft()
        record.changes[path.replace("SIZE", str(len(record.entries) + 1))] = b"stray"
        return record

    return make


def without_file(raw: bytes | None) -> Callable[[], Draft]:
    """Leave out a text, or the outcome file (None)."""

    def make() -> Draft:
        record = draft()
        if raw is None:
            tally = record.world.board.tally
            assert tally is not None
            record.changes[f"files/{tally.outcome.hex()}"] = None
        else:
            record.changes[named_file(record, raw)] = None
        return record

    return make


def without_report() -> Draft:
    record = certified()
    assert record.world.board.certify is not None
    record.changes[f"files/{record.world.board.certify.reports[1].hash.hex()}"] = None
    return record


def other_file() -> Draft:
    record = draft()
    record.changes[named_file(record, b"Wij willen: plein.\n")] = b"Wij willen: iets anders.\n"
    return record


def other_script() -> Draft:
    record = draft()
    record.changes[f"files/{content_hash(b'script').hex()}"] = b"another script"
    return record


def entry_more(raw: bytes, phase: Phase = Phase.VOTING) -> Callable[[], Draft]:
    def make() -> Draft:
        record = draft(phase)
        record.entries.append(raw)
        return record

    return make


def second_spelling() -> Draft:
    record = draft(Phase.SEALED)
    record.entries.append(encode(record.world.make_start()).replace(b'":', b'": ', 1))
    return record


def altered_entry() -> Draft:
    """An entry in the middle is put in other words, in bundle, tiles and checkpoint."""
    record = draft(Phase.CLOSED)
    place = next(n for n, raw in enumerate(record.entries) if b'"kind":"request"' in raw)
    raw = record.entries[place]
    record.entries[place] = raw[:-1] + b',"z":1}'
    return record


def after_certify() -> Draft:
    record = certified()
    record.entries.append(record.entries[-1])
    return record


def without_request() -> Draft:
    """All issuers together make a share that nobody asked for, and it is voted with."""
    world = make_world(until=Phase.VOTING)
    for number in range(2):
        world.cast(world.get_share(number), world.some_choices("adult", number))
    asking = world.ask(2)
    share = finish_share(world.election, asking, world.sign_blinded(asking))
    world.cast(share, world.some_choices("adult", 2))
    world.release(1)
    return draft_of(world)


def more_ballots_later_requested() -> Draft:
    """A share without a request is voted with, and the request is put on the board afterwards."""
    world = make_world(until=Phase.VOTING)
    asked = [world.ask(number) for number in range(2)]
    for number, asking in enumerate(asked):
        share = finish_share(world.election, asking, world.sign_blinded(asking))
        world.cast(share, world.some_choices("adult", number))
    world.release(1)
    for asking in asked:
        world.append(asking.request.request)
    return draft_of(world)


def reason_swapped(outcome: Outcome) -> Outcome:
    invalid = [InvalidBallot(ballot=each.ballot, reason="choices-mark") for each in outcome.invalid]
    return changed(outcome, invalid=invalid)


def winner_dropped(outcome: Outcome) -> Outcome:
    contest = outcome.contests[0]
    count = contest.counts[0]
    forged = changed(contest, counts=[changed(count, winners=count.winners[:-1])])
    return changed(outcome, contests=[forged])


def votes_added(outcome: Outcome) -> Outcome:
    contest = outcome.contests[0]
    count = contest.counts[0]
    first = count.projects[0]
    projects = [changed(first, votes=first.votes + 1), *count.projects[1:]]
    return changed(outcome, contests=[changed(contest, counts=[changed(count, projects=projects)])])


def report_with(**fields: object) -> Callable[[], Draft]:
    def forge(raw: bytes) -> bytes:
        return encode(changed(parse_report(raw), **fields))

    return lambda: forged_report(forge)


def report_of_bert() -> Draft:
    """A report that the first official passes on from the second, with another count in it."""

    def forge(raw: bytes) -> bytes:
        report = parse_report(raw)
        first = changed(report.checks[0], count=7)
        return encode(changed(report, checks=[first, *report.checks[1:]], official="bert"))

    return forged_report(forge)


def report_check(change: Callable[[AuditReport], list[object]]) -> Callable[[], Draft]:
    def forge(raw: bytes) -> bytes:
        report = parse_report(raw)
        return encode(changed(report, checks=change(report)))

    return lambda: forged_report(forge)


def same(outcome: Outcome) -> Outcome:
    return outcome


def two_branches() -> Draft:
    """The operator and the witnesses signed one branch; the entries are of another."""
    record, other = draft(Phase.CLOSED), draft(Phase.CLOSED, seed="other branch")
    record.checkpoint = head_of(record.world, other.entries[: len(record.entries)])
    return record
