"""No change of a record is accepted: of any bit, byte, file, entry or member, whoever signs the log anew."""

import os

import pytest

from ballots.board import TRANSITIONS
from ballots.entries import parse_entry
from ballots.signing import kind_of
from tests.attacks.harmless import HARMFUL, HARMLESS
from tests.attacks.mutations import KINDS, Mutation, base, faults, is_accepted, is_harmless, mutate
from tests.attacks.scenes import Judge

LANGUAGES = ("python", "typescript")
MUTATIONS = int(os.environ.get("WIJK_MUTATIONS", "2400"))
"""How many are tried. More: WIJK_MUTATIONS, or `python -m tests.attacks.mutations`."""
CHUNK = 100
LEAST = 2000


def test_the_regions_cover_every_byte() -> None:
    """The pieces that are changed follow one another without gap or overlap, in every file."""
    for path, raw in base().files.items():
        regions = [region for region in base().regions if region.path == path]
        assert [region.start for region in regions] == [0, *(region.end for region in regions[:-1])], path
        assert regions[-1].end == len(raw), path
        assert all(region.start < region.end for region in regions), path


def test_the_record_has_entries_of_every_kind() -> None:
    """Nothing that can stand on a board is left out of what is changed."""
    kinds = {kind for kinds in TRANSITIONS.values() for kind in kinds}
    assert {kind_of(parse_entry(raw)) for raw in base().world.entries} == kinds


@pytest.mark.attack
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_is_good(judge: Judge) -> None:
    """What is changed is accepted before."""
    assert is_accepted(judge, Mutation(base().files, "nothing"))


@pytest.mark.attack
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("start", range(0, MUTATIONS, CHUNK))
def test_no_change_is_accepted(judge: Judge, start: int) -> None:
    """A hundred random changes are refused, but for those that harmless.py allows."""
    assert faults(judge, start, min(CHUNK, MUTATIONS - start)) == []


def test_enough_changes_are_tried() -> None:
    """Each region has a bit flipped, every kind of change is made, and 2,000 changes do matter."""
    assert len(base().regions) + 20 * len(KINDS) < MUTATIONS
    mattering = [number for number in range(MUTATIONS) if not is_harmless(mutate(number).files)]
    assert len(mattering) >= min(LEAST, MUTATIONS * 5 // 6)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_accepted(judge: Judge, name: str) -> None:
    """What the table allows does not make a record invalid, so that nobody can spoil it that way."""
    files = HARMLESS[name](base().files, base().world)
    assert files != base().files
    assert is_harmless(files)
    assert is_accepted(judge, Mutation(files, name))


@pytest.mark.attack
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HARMFUL)
def test_its_harmful_neighbour_is_not(judge: Judge, name: str) -> None:
    """The nearest changes to the harmless ones are refused."""
    files = HARMFUL[name](base().files, base().world)
    assert not is_harmless(files)
    assert not is_accepted(judge, Mutation(files, name))


def test_a_number_tells_the_change() -> None:
    """Whoever is given a number sees the same change again."""
    for number in (0, 1000, 2000):
        first, again = mutate(number), mutate(number)
        assert (first.told, first.files) == (again.told, again.files)
