"""How long an outcome file can become: the bound, the longest counts that there can be, and a real one."""

import pytest

from ballots import manifest as m
from ballots.outcome_room import MAX_COUNTS, longest_counts
from ballots.wire import MAX_INT, encode
from tally import outcome as o
from tally.profile import Profile, Project, Vote, ties_by_cost_votes_lot
from tally.rules import count as count_by
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN
from tests.simulator import changed, make_world

STYLE = make_world().make_style("adult")
CONTEST = changed(make_world().make_contest(), styles=["adult"])
POINTS = m.Points(maximum=7, total=9)


def ids(number: int, letter: str = "p") -> list[str]:
    """Return the longest ids that there are."""
    return [f"{letter}{index:039}" for index in range(number)]


def contest_of(rule: m.Rule, projects: int, pots: int = 1) -> m.Contest:
    """Return a contest in which every pot may pay for every project."""
    names = ids(pots, "q")
    return changed(
        CONTEST,
        pots=[changed(CONTEST.pots[0], id=name) for name in names],
        projects=[changed(CONTEST.projects[0], id=name, pots=names) for name in ids(projects)],
        rule=rule,
    )


def style_of(method: m.Method) -> m.Style:
    """Return a style of one contest."""
    return changed(STYLE, contests=[m.StyleContest(contest=CONTEST.id, method=method)])


def longest_round(number: int, projects: int, weights: int) -> o.RoundOutcome:
    """Return a round of which nothing could be longer."""
    paid = o.Paid(ballots=MAX_INT, cents=MAX_INT, emptied=False, weight=MAX_INT)
    bits = 53 * (number + 3)
    return o.RoundOutcome(
        chosen=False,
        completion=False,
        money_left=MAX_INT,
        payments=[paid] * 2 * weights,
        price=f"{2 ** (bits + 55)}/{2**bits}",
        project=ids(projects)[number],
        supporters=MAX_INT,
        tie=[o.TieBreak(between=ids(projects)[number:], step="votes")],
        votes=MAX_INT,
    )


def longest_count(styles: int, projects: int, weights: int) -> o.CountOutcome:
    """Return a count of which nothing could be longer."""
    winners = ids(projects)
    compared = o.ComparisonOutcome(
        against=MAX_INT, by="cost-satisfaction", cost=MAX_INT, prefer=MAX_INT, winners=winners
    )
    lines = [
        o.ProjectOutcome(
            missing=MAX_INT,
            project=name,
            reason="supporters-cannot-pay",
            supporters=MAX_INT,
            supporters_left=MAX_INT,
            votes=MAX_INT,
        )
        for name in winners
    ]
    return o.CountOutcome(
        ballots=MAX_INT,
        budget=MAX_INT,
        comparison=[compared],
        cost=MAX_INT,
        increments=MAX_INT,
        pot=ids(1)[0],
        projects=lines,
        purse=f"{2**108}/{2**53}",
        rounds=[longest_round(number, projects, weights) for number in range(projects)],
        rule="phragmen-sequential",
        styles=ids(styles),
        winners=winners,
    )


@pytest.mark.parametrize("projects", [1, 2, 30, 200])
@pytest.mark.parametrize(("method", "weights"), [(POINTS, 7), (m.Approval(minimum=0, maximum=1), 1)])
def test_nothing_that_a_count_may_say_is_longer(projects: int, method: m.Method, weights: int) -> None:
    """With the longest ids, numbers, prices, ties and payments a contest stays below its bound."""
    contest = changed(contest_of(EQUAL_SHARES, projects, 2), styles=["adult", *ids(8, "s")])
    counts = [longest_count(9, projects, weights)] * 2
    written = o.ContestOutcome(contest=ids(1)[0], counts=counts)
    bound = longest_counts([style_of(method)], [contest])
    assert len(encode(written)) + 1 <= bound
    assert len(encode(written)) > bound / 2 or projects < 30


@pytest.mark.parametrize(("rule", "longest"), [
    (GREEDY, 2 * (1_000 + 50 + 800 * 10 + 40 * 100)),
    (PHRAGMEN, 2 * (1_000 + 50 + 800 * 10 + 40 * 100)),
    (EQUAL_SHARES, 2 * (1_000 + 50 + 800 * 10 + 40 * 100 + 200 * 10 * 7)),
], ids=["greedy", "phragmen", "equal-shares"])  # fmt: skip
def test_the_bound_is_that_of_the_specification(rule: m.Rule, longest: int) -> None:
    """Frame, style, candidates, ties, with Equal Shares payments; a project counts where it names the pot."""
    contest = contest_of(rule, 10, 2)
    assert longest_counts([style_of(POINTS)], [contest]) == longest
    first = changed(contest.projects[0], pots=[contest.pots[0].id])
    fewer = changed(contest, projects=[first, *contest.projects[1:]])
    paid = 200 * 7 if rule == EQUAL_SHARES else 0
    assert longest_counts([style_of(POINTS)], [fewer]) == longest - 800 - 40 * 19 - paid


def test_a_style_more_counts_where_all_are_counted_together() -> None:
    """Each count names all styles; apart it names one. The style with the most weights decides."""
    two = changed(contest_of(EQUAL_SHARES, 10), styles=["adult", "youth"])
    styles = [style_of(POINTS), changed(style_of(m.Points(maximum=9, total=9)), id="youth")]
    together = longest_counts(styles, [two])
    assert together == 1_000 + 100 + 8_000 + 4_000 + 200 * 10 * 9
    assert longest_counts(styles, [changed(two, counted="apart")]) == together - 50


def test_hundreds_of_ties_in_dozens_of_pots_have_no_room() -> None:
    """Two hundred projects that nineteen pots may pay for have room; with twenty they could be too many."""
    approval = style_of(m.Approval(minimum=0, maximum=1))
    assert longest_counts([approval], [contest_of(GREEDY, 200, 19)]) <= MAX_COUNTS
    assert longest_counts([approval], [contest_of(GREEDY, 200, 20)]) > MAX_COUNTS
    assert longest_counts([approval], [contest_of(GREEDY, 200, 10)] * 2) > MAX_COUNTS


@pytest.mark.parametrize("rule", ["greedy", "equal-shares", "phragmen-sequential"])
def test_a_count_in_which_all_are_equal_is_shorter(rule: str) -> None:
    """Everybody chooses everything and all costs are the same: each round lists all who are left."""
    names = ids(60)
    profile = Profile(
        budget=6_000,
        projects=tuple(Project(id=name, cost=100) for name in names),
        votes=(Vote(projects=tuple((place, 1) for place in range(60)), ballots=1_000_003),),
    )
    lots = {name: bytes([place]) * 32 for place, name in enumerate(names)}
    contest = contest_of(GREEDY if rule == "greedy" else EQUAL_SHARES, 60)
    result = count_by(rule, profile, {}, ties_by_cost_votes_lot(profile, lots))
    written = o._outcome_of(result, contest.pots[0], ["adult"])
    bound = longest_counts([style_of(m.Approval(minimum=0, maximum=60))], [contest])
    assert bound / 4 < len(encode(written)) <= bound
