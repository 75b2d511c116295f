"""The audit as its user sees it: verdict and bars, and that it streams."""

import gc
import tracemalloc
from pathlib import Path

import pytest

from ballots.board import Phase
from ballots.choices import pad_choices
from ballots.sealing import FIRST, seal_ballot
from ballots.wire import Box
from tally import cli
from tally.audit.run import audit
from tally.audit.workers import Pending, Workers
from tests.simulator import changed, make_world
from tests.tally.drafts import Memory, audited, big_world, draft, draft_of


def test_the_verdict_says_whether_it_is_anchored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the manifest hash people read "consistent, not anchored", with it "valid, and anchored"."""
    record = draft()
    folder = str(record.write(tmp_path))
    assert cli.main(["audit", folder]) == 0
    said = capsys.readouterr().out
    assert "consistent, not anchored" in said
    assert "valid, and anchored" not in said
    assert cli.main(["audit", folder, "--manifest", record.world.election.manifest_hash.hex()]) == 0
    assert "valid, and anchored" in capsys.readouterr().out


def test_a_bar_shows_how_far_the_audit_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal each stage has a bar on the error stream; with --json or without a terminal none has."""
    folder = str(draft().write(tmp_path))
    assert cli.main(["audit", folder]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert cli.main(["audit", folder]) == 0
    said = capsys.readouterr().err
    assert "replay" in said
    assert "open and count" in said
    assert cli.main(["audit", folder, "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_progress_is_told_to_the_end_of_each_reading() -> None:
    """Both readings of the entries are told, rising from 0 to the log's size."""
    world = big_world()
    told: dict[str, list[int]] = {}
    audit(
        Memory(draft_of(world)),
        processes=1,
        progress=lambda stage, done, size: told.setdefault(stage, []).append(done),
    )
    for stage in ("replay", "open and count"):
        assert told[stage] == sorted(told[stage])
        assert (told[stage][0], told[stage][-1]) == (0, len(world.entries))


def test_a_ballot_that_does_not_reseal_is_listed_and_not_counted() -> None:
    """A box that nobody needs to open, spoilt by the voter, makes the ballot invalid: `sealing`."""
    world = make_world(until=Phase.VOTING)
    share = world.get_share(0)
    ballot = seal_ballot(
        world.election,
        style=share.style,
        share=share.signatures,
        voting_seed=share.voting_seed,
        revision=1,
        previous=FIRST,
        padded=pad_choices(world.some_choices(share.style, 0), world.election.styles[share.style].pad),
        seed=bytes(32),
    )
    first = ballot.boxes[0]  # the keys of trustees 3 to 6 are published: nobody opens this one
    spoilt = changed(ballot, boxes=[Box(first[:79] + bytes([first[79] ^ 1])), *ballot.boxes[1:]])
    spoilt = changed(spoilt, signature=world.sign(share.voting_seed, spoilt))
    world.urn.append(spoilt)
    for number in range(1, 8):
        world.cast(world.get_share(number), world.some_choices(world.residents[number].style, number))
    world.release(len(world.options.releases))
    world.close()
    world.open()
    outcome = world.count_ballots()
    assert [each.reason for each in outcome.invalid] == ["sealing"]
    world.count()
    result = audited(world)
    assert (result.valid, result.invalid_ballots) == (True, 1)


def revised(revisions: int) -> Memory:
    """Return the record of 60 voters with large ballots, each cast that many times."""
    world = make_world(until=Phase.VOTING, residents={"adult": 60}, pad=16_384)
    shares = [world.get_share(number) for number in range(60)]
    for number in range(60 * revisions):
        world.cast(shares[number % 60], world.some_choices("adult", number))
    world.release(len(world.options.releases))
    world.close()
    world.open()
    world.count()
    return Memory(draft_of(world))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_ballots() -> None:
    """An audit holds a bundle and its entries at once, and nothing of the other bundles."""
    record = revised(9)
    largest = max(len(raw) for path, raw in record.files.items() if path.startswith("tile/entries/"))
    total = sum(len(raw) for path, raw in record.files.items() if path.startswith("tile/entries/"))
    assert total > 2 * largest
    gc.collect()
    tracemalloc.start()
    try:
        assert audit(record, processes=1).valid
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2.4 * largest, (peak, largest)


def test_no_more_bundles_are_under_way_than_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """With processes, at most the window and one more bundle wait at once, however long the log is."""
    monkeypatch.setattr("tally.audit.workers.IN_PLACE", 0)
    waiting: set[int] = set()
    kept, most = [], 0
    submit, result = Workers.submit, Pending.result

    def count_submit(self: Workers, *arguments: object) -> object:
        nonlocal most
        pending = submit(self, *arguments)  # type: ignore[arg-type]
        kept.append(pending)  # so that no other gets its id
        waiting.add(id(pending))
        most = max(most, len(waiting))
        return pending

    def count_result(self: Pending[object]) -> object:
        waiting.discard(id(self))
        return result(self)

    monkeypatch.setattr(Workers, "submit", count_submit)
    monkeypatch.setattr(Pending, "result", count_result)
    world = make_world(until=Phase.VOTING, residents={"adult": 2600}, page=1)
    found = audit(Memory(draft_of(world)), processes=2)
    assert found.valid, found.faults
    assert most == 2 * 2 + 1
