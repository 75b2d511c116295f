"""Contests that are wrong in one way: their pots, their projects, the steps by which purses grow."""

from collections.abc import Callable

from tests.count_rules import EQUAL_SHARES
from tests.forge import Entry
from tests.simulator import World, changed


def forge_pots(world: World, *cents: int, reverse: bool = False) -> Entry:
    """Two pots that pay for everything, named in their order or in the other."""
    contest = world.make_contest()
    pots = [changed(contest.pots[0], cents=each, id=f"pot-{n}") for n, each in enumerate(cents)]
    names = [pot.id for pot in pots][:: -1 if reverse else 1]
    return changed(contest, pots=pots, projects=[changed(each, pots=names) for each in contest.projects])


def forge_growing(world: World, cents: int, increment: int = 1) -> Entry:
    """A contest in which purses grow, with a pot of so many cents."""
    contest = world.make_contest()
    rule = changed(EQUAL_SHARES, completion="add1", increment=increment)
    return changed(contest, pots=[changed(contest.pots[0], cents=cents)], rule=rule)


def forge_project(**fields: object) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        contest = world.make_contest()
        return changed(contest, projects=[changed(contest.projects[0], **fields), *contest.projects[1:]])

    return make
