"""What the outcome's page shows: who won, and for every project the reason as a sentence. Pure."""

from fractions import Fraction

import msgspec

from ballots.codes import ballot_number
from ballots.election import Election
from ballots.entries import Certify, Seal
from ballots.manifest import BallotProject, Contest, Method
from service.portal.contest_words import say_comparison, say_reason, say_rule
from service.portal.election_view import Funder, file_address, show_pot
from service.portal.follow import Snapshot
from service.portal.words import INVALID, TIE_STEPS, Words
from tally.outcome import CountOutcome, Outcome, Paid, ProjectOutcome, RoundOutcome

MAX_INVALID = 500
"""The most invalid ballots that the page lists; the outcome file has them all."""


class Winner(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen project as a tile."""

    title: str
    cost: int
    picture: str
    votes: str
    tone: int


class ProjectRow(msgspec.Struct, frozen=True, kw_only=True):
    """A project with what it got and the reason."""

    title: str
    cost: int
    votes: str
    chosen: bool
    reason: str


class RoundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A round of the count in words."""

    number: int
    title: str
    cost: int
    votes: str
    what: str
    money_left: int
    tie: str


class CountShown(msgspec.Struct, frozen=True, kw_only=True):
    """One count: the pot, its winners, every project, every round."""

    pot: str
    who: str
    right: str
    is_advice: bool
    comparison: str
    budget: int
    cost: int
    left: int
    ballots: str
    funders: list[Funder]
    coins: list[int]
    winners: list[Winner]
    projects: list[ProjectRow]
    rounds: list[RoundRow]


class ContestOutcomeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A contest with its counts."""

    id: str
    title: str
    rule: str
    counts: list[CountShown]


class OutcomeShown(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome's page. `invalid` are (ballot number, entry hash, reason)."""

    contests: list[ContestOutcomeShown]
    certified: bool
    officials: str
    counted: str
    superseded: int
    invalid: list[tuple[str, bytes, str]]
    more_invalid: int
    lot: str
    file: str
    ties: str


def show_outcome(words: Words, snapshot: Snapshot, file: bytes) -> OutcomeShown | None:
    """Return the outcome's page, None before the count; `file` is the hash of the outcome file."""
    election, outcome = snapshot.election, snapshot.outcome
    if election is None or outcome is None:
        return None
    certify = snapshot.find(Certify)
    people = {official.id: official.title for official in election.manifest.officials}
    shown = outcome.invalid[:MAX_INVALID]
    return OutcomeShown(
        contests=[
            ContestOutcomeShown(
                id=each.contest,
                title=election.contests[each.contest].title,
                rule=say_rule(words, election.contests[each.contest].rule),
                counts=[
                    _show_count(words, count, election.contests[each.contest], election)
                    for count in each.counts
                ],
            )
            for each in outcome.contests
        ],
        certified=certify is not None,
        officials=words.say_list([people[each.official] for each in certify.signatures]) if certify else "",
        counted=_say_counted(words, outcome, snapshot),
        superseded=outcome.superseded,
        invalid=[
            (ballot_number(each.ballot), bytes(each.ballot), words.say_word(INVALID, each.reason))
            for each in shown
        ],
        more_invalid=len(outcome.invalid) - len(shown),
        lot=outcome.lot.hex(),
        file=file_address(file),
        ties=words.say_ties(),
    )


def _say_counted(words: Words, outcome: Outcome, snapshot: Snapshot) -> str:
    """Return how many ballots were counted, of how many numbers on the roll where it is there."""
    seal = snapshot.find(Seal)
    size = sum(each.size for each in seal.styles) if seal else 0
    ballots = words.say("page.count.ballots", outcome.counted)
    if not size:
        return words.say("page.outcome.counted", ballots=ballots)
    voters = outcome.counted + len(outcome.invalid)
    percent = words.say_percent(10 * round(Fraction(1000 * voters, size)))
    return words.say("page.outcome.turnout", size, ballots=ballots, percent=percent)


def _show_count(words: Words, count: CountOutcome, contest: Contest, election: Election) -> CountShown:
    projects = {project.id: project for project in contest.projects}
    pot = next(each for each in contest.pots if each.id == count.pot)
    style = election.styles[count.styles[0]]
    method = next(each.method for each in style.contests if each.contest == contest.id)
    shown = show_pot(words, pot)
    by_project = {each.project: each for each in count.projects}
    order = [
        *count.winners,
        *sorted(by_project.keys() - set(count.winners), key=lambda id_: _rank(by_project[id_])),
    ]
    return CountShown(
        pot=pot.title,
        who=words.say_list([election.styles[each].title for each in count.styles]),
        right=shown.right,
        is_advice=pot.right == "advice",
        comparison=say_comparison(words, count),
        budget=count.budget,
        cost=count.cost,
        left=count.budget - count.cost,
        ballots=words.say("page.count.ballots", count.ballots),
        funders=shown.funders,
        coins=shown.coins,
        winners=[
            _show_winner(words, projects[id_], by_project[id_], method, tone)
            for tone, id_ in enumerate(count.winners)
        ],
        projects=[_show_project(words, projects[id_], by_project[id_], method) for id_ in order],
        rounds=[
            _show_round(words, number, each, projects, method) for number, each in enumerate(count.rounds, 1)
        ],
    )


def _rank(project: ProjectOutcome) -> tuple[int, str]:
    return -project.votes, project.project


def _show_winner(
    words: Words, project: BallotProject, result: ProjectOutcome, method: Method, tone: int
) -> Winner:
    return Winner(
        title=project.title,
        cost=project.cost,
        picture=file_address(project.picture),
        votes=words.say_votes(result.votes, method),
        tone=tone % 4,
    )


def _show_project(words: Words, project: BallotProject, result: ProjectOutcome, method: Method) -> ProjectRow:
    return ProjectRow(
        title=project.title,
        cost=project.cost,
        votes=words.say_votes(result.votes, method),
        chosen=result.reason == "chosen",
        reason=say_reason(words, project, result),
    )


def _show_round(
    words: Words, number: int, each: RoundOutcome, projects: dict[str, BallotProject], method: Method
) -> RoundRow:
    tie = ""
    if each.tie:
        between = words.say_list([projects[id_].title for id_ in each.tie[0].between])
        step = words.say_word(TIE_STEPS, each.tie[0].step)
        tie = words.say("page.round.tie", projects=between, step=step)
    what = words.say("page.round.chosen" if each.chosen else "page.round.skipped")
    if not each.chosen and projects[each.project].cost <= each.money_left:
        what = words.say("page.round.stopped")
    if each.payments:
        what = " ".join(
            [words.say("page.round.chosen"), *(_say_payment(words, paid) for paid in each.payments)]
        )
    return RoundRow(
        number=number,
        title=projects[each.project].title,
        cost=projects[each.project].cost,
        votes=words.say_votes(each.votes, method),
        what=what,
        money_left=each.money_left,
        tie=tie,
    )


def _say_payment(words: Words, paid: Paid) -> str:
    name = "page.round.paid-all" if paid.emptied else "page.round.paid"
    return words.say(name, paid.ballots, euros=words.say_euros(paid.cents))
