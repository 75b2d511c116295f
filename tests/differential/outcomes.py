"""Whole counts of sealed ballots: every ballot kind, both rules, together and apart, with invalid ones."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from ballots import entries as e
from ballots import manifest as m
from ballots.choices import Choices, ContestChoices
from ballots.merkle import leaf_hash
from ballots.sealing import FIRST, seal_ballot
from ballots.voter import Share
from ballots.wire import Box, Bytes, Hash, encode
from tally.outcome import InvalidBallot, format_outcome, tally_entry
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN, paid_from_all
from tests.differential.spellings import Draw, draw_spelling
from tests.differential.stages import SMALL
from tests.differential.verdicts import Call
from tests.differential.whole_records import as_base64, contents
from tests.simulator import Options, World, changed, sorted_ballots
from tests.stages import make_replace
from tests.tally.drafts import draft_of
from tests.tally.test_outcome import Apart

Given = dict[str, Any]
COSTS = {
    "as they are": None,
    "all equal": [500_000] * 5,
    "some free": [0, 500_000, 0, 700_000, 2_000_001],
    "all free": [0] * 5,
    "one for the whole pot": [2_000_001, 2_000_001, 1, 1, 2_000_000],
}
METHODS: dict[str, m.Method] = {
    "approval": m.Approval(minimum=0, maximum=5),
    "approval, one": m.Approval(minimum=1, maximum=1),
    "knapsack": m.Knapsack(),
    "points": m.Points(maximum=3, total=6),
    "ranking": m.Ranking(minimum=0, maximum=5),
}
RULES: dict[str, m.Rule] = {
    "greedy": GREEDY,
    "greedy for each euro": changed(GREEDY, misfits="stop", order="votes-per-cost"),
    "phragmen": PHRAGMEN,
    "shares": EQUAL_SHARES,
    "shares that grow": changed(
        EQUAL_SHARES, comparison="exclusion", completion="add1-greedy", increment=50_000
    ),
}


SECOND = "tweede"
"""The second contest, where there is one: three projects, at most two of them, the other rule."""


class Costly(Apart):
    """A world with other costs, counted apart, with a second contest or with relations if it is told so."""

    costs: list[int] | None = None
    apart = False
    two = False
    related = False

    def make_style(self, style: str) -> m.Style:
        """Return a style with its contests."""
        made = super().make_style(style)
        second = m.StyleContest(contest=SECOND, method=m.Approval(minimum=0, maximum=2))
        return changed(made, contests=[*made.contests, second]) if self.two else made

    def make_manifest(self) -> m.Manifest:
        """Put the second contest on the board, and return the manifest."""
        if self.two and SECOND.encode() not in self.entries[-1]:
            contest = World.make_contest(self)
            other = GREEDY if contest.rule == EQUAL_SHARES else EQUAL_SHARES
            self.append(changed(contest, id=SECOND, projects=contest.projects[:3], rule=other))
        return super().make_manifest()

    def make_contest(self) -> m.Contest:
        """Return the contest with the costs."""
        contest = super().make_contest() if self.apart else World.make_contest(self)
        if self.related:
            contest = relate(contest)
        if self.costs is None:
            return contest
        projects = [changed(each, cost=cost) for each, cost in zip(contest.projects, self.costs, strict=True)]
        return changed(contest, projects=projects)


def relate(contest: m.Contest) -> m.Contest:
    """Return the contest with a second pot where all are counted together, and relations if its rule can."""
    if contest.counted == "together":
        pots = [changed(contest.pots[0], cents=cents, id=f"pot-{cents}") for cents in (900_000, 1_100_001)]
        contest = paid_from_all(changed(contest, pots=pots))
        only = changed(contest.projects[0], pots=[pots[1].id])
        contest = changed(contest, projects=[only, *contest.projects[1:]])
    if isinstance(contest.rule, m.Phragmen):
        return contest
    names = [project.id for project in contest.projects]
    needs = [m.Need(needs=names[0], project=names[3]), m.Need(needs=names[1], project=names[4])]
    return changed(contest, alternatives=[names[:3:2], names[1:3]], needs=needs)


@cache
def shared_world(costs: str, method: str, rule: str, apart: bool, more: str) -> tuple[World, list[Share]]:
    """Return a world in which everybody has a share and nobody has voted, and the shares."""
    methods = {"adult": METHODS[method], "youth": METHODS[method]}
    counted = RULES["shares" if rule == "phragmen" and method in ("points", "ranking") else rule]
    world = Costly(Options(**(SMALL | {"methods": methods, "rule": counted})))
    world.costs, world.apart, world.two, world.related = COSTS[costs], apart, more == "two", more == "related"
    for step in (world.set_up, world.enrol, world.start):
        step()
    return world, [world.get_share(number) for number in range(len(world.residents))]


@st.composite
def outcome_calls(draw: Draw) -> Call:
    """Return the count of a board on which up to five people have voted, some of them badly."""
    return Call("outcome", {"entries": [raw.decode() for raw in draw_election(draw).entries]})


@st.composite
def recount_calls(draw: Draw) -> Call:
    """Return the audit of such a board with its outcome, which may say something else of invalid ballots."""
    world = draw_election(draw)
    outcome = world.count_ballots()
    if draw(st.integers(0, 2)) == 0:
        outcome = changed(outcome, invalid=draw_invalid(draw, world, outcome.invalid))
    world.add_file(format_outcome(outcome))
    world.append(tally_entry(outcome))
    files = as_base64(contents(draft_of(world)))
    given = {"files": files, "manifest": world.election.manifest_hash.hex(), "operator": ""}
    return Call("audit", given)


def draw_invalid(draw: Draw, world: World, listed: list[InvalidBallot]) -> list[InvalidBallot]:
    """Return another list of invalid ballots."""
    ballots = [Hash(leaf_hash(raw)) for raw in world.entries if b'"kind":"ballot"' in raw]
    reason = draw(st.sampled_from(["sealing", "choices-wire", "", "other"]))
    other = InvalidBallot(ballot=draw(st.sampled_from([*ballots, Hash(bytes(32))])), reason=reason)
    at = draw(st.integers(0, len(listed)))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return [*listed[:at], other, *listed[at:]]
    if kind == 1:
        return [*listed[:at], *listed[at + 1 :]]
    return listed[::-1] if kind == 2 else [changed(each, reason=reason) for each in listed]


def draw_election(draw: Draw) -> World:
    """Return an opened board on which up to five people have voted; somebody may have walked in."""
    known, shares = shared_world(
        draw(st.sampled_from(sorted(COSTS))),
        draw(st.sampled_from(sorted(METHODS))),
        draw(st.sampled_from(sorted(RULES))),
        draw(st.booleans()),
        draw(st.sampled_from(["", "two", "related"])),
    )
    world = again(known)
    last = len(world.options.releases)
    if draw(st.integers(0, 3)) == 0:
        world.append(make_replace(world, b"walk-in", style=draw(st.sampled_from(["adult", "youth"]))))
    for style in world.options.residents:
        all_vote = draw(st.booleans())
        voters = [share for share in shares if share.style == style and (all_vote or draw(st.booleans()))]
        ballots = [draw_ballot(draw, world, share) for share in voters]
        if ballots:
            world.append(e.Release(count=len(ballots), number=last, style=style))
            for raw in sorted_ballots(ballots):
                world.append(raw)
    world.close()
    world.open()
    return world


def again(known: World) -> World:
    """Return a world at the same point, to play on."""
    world = Costly(known.options)
    world.costs, world.apart = getattr(known, "costs", None), getattr(known, "apart", False)
    for raw in known.entries:
        world.board.append(raw)
    world.entries, world.files = list(known.entries), dict(known.files)
    return world


def draw_ballot(draw: Draw, world: World, share: Share) -> e.Ballot:
    """Return a ballot of choices that are mostly good, sealed rightly or not."""
    padded = draw_padded(draw, world, share.style)
    ballot = seal_ballot(
        world.election,
        style=share.style,
        share=share.signatures,
        voting_seed=share.voting_seed,
        revision=1,
        previous=FIRST,
        padded=padded,
        seed=bytes([draw(st.integers(0, 255))]) * 32,
    )
    kind = draw(st.integers(0, 9))
    if kind == 0:
        boxes = list(ballot.boxes)
        at = draw(st.integers(0, len(boxes) - 1))
        raw = bytearray(boxes[at])
        raw[draw(st.integers(32, 79))] ^= 1
        boxes[at] = Box(raw) if draw(st.booleans()) else boxes[at - 1]
        ballot = changed(ballot, boxes=boxes)
    elif kind == 1:
        body = bytearray(ballot.body)
        body[draw(st.integers(0, len(body) - 1))] ^= 1 << draw(st.integers(0, 7))
        ballot = changed(ballot, body=Bytes(body))
    return changed(ballot, signature=world.sign(share.voting_seed, ballot)) if kind <= 1 else ballot


GOOD_MARKS = [[], [1, 2], [63, 0]]
BAD_MARKS = [[64, 1], [1, 1], [1]]


def with_second(
    draw: Draw, world: World, contests: list[ContestChoices], order: list[str], spoilt: bool
) -> list[ContestChoices]:
    """Return choices in the second contest too, where there is one; if spoilt, turned or incomplete."""
    if SECOND not in world.election.contests:
        return contests
    both = [*contests, draw_second(draw, order[:3])]
    return draw(st.permutations(both))[: draw(st.integers(0, 2))] if spoilt else both


def draw_second(draw: Draw, order: list[str]) -> ContestChoices:
    """Return choices in the second contest, in few cases against a rule."""
    chosen = draw(st.permutations(order))[: draw(st.integers(0, 2))]
    if draw(st.integers(0, 3)):
        return ContestChoices(contest=SECOND, points=[], projects=sorted(chosen, key=order.index))
    other = draw(st.sampled_from([order, ["fietspad"], [*chosen, *chosen], chosen]))
    return ContestChoices(contest=SECOND, points=draw(st.sampled_from([[], [1]])), projects=other)


def draw_padded(draw: Draw, world: World, style: str) -> bytes:
    """Return padded choices: good ones mostly, else with a broken rule, a second spelling or bad padding."""
    contest = world.election.contests["wijkbudget"]
    method = world.election.styles[style].contests[0].method
    order = [project.id for project in contest.projects]
    kind = draw(st.integers(0, 9))
    chosen = draw(st.permutations(order))[: draw(st.integers(0, len(order)))]
    if not isinstance(method, m.Ranking) and kind != 0:
        chosen = sorted(chosen, key=order.index)
    if isinstance(method, m.Approval) and kind != 1:
        chosen = chosen[: method.maximum]
    points: list[int] = []
    if isinstance(method, m.Points):
        points = [draw(st.sampled_from([1, 1, 1, 2, 3])) for _ in chosen]
        while sum(points) > method.total and kind != 2:
            points, chosen = points[:-1], chosen[:-1]
    if kind == 3:
        points = draw(st.sampled_from([[0], [1], [4] * len(chosen), [*points, 1]]))
    mark = draw(st.sampled_from(GOOD_MARKS if kind != 4 else BAD_MARKS))
    contests = [ContestChoices(contest="wijkbudget", points=points, projects=chosen)]
    contests = with_second(draw, world, contests, order, kind == 7)
    choices = Choices(contests=contests, mark=mark)
    raw = encode(choices)
    if kind == 5:
        raw = draw_spelling(draw, raw)[: world.options.pad - 1]
    if kind == 6:
        return raw + draw(st.sampled_from([b"", b"\x80\x80", b"\x81", b"\x80\x00\x01", b"\x00\x80"])).ljust(
            world.options.pad - len(raw), b"\0"
        )
    return (raw + b"\x80").ljust(world.options.pad, b"\0")
