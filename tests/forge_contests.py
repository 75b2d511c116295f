"""Contests that are wrong in one way: their pots, their projects, the steps by which purses grow."""

from collections.abc import Callable

from ballots import manifest as m
from tests.count_rules import EQUAL_SHARES, paid_from_all
from tests.forge import Entry
from tests.simulator import World, changed


def forge_pots(world: World, *cents: int, reverse: bool = False) -> Entry:
    """Two pots that pay for everything, named in their order or in the other."""
    contest = world.make_contest()
    pots = [changed(contest.pots[0], cents=each, id=f"pot-{n}") for n, each in enumerate(cents)]
    names = [pot.id for pot in pots][:: -1 if reverse else 1]
    return changed(contest, pots=pots, projects=[changed(each, pots=names) for each in contest.projects])


def forge_rights(world: World, *rights: str) -> Entry:
    """Pots that pay for everything, one a right."""
    contest = world.make_contest()
    labels = {"labelled": "Groen"}
    pots = [
        changed(contest.pots[0], id=f"pot-{n}", label=labels.get(right, ""), right=right)
        for n, right in enumerate(rights)
    ]
    return paid_from_all(changed(contest, pots=pots))


def forge_growing(world: World, cents: int, increment: int = 1) -> Entry:
    """A contest in which purses grow, with a pot of so many cents."""
    contest = world.make_contest()
    rule = changed(EQUAL_SHARES, completion="add1", increment=increment)
    return changed(contest, pots=[changed(contest.pots[0], cents=cents)], rule=rule)


def forge_long_counts(world: World, pots: int = 4) -> list[Entry]:
    """A set-up of 10,000 weights and five projects; three pots have room, four have not."""
    contest = world.make_contest()
    ids = [f"pot-{number}" for number in range(pots)]
    contest = changed(contest, pots=[changed(contest.pots[0], id=name) for name in ids])
    many = [m.StyleContest(contest=contest.id, method=m.Points(maximum=10_000, total=10_000))]
    styles = [changed(world.make_style(name), contests=many) for name in contest.styles]
    return [*styles, paid_from_all(contest)]


def forge_project(**fields: object) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        contest = world.make_contest()
        return changed(contest, projects=[changed(contest.projects[0], **fields), *contest.projects[1:]])

    return make
