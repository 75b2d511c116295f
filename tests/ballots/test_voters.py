"""What the board remembers of people is small: a hundred thousand of them fit in an old laptop's memory."""

import gc
import tracemalloc
from collections.abc import Callable

from ballots.entries import Credential
from ballots.sealing import FIRST
from ballots.voters import Credentials, RunningRelease, Voters
from ballots.wire import H, Hash, Key

PEOPLE = 4_000
PAGE = 400


def key_of(number: int) -> Key:
    """Return a key of its own object, as each entry that is read has one."""
    return Key(H("test", number))


def style_of(number: int) -> str:
    """Return the style, as an object of its own too."""
    return f"adult-{number - number}"


def bytes_a_person(fill: Callable[[], object]) -> float:
    """Return how many bytes what `fill` returns takes, shared among the people."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = fill()
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept is not None
    return taken / PEOPLE


def fill_roll() -> Credentials:
    """Put people on a roll and let them ask."""
    roll = Credentials()
    for start in range(0, PEOPLE, PAGE):
        page = [
            Credential(key=key_of(number), style=style_of(number)) for number in range(start, start + PAGE)
        ]
        roll.add_page(page)
    for number in range(PEOPLE):
        roll.request(key_of(number), style_of(number))
    return roll


def fill_ballots() -> tuple[Voters, RunningRelease]:
    """Let people vote in one release, as the board does."""
    voters, release = Voters(), RunningRelease("adult", PEOPLE + 1, 1)
    hashes = sorted(bytes(H("ballot", number)) for number in range(PEOPLE))
    for number, entry_hash in enumerate(hashes):
        key, leaf = bytes(key_of(number)), bytes(Hash(entry_hash))
        voters.check_style(key, release.style)
        release.check_order(1, leaf)
        voters.check_revision(key, 1, FIRST, FIRST)
        release.check_minimum(key)
        voters.add(key, release.style, leaf)
        release.add(key, 1, leaf)
    return voters, release


def test_a_line_of_the_roll_takes_little() -> None:
    """A credential and its state take at most 150 bytes, as equal states are one object."""
    assert bytes_a_person(fill_roll) < 150


def test_a_voting_key_takes_little() -> None:
    """A voting key, its last ballot and its place in the release take at most 320 bytes."""
    assert bytes_a_person(fill_ballots) < 320
