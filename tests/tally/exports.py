"""Elections to export: any contest that a set-up may have, any ballots of its styles, without sealing."""

import hashlib
from collections.abc import Sequence

from hypothesis import strategies as st

from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import Choices, ContestChoices
from ballots.election import MAX_PAD, Election
from ballots.wire import Hash
from tally.export.rows import export_unit
from tally.export.unit import Box, Exported, units_of
from tally.opening import Opened
from tally.outcome import BallotCount, Outcome
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN
from tests.simulator import Options, World, changed, make_world

PLACES = ("a", "b", "c", "d", "e")
RULES: tuple[m.Rule, ...] = (
    GREEDY,
    changed(GREEDY, misfits="stop", zero_votes="take"),
    changed(GREEDY, order="votes-per-cost", minimum_share=1_000),
    changed(GREEDY, minimum_votes=2),
    EQUAL_SHARES,
    changed(EQUAL_SHARES, completion="add1-greedy", comparison="satisfaction", utility="points"),
    changed(EQUAL_SHARES, completion="add1", start="whole", increment=7, stop="overspend"),
    PHRAGMEN,
)


def methods_of(rule: m.Rule, projects: int) -> list[m.Method]:
    """Return the methods that the rule allows, for so many projects."""
    methods: list[m.Method] = [
        m.Approval(minimum=0, maximum=projects),
        m.Approval(minimum=1, maximum=min(2, projects)),
        m.Knapsack(),
    ]
    if isinstance(rule, m.Phragmen):
        return methods
    rankings = [m.Ranking(minimum=0, maximum=projects), m.Ranking(minimum=1, maximum=min(2, projects))]
    return [*methods, m.Points(maximum=3, total=6), *rankings]


TITLES = st.text(st.sampled_from('ab ;",\n\r\x07\u0141'), min_size=1, max_size=9)


class Given(World):
    """A world whose contest is given."""

    def __init__(self, contest: m.Contest, methods: dict[str, m.Method]) -> None:
        super().__init__(Options(residents=dict.fromkeys(contest.styles, 1), methods=methods, pad=MAX_PAD))
        self._contest = contest

    def make_contest(self) -> m.Contest:
        return self._contest

    def make_style(self, style: str) -> m.Style:
        made = super().make_style(style)
        return changed(made, contests=[changed(made.contests[0], contest=self._contest.id)])


TEMPLATE = make_world(until=Phase.SETUP).make_contest()


def resolve(contest: m.Contest, methods: dict[str, m.Method]) -> Election:
    """Return the election with this contest alone."""
    world = Given(contest, methods)
    world.set_up()
    return world.election


@st.composite
def contests(draw: st.DrawFn) -> tuple[m.Contest, dict[str, m.Method]]:
    """Contests with up to two pots and five projects, every relation, every rule; and styles' methods."""
    rule = draw(st.sampled_from(RULES))
    apart = draw(st.booleans())
    pots = [f"pot-{n}" for n in range(2 if apart else draw(st.integers(1, 2)))]
    ids = PLACES[: draw(st.integers(1, 5))]
    projects = [
        changed(
            TEMPLATE.projects[0],
            cost=draw(st.sampled_from([0, 100, 100, 250, 701])),
            id=name,
            pots=draw(st.sampled_from([pots, pots, pots[:1]])),
            title=draw(TITLES),
        )
        for name in ids
    ]
    related = len(ids) > 2 and not isinstance(rule, m.Phragmen) and draw(st.booleans())
    contest = changed(
        TEMPLATE,
        alternatives=[list(ids[1:3])] if related else [],
        counted="apart" if apart else "together",
        needs=[m.Need(needs=ids[0], project=ids[2])] if related else [],
        pots=[changed(TEMPLATE.pots[0], cents=draw(st.integers(0, 1_200)), id=pot) for pot in pots],
        projects=projects,
        rule=rule,
    )
    methods = st.sampled_from(methods_of(rule, len(ids)))
    one = draw(methods)
    other = draw(methods.filter(lambda method: apart or type(method) is type(one)))
    return contest, dict(zip(contest.styles, (one, other), strict=True))


def choose(draw: st.DrawFn, election: Election, style: str) -> Choices:
    """Draw choices that keep the style's rules."""
    each = election.styles[style].contests[0]
    contest = election.contests[each.contest]
    ids = [project.id for project in contest.projects]
    chosen = draw(st.permutations(ids))[: draw(_numbers(each.method))]
    points: list[int] = []
    if isinstance(each.method, m.Points):
        points = [draw(st.integers(1, each.method.maximum)) for _ in chosen]
    if isinstance(each.method, m.Knapsack):
        money = sum(pot.cents for pot in election.pots(contest.id, style))
        cost = {project.id: project.cost for project in contest.projects}
        chosen = [
            name for place, name in enumerate(chosen) if sum(map(cost.get, chosen[: place + 1])) <= money
        ]
    if not isinstance(each.method, m.Ranking):
        chosen = sorted(chosen, key=ids.index)
    choices = Choices(
        contests=[ContestChoices(contest=contest.id, points=points, projects=list(chosen))], mark=[]
    )
    election.check_choices(choices, style)
    return choices


def approve(*projects: str) -> Choices:
    """Return choices for these projects."""
    return Choices(
        contests=[ContestChoices(contest="wijkbudget", points=[], projects=list(projects))], mark=[]
    )


def opened(number: int, style: str, choices: Choices | None) -> Opened:
    """Return a ballot as the opening gives it; without choices it is invalid."""
    name = hashlib.sha256(f"{number}".encode()).digest()
    return Opened(
        choices=(choices,) if choices else (),
        entry_hash=Hash(name),
        reason="" if choices else "choices-wire",
        seed=name,
        style=style,
    )


def _numbers(method: m.Method) -> st.SearchStrategy[int]:
    """Return how many projects a ballot names at most."""
    if isinstance(method, m.Approval | m.Ranking):
        return st.integers(method.minimum, method.maximum)
    return st.integers(0, 2 if isinstance(method, m.Points) else len(PLACES))


@st.composite
def elections(draw: st.DrawFn) -> tuple[Election, list[Opened]]:
    """Elections with one contest, and their opened ballots in board order, one in ten of them invalid."""
    contest, methods = draw(contests())
    election = resolve(contest, methods)
    ballots = []
    for number in range(draw(st.integers(0, 8))):
        style = draw(st.sampled_from(contest.styles))
        valid = draw(st.integers(0, 9)) > 0
        ballots.append(opened(number, style, choose(draw, election, style) if valid else None))
    return election, ballots


def export(election: Election, ballots: Sequence[Opened]) -> tuple[Outcome, list[Exported]]:
    """Return the outcome, and the files of the one contest."""
    (contest,) = election.contests
    box, counting = Box(contest), BallotCount(election)
    for each in ballots:
        box.take(each)
        counting.add(each)
    outcome = counting.finish(0)
    units = units_of(election, outcome, contest)
    return outcome, [Exported(unit.counted, export_unit(unit, box.cast)) for unit in units]
