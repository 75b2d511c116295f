"""From opened ballots to the outcome file: who won, why, and every round of it.

Promise: a pure function of set-up and opened ballots; two counts of one board give the same bytes.
Limit: how a rule chooses is decided in rules/. Format: PROTOCOL.md sections 12 and 14.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Annotated

import msgspec

from ballots.choices import ContestChoices
from ballots.election import Election
from ballots.entries import ContestWinners, Tally
from ballots.errors import ProtocolError
from ballots.manifest import Contest, Pot, Ranking, Rule
from ballots.wire import Cents, Count, H, Hash, Id, Record, content_hash, decode, encode
from tally import rules
from tally.opening import Opened
from tally.profile import Profile, Project, Relations, Vote, Weights, points_weights, ties_by_cost_votes_lot
from tally.rules.result import Measure, Reason, Result, Round, Status

MAX_OUTCOME = 2**26
"""The most bytes of an outcome file."""

_Rule = Annotated[str, msgspec.Meta(pattern=r"\A(greedy|equal-shares|phragmen-sequential)\Z")]
_Step = Annotated[str, msgspec.Meta(pattern=r"\A(cost|votes|lot)\Z")]


class OutcomeError(ProtocolError):
    """An outcome file that is not what the board's ballots give; whoever made it must act."""


class InvalidBallot(Record):
    """A ballot that was not counted, and the first rule that it breaks."""

    ballot: Hash
    reason: str


class TieBreak(Record):
    """Projects that stood equal, the first one chosen, and the step of the tie rule that decided."""

    between: list[Id]
    step: _Step


class Paid(Record):
    """What ballots of one weight paid together, in cents rounded down; the round's price gives it exactly."""

    ballots: Count
    cents: Cents
    emptied: bool
    weight: Count


class RoundOutcome(Record):
    """One project considered. `price` is a fraction, empty for greedy; `tie` has at most one member.

    `completion` marks what greedy considers with the money that Equal Shares leaves.
    """

    chosen: bool
    completion: bool
    money_left: Cents
    payments: list[Paid]
    price: str
    project: Id
    supporters: Count
    tie: Annotated[list[TieBreak], msgspec.Meta(max_length=1)]
    votes: Count


class ProjectOutcome(Record):
    """How a project ended; `missing` and `supporters_left` in cents, 0 where the reason has none."""

    missing: Cents
    project: Id
    reason: Reason
    supporters: Count
    supporters_left: Cents
    votes: Count


class ComparisonOutcome(Record):
    """How many ballots have more from the winners of Equal Shares, which are kept here, and from greedy's."""

    against: Count
    by: Measure
    cost: Cents
    prefer: Count
    winners: list[Id]


class CountOutcome(Record):
    """One count: which styles' ballots, on which pot, by which rule, and what came of it.

    `purse` is what each ballot began with, as a fraction, after `increments`; empty but for Equal Shares.
    """

    ballots: Count
    budget: Cents
    comparison: Annotated[list[ComparisonOutcome], msgspec.Meta(max_length=1)]
    cost: Cents
    increments: Count
    pot: Id
    projects: list[ProjectOutcome]
    purse: str
    rounds: list[RoundOutcome]
    rule: _Rule
    styles: list[Id]
    winners: list[Id]


class ContestOutcome(Record):
    """All counts of one contest."""

    contest: Id
    counts: list[CountOutcome]


class Outcome(Record, tag_field="kind", tag="outcome"):
    """The whole outcome file."""

    contests: list[ContestOutcome]
    counted: Count
    invalid: list[InvalidBallot]
    lot: Hash
    manifest: Hash
    superseded: Count


