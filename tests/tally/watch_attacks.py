"""Attacks on whoever watches a board, as functions of the stage, and what each must raise."""

from collections.abc import Callable

from ballots.entries import Release
from ballots.merkle import leaf_hash
from ballots.note import Note, format_note, parse_note
from ballots.voter import ask_share
from ballots.wire import encode
from tally.watch.evidence import entry_files
from tests.simulator import RELEASES, changed, hash_reader, sorted_ballots
from tests.tally.drafts import head_of
from tests.tally.watch_stage import HOUR, Stage

# --- branches ---


def same_size(stage: Stage) -> None:
    """Another last entry."""
    stage.publish([*stage.world.entries[:-1], stage.request(5)])


def larger(stage: Stage) -> None:
    """Another last entry, and one more."""
    stage.publish([*stage.world.entries[:-1], stage.request(5), stage.request(6)])


def smaller(stage: Stage) -> None:
    """One entry less, and the last one another."""
    stage.publish([*stage.world.entries[:-2], stage.request(5)])


def of_a_head_whose_entries_were_withheld(stage: Stage) -> None:
    """A larger checkpoint is shown without its entries, and then one that does not begin with it."""
    first, second, third = (stage.request(resident) for resident in (5, 6, 7))
    (stage.record / "checkpoint").write_bytes(stage.sign([*stage.world.entries, first]))
    assert stage.look() == ["record"]
    stage.restart()
    stage.publish([*stage.world.entries, second, third])


def of_a_head_of_the_same_size_without_entries(stage: Stage) -> None:
    """Two larger checkpoints of one size, neither with its entries."""
    for resident in (5, 6):
        (stage.record / "checkpoint").write_bytes(stage.sign([*stage.world.entries, stage.request(resident)]))
        stage.look()
    stage.restart()


def shown_to_somebody_else(stage: Stage) -> None:
    """A voter hands in the checkpoint that they were shown; it is on another branch."""
    (stage.handed / "seen").write_bytes(stage.sign([*stage.world.entries[:-1], stage.request(5)]))


def in_a_receipt(stage: Stage) -> None:
    """A voter hands in a receipt whose checkpoint is smaller, and of another branch."""
    entries = [*stage.world.entries[:-2], stage.request(5)]
    leaves = [leaf_hash(raw) for raw in entries]
    files = entry_files(stage.sign(entries), entries[-1], len(entries) - 1, len(entries), hash_reader(leaves))
    (stage.handed / "receipt").write_bytes(files["entry.tlog-proof"])


BRANCHES = [
    same_size,
    larger,
    smaller,
    of_a_head_whose_entries_were_withheld,
    of_a_head_of_the_same_size_without_entries,
    shown_to_somebody_else,
    in_a_receipt,
]


# --- others ---


def rollback(stage: Stage) -> None:
    """The board goes back by one entry."""
    stage.publish(stage.world.entries[:-1])


def rollback_behind_a_withheld_head(stage: Stage) -> None:
    """A larger checkpoint was shown, and then the old one again."""
    old = (stage.record / "checkpoint").read_bytes()
    (stage.record / "checkpoint").write_bytes(stage.sign([*stage.world.entries, stage.request(5)]))
    stage.look()
    (stage.record / "checkpoint").write_bytes(old)


def older_than_what_another_was_shown(stage: Stage) -> None:
    """A voter hands in a larger checkpoint than the one that is served here."""
    (stage.handed / "seen").write_bytes(stage.sign([*stage.world.entries, stage.request(5)]))


def doubled_request(stage: Stage) -> None:
    """A request stands twice."""
    stage.publish([*stage.world.entries, stage.world.entries[-1]])


def request_by_nobody(stage: Stage) -> None:
    """A request by a credential that is not on the roll."""
    world = stage.world
    asking = ask_share(world.election, "adult", bytes(31) + b"x", world.draw)
    stage.publish([*world.entries, encode(asking.request.request)])


def request_without_a_good_signature(stage: Stage) -> None:
    """A request by a credential on the roll, signed by somebody else."""
    request = stage.world.ask(5).request.request
    stage.publish(
        [*stage.world.entries, encode(changed(request, signature=stage.world.sign(b"x" * 32, request)))]
    )


def no_entry(stage: Stage) -> None:
    """Bytes that are no entry."""
    stage.publish([*stage.world.entries, b"\xff"])


def too_few_witnesses(stage: Stage) -> None:
    """Three of four cosignatures."""
    entries = [*stage.world.entries, stage.request(5)]
    stage.publish(entries, checkpoint=stage.sign(entries, witnesses=["partner-1", "partner-2", "partner-3"]))


def bad_cosignature(stage: Stage) -> None:
    """One partner's cosignature is over another board."""
    entries = [*stage.world.entries, stage.request(5)]
    note, other = parse_note(stage.sign(entries)), parse_note(stage.sign(stage.world.entries))
    mixed = Note(text=note.text, signatures=(*note.signatures[:-1], other.signatures[-1]))
    stage.publish(entries, checkpoint=format_note(mixed))


def another_operator(stage: Stage) -> None:
    """The checkpoint is signed by another key under the operator's name."""
    entries = stage.world.entries
    stage.publish(entries, checkpoint=head_of(stage.world, entries, operator=b"x" * 32))


def garbage(stage: Stage) -> None:
    """The checkpoint is a page that says sorry."""
    (stage.record / "checkpoint").write_bytes(b"<html>Sorry</html>")


