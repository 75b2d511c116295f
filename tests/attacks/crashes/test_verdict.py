"""Each rule of the verdict finds what breaks it, in a made-up run of which everything else is right."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ballots.board import Phase
from ballots.entries import Request, parse_entry
from ballots.voter import ShareRequest
from ballots.wire import Rsa, encode
from tests.attacks.crashes.crowd import Message
from tests.attacks.crashes.processes import Ended
from tests.attacks.crashes.verdict import judge
from tests.simulator import make_world


def message_of(raw: bytes) -> Message | None:
    """Return what a client sent for an entry, answered once."""
    entry = parse_entry(raw)
    if isinstance(entry, Request):
        blinded = [Rsa(bytes(384)) for _ in entry.blinded]
        raw = encode(ShareRequest(blinded=blinded, request=entry))
        return Message(kind="request", raw=raw, attempts=1, granted={b"answer"})
    if b'"kind":"ballot"' in raw:
        return Message(kind="ballot", raw=raw, attempts=1, granted={b"promise"})
    return None


def make_run() -> SimpleNamespace:
    """Return a run in which all is well."""
    world = make_world(Phase.CLOSED)
    size = len(world.entries)
    return SimpleNamespace(
        site=SimpleNamespace(world=world, launcher=SimpleNamespace(ended=[])),
        crowd=SimpleNamespace(
            messages=[each for raw in world.entries if (each := message_of(raw))], complaints=[]
        ),
        desk=SimpleNamespace(taken=[world.entries[-1]], complaints=[]),
        sightings=SimpleNamespace(seen={(size, world.board.root()): "the record"}, complaints=[]),
        report=SimpleNamespace(complaints=[]),
        database_counts={"the database": (size, 0, size - 1)},
        expected={},
    )


def last_ballot(run: SimpleNamespace) -> Message:
    return next(each for each in reversed(run.crowd.messages) if each.kind == "ballot")


def repeat(run: SimpleNamespace) -> None:
    run.site.world.entries.append(last_ballot(run).raw)


def drop(run: SimpleNamespace) -> None:
    run.site.world.entries.remove(last_ballot(run).raw)


BREAKS: dict[str, tuple[Callable[[SimpleNamespace], object], str]] = {
    "a promised ballot is missing": (drop, "a ballot that was acknowledged stands 0 times"),
    "a promised ballot comes twice": (repeat, "a ballot that was acknowledged stands 2 times"),
    "a ballot that nobody sent": (
        lambda run: run.crowd.messages.remove(last_ballot(run)),
        "an entry stands on the board that nobody sent",
    ),
    "an official's entry is missing": (
        lambda run: run.desk.taken.append(b"{}"),
        "an official's entry that was taken stands 0 times",
    ),
    "refused, and on the board": (
        lambda run: last_ballot(run).refused.add("phase"),
        "was refused (phase) stands on the board",
    ),
    "two answers": (lambda run: last_ballot(run).granted.add(b"other"), "answered in different ways"),
    "no answer": (lambda run: last_ballot(run).granted.clear(), "has no answer after 1 attempts"),
    "a gap": (lambda run: run.database_counts.update(it=(9, 0, 9)), "it: 9 entries from 0 to 9"),
    "a fork": (
        lambda run: run.sightings.seen.update({(5, bytes(32)): "a witness"}),
        "a witness had another board of size 5",
    ),
    "a checkpoint beyond the end": (
        lambda run: run.sightings.seen.update({(9999, bytes(32)): "a witness"}),
        "a witness had a checkpoint of size 9999",
    ),
    "a sequencer that gave up": (
        lambda run: run.site.launcher.ended.append(Ended(name="sequencer", pid=1, code=3, said="why")),
        "sequencer ended with code 3: why",
    ),
    "a fault that was not foreseen": (
        lambda run: run.site.launcher.ended.append(Ended(name="service", pid=1, code=1, said="Traceback")),
        "service ended with code 1",
    ),
    "a complaint on the way": (lambda run: run.crowd.complaints.append("something"), "something"),
}


def test_a_run_in_which_all_is_well_has_no_complaint() -> None:
    """What the breaks below are made from breaks no rule."""
    assert judge(make_run()) == []


@pytest.mark.parametrize("name", BREAKS)
def test_every_break_is_found(name: str) -> None:
    """One thing is broken, and the verdict says so."""
    breaks, expected = BREAKS[name]
    run = make_run()
    breaks(run)
    assert any(expected in each for each in judge(run)), judge(run)
