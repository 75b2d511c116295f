"""The rig can fail: with the service broken on purpose it says what was lost, doubled or forked."""

import re
from pathlib import Path

import pytest

from tests.attacks.crashes import small

pytestmark = [pytest.mark.attack, pytest.mark.store, pytest.mark.slow, pytest.mark.timeout(240)]

LOST = "a ballot that was acknowledged stands 0 times on the board"

RED = {
    "synchronous_commit = off, and no journal": (("forgetful",), small.cut_the_power, LOST),
    "the promise before the write": (("hasty",), small.kill_the_service, LOST),
    "the unique constraint dropped": ((), small.send_rivals, "2 of 2 ballots of one revision were promised"),
    "a sequencer that trusts any database": (
        ("trusting",),
        small.restore,
        "something was signed over an old backup",
    ),
}
"""What is broken -> how, what strikes, and what the rig must say."""

GREEN = {
    "nothing broken, a power cut": ((), small.cut_the_power),
    "nothing broken, a killed service": ((), small.kill_the_service),
    "synchronous_commit = off, with the journal": (("forgetful_with_journal",), small.cut_the_power),
}
"""The same strikes without the breakage, so that the red is the breakage's."""


@pytest.mark.parametrize("name", RED)
async def test_what_is_broken_is_found(folder: Path, name: str) -> None:
    """The verdict names the loss, the double or the fork that the breakage leads to."""
    sabotages, strike, expected = RED[name]
    rounds = 1 if strike is small.restore else small.ROUNDS
    report = await small.run_small(folder, strike, rounds=rounds, sabotages=sabotages)
    assert any(re.search(expected, each) for each in report.complaints), report.describe()


@pytest.mark.parametrize("name", GREEN)
async def test_the_same_strikes_do_no_harm_otherwise(folder: Path, name: str) -> None:
    """Without the breakage nothing is lost, doubled or forked, and the audit passes."""
    sabotages, strike = GREEN[name]
    report = await small.run_small(folder, strike, sabotages=sabotages)
    assert not report.complaints, report.describe()
    assert report.figures["ballots promised"] >= 6
    assert report.kills["power"] == (small.ROUNDS if strike is small.cut_the_power else 0)