def bundle_missing(stage: Stage) -> None:
    """The entries of a signed checkpoint are not there."""
    stage.ask(5)
    (stage.record / f"tile/entries/000.p/{len(stage.world.entries)}").unlink()


def bundle_altered(stage: Stage) -> None:
    """An entry has other bytes than was signed."""
    stage.ask(5)
    path = stage.record / f"tile/entries/000.p/{len(stage.world.entries)}"
    raw = path.read_bytes()
    path.write_bytes(raw[:-9] + b"A" + raw[-8:])


def bundle_cut(stage: Stage) -> None:
    """A bundle is a byte short."""
    stage.ask(5)
    path = stage.record / f"tile/entries/000.p/{len(stage.world.entries)}"
    path.write_bytes(path.read_bytes()[:-1])


def tile_missing(stage: Stage) -> None:
    """A hash tile is not there."""
    stage.ask(5)
    (stage.record / f"tile/0/000.p/{len(stage.world.entries)}").unlink()


def tile_forged(stage: Stage) -> None:
    """A hash tile has other hashes."""
    stage.ask(5)
    path = stage.record / f"tile/0/000.p/{len(stage.world.entries)}"
    path.write_bytes(bytes(len(path.read_bytes())))


def stale(stage: Stage) -> None:
    """The partners cosign nothing for a day."""
    stage.time += 86_400


def unanswered(stage: Stage) -> None:
    """The board has gone."""
    stage.record.rename(stage.record.with_name("gone"))
    stage.look()
    stage.time += 300


def released_early(stage: Stage) -> None:
    """Ballots stand before the time of their release."""
    stage.cast(3, 4, 5)
    stage.world.release(1)
    stage.time = RELEASES[0] - 301
    stage.publish()


def released_late_as_partners_say(stage: Stage) -> None:
    """A board that partners cosigned an hour after the time lacks the release; the next one has it."""
    stage.cast(3, 4, 5)
    stage.time = RELEASES[0] + HOUR
    stage.publish()
    assert stage.look() == []
    stage.world.release(1)
    stage.publish()


def released_late_by_the_clock(stage: Stage) -> None:
    """The board stands still over the time, and two hours later it has the release."""
    stage.cast(3, 4, 5)
    stage.publish()
    stage.time = RELEASES[0] + 2 * HOUR + 1
    assert stage.look() == []
    stage.restart()
    stage.world.release(1)
    stage.publish(time=RELEASES[0] + 1)


def release_left_unfinished(stage: Stage) -> None:
    """A release has begun, and an hour later its last ballot still does not stand."""
    stage.cast(3, 4, 5)
    world = stage.world
    waiting = [ballot for ballot in world.urn if ballot.style == "adult"]
    world.append(Release(count=len(waiting), number=1, style="adult"))
    for raw in sorted_ballots(waiting)[:-1]:
        world.append(raw)
    stage.time = RELEASES[0] + 60
    stage.publish()
    assert stage.look() == []
    stage.time = RELEASES[0] + HOUR
    stage.publish()


def promise_broken_as_partners_say(stage: Stage) -> None:
    """A board that partners cosigned an hour after the deadline lacks a promised ballot."""
    stage.promise(stage.cast(3)[0])
    stage.time = RELEASES[-1] + HOUR
    stage.publish()


def promise_broken_by_the_clock(stage: Stage) -> None:
    """Two hours after the deadline no board has the ballot."""
    stage.promise(stage.cast(3)[0])
    stage.publish(time=RELEASES[-1] - 60)
    stage.time = RELEASES[-1] + 2 * HOUR + 1


def promise_broken_while_the_board_is_gone(stage: Stage) -> None:
    """Nobody answers after the deadline, and the promise was handed in before."""
    stage.promise(stage.cast(3)[0])
    stage.publish(time=RELEASES[-1] - 60)
    assert stage.look() == []
    stage.restart()
    stage.options["patience"] = 10**9
    stage.restart()
    stage.record.rename(stage.record.with_name("gone"))
    stage.time = RELEASES[-1] + 2 * HOUR + 1


ATTACKS: list[tuple[Callable[[Stage], None], list[str]]] = [
    (rollback, ["rollback"]),
    (rollback_behind_a_withheld_head, ["rollback"]),
    (older_than_what_another_was_shown, ["rollback"]),
    (doubled_request, ["entry"]),
    (request_by_nobody, ["entry"]),
    (request_without_a_good_signature, ["entry"]),
    (no_entry, ["entry"]),
    (too_few_witnesses, ["witnesses"]),
    (bad_cosignature, ["witnesses"]),
    (another_operator, ["checkpoint"]),
    (garbage, ["checkpoint"]),
    (bundle_missing, ["record"]),
    (bundle_altered, ["record"]),
    (bundle_cut, ["record"]),
    (tile_missing, ["record"]),
    (tile_forged, ["record"]),
    (stale, ["stale"]),
    (unanswered, ["unanswered"]),
    (released_early, ["early-release"]),
    (released_late_as_partners_say, ["late-release"]),
    (released_late_by_the_clock, ["late-release"]),
    (release_left_unfinished, ["late-release"]),
    (promise_broken_as_partners_say, ["promise"]),
    (promise_broken_by_the_clock, ["promise"]),
    (promise_broken_while_the_board_is_gone, ["promise"]),
]