class BallotCount:
    """Takes opened ballots in board order, the highest revisions only, and counts them."""

    def __init__(self, election: Election) -> None:
        self._election = election
        self._seeds = hashlib.sha256()
        self._counted = 0
        self._invalid: list[InvalidBallot] = []
        self._places = {
            contest.id: {project.id: place for place, project in enumerate(contest.projects)}
            for contest in election.contests.values()
        }
        self._methods = {
            (each.contest, style.id): each.method
            for style in election.styles.values()
            for each in style.contests
        }
        self._pairs: dict[tuple[int, int], tuple[int, int]] = {}
        self._votes: dict[tuple[str, str], Counter[Weights]] = {
            (contest.id, style): Counter()
            for contest in election.contests.values()
            for style in contest.styles
        }

    def add(self, opened: Opened) -> None:
        """Take the next ballot."""
        if not opened.choices:
            self._invalid.append(InvalidBallot(ballot=opened.entry_hash, reason=opened.reason))
            return
        self._seeds.update(opened.seed)
        self._counted += 1
        for chosen in opened.choices[0].contests:
            weights = self._weigh(chosen, opened.style)
            self._votes[chosen.contest, opened.style][weights] += 1

    def finish(self, superseded: int) -> Outcome:
        """Return the outcome; `superseded` ballots were replaced by a later one of the same voter."""
        lot = H("lot", self._election.manifest_hash, self._seeds.digest())
        return Outcome(
            contests=[self._count_contest(contest, lot) for contest in self._election.contests.values()],
            counted=self._counted,
            invalid=self._invalid,
            lot=lot,
            manifest=self._election.manifest_hash,
            superseded=superseded,
        )

    def _weigh(self, chosen: ContestChoices, style: str) -> Weights:
        places = self._places[chosen.contest]
        order = [places[project] for project in chosen.projects]
        if isinstance(self._methods[chosen.contest, style], Ranking):
            weights = points_weights({index: len(places) - place for place, index in enumerate(order, 1)})
        else:
            weights = points_weights(dict(zip(order, chosen.points or [1] * len(order), strict=True)))
        return self._share_pairs(weights)

    def _share_pairs(self, weights: Iterable[tuple[int, int]]) -> Weights:
        """Return weights of which equal pairs are one object in all ballots."""
        return tuple(self._pairs.setdefault(pair, pair) for pair in weights)

    def _move(self, weights: Weights, moved: Mapping[int, int]) -> Weights:
        """Return weights without the projects that won before, by the places of those that are left."""
        return self._share_pairs((moved[p], weight) for p, weight in weights if p in moved)

    def _count_contest(self, contest: Contest, lot: Hash) -> ContestOutcome:
        apart = contest.counted == "apart"
        counts: list[CountOutcome] = []
        won: set[str] = set()
        for place, pot in enumerate(contest.pots):
            styles = [contest.styles[place]] if apart else contest.styles
            counts.append(self._count_unit(contest, pot, styles, won, lot))
            won.update(counts[-1].winners)
        return ContestOutcome(contest=contest.id, counts=counts)

    def _count_unit(
        self, contest: Contest, pot: Pot, styles: Sequence[str], won: set[str], lot: Hash
    ) -> CountOutcome:
        stays = [
            place
            for place, project in enumerate(contest.projects)
            if pot.id in project.pots and project.id not in won
        ]
        moved = {place: new for new, place in enumerate(stays)}
        votes: Counter[Weights] = Counter()
        for style in styles:
            for weights, ballots in self._votes[contest.id, style].items():
                votes[weights if len(stays) == len(contest.projects) else self._move(weights, moved)] += (
                    ballots
                )
        profile = Profile(
            budget=pot.cents,
            projects=tuple(Project(id=contest.projects[p].id, cost=contest.projects[p].cost) for p in stays),
            votes=tuple(Vote(projects=weights, ballots=n) for weights, n in sorted(votes.items())),
            relations=relate(contest, [contest.projects[place].id for place in stays], won),
        )
        lots = {project.id: H("lot-project", lot, contest.id, project.id) for project in profile.projects}
        name, parameters = parameters_of(contest.rule)
        result = rules.count(name, profile, parameters, ties_by_cost_votes_lot(profile, lots))
        return _outcome_of(result, pot, styles)


def parameters_of(rule: Rule) -> tuple[str, dict[str, object]]:
    """Return a rule's name, and its parameters as plain values."""
    parameters = msgspec.to_builtins(rule)
    return parameters.pop("name"), parameters


def relate(contest: Contest, candidates: Sequence[str], won: Set[str]) -> Relations:
    """Return the relations between a count's candidates, after what won in earlier counts."""
    places = {project: place for place, project in enumerate(candidates)}
    excluded = {name for group in contest.alternatives if not won.isdisjoint(group) for name in group}
    needs = [(each.project, each.needs) for each in contest.needs if each.needs not in won]
    return Relations(
        alternatives=tuple(
            tuple(places[name] for name in group if name in places) for group in contest.alternatives
        ),
        needs=tuple((places[p], places[needed]) for p, needed in needs if p in places and needed in places),
        excluded=frozenset(places[name] for name in excluded & places.keys()),
        lacking=frozenset(places[p] for p, needed in needs if p in places and needed not in places),
    )


def _outcome_of(result: Result, pot: Pot, styles: Sequence[str]) -> CountOutcome:
    compared = [result.comparison] if result.comparison else []
    return CountOutcome(
        ballots=result.ballots,
        budget=result.budget,
        comparison=[
            ComparisonOutcome(
                against=each.against,
                by=each.by,
                cost=each.cost,
                prefer=each.prefer,
                winners=list(each.winners),
            )
            for each in compared
        ],
        cost=result.cost,
        increments=result.increments,
        pot=pot.id,
        projects=[_project_outcome(status) for status in result.statuses],
        purse=result.purse or "",
        rounds=[_round_outcome(each) for each in result.rounds],
        rule=result.rule,
        styles=list(styles),
        winners=list(result.winners),
    )


def _project_outcome(status: Status) -> ProjectOutcome:
    return ProjectOutcome(
        missing=status.missing or 0,
        project=status.project,
        reason=status.reason,
        supporters=status.supporters,
        supporters_left=status.supporters_left or 0,
        votes=status.votes,
    )


def _round_outcome(each: Round) -> RoundOutcome:
    return RoundOutcome(
        chosen=each.chosen,
        completion=each.completion,
        money_left=each.money_left,
        payments=[
            Paid(
                ballots=paid.ballots,
                cents=int(Fraction(paid.total)),
                emptied=paid.emptied,
                weight=paid.weight,
            )
            for paid in each.payments
        ],
        price=each.price or "",
        project=each.project,
        supporters=each.supporters,
        tie=[TieBreak(between=list(each.tie.between), step=each.tie.step)] if each.tie else [],
        votes=each.votes,
    )


def format_outcome(outcome: Outcome) -> bytes:
    """Return the canonical bytes of the outcome file; WireError if nobody could read it."""
    raw = encode(outcome)
    parse_outcome(raw)
    return raw


def parse_outcome(raw: bytes) -> Outcome:
    """Return the outcome that a file spells; WireError otherwise."""
    outcome: Outcome = decode(Outcome, raw, MAX_OUTCOME)
    return outcome


def tally_entry(outcome: Outcome) -> Tally:
    """Return the entry that puts an outcome on the board."""
    return Tally(
        contests=[
            ContestWinners(
                contest=each.contest, winners=[winner for count in each.counts for winner in count.winners]
            )
            for each in outcome.contests
        ],
        counted=outcome.counted,
        invalid=len(outcome.invalid),
        outcome=content_hash(format_outcome(outcome)),
        superseded=outcome.superseded,
    )
