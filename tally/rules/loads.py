"""What rules share that choose whatever leads to the smallest load: their rounds told as a result."""

from collections.abc import Iterable, Iterator

from gmpy2 import mpq

from tally.profile import Profile, ProfileError, TieOrder
from tally.rules.columns import Columns
from tally.rules.result import Result, Round, Status, format_exact, pick

Choice = tuple[mpq | None, list[int]]
"""A smallest load in cents a ballot (None: projects without supporters), and all projects that lead to it."""


def columns_of_approvals(profile: Profile) -> Columns:
    """Return a profile in columns. Raises ProfileError for ballots with weights: loads know no points."""
    columns = Columns(profile)
    if (columns.group_weights != 1).any():
        raise ProfileError("expected approval ballots: a load knows no points")
    return columns


def take(columns: Columns, ties: TieOrder, choices: Iterable[Choice]) -> Iterator[tuple[int, Choice]]:
    """Yield who is chosen and from what, up to the first choice where one of the equals does not fit."""
    left = columns.profile.budget
    for load, tied in choices:
        if any(columns.costs[project] > left for project in tied):
            return
        index, _ = ties.break_tie(tied)
        left -= columns.costs[index]
        yield index, (load, tied)


def tell(name: str, columns: Columns, ties: TieOrder, choices: Iterable[Choice]) -> Result:
    """Return the outcome of a rule's choices, as far as `take` takes them."""
    profile, left = columns.profile, columns.profile.budget
    rounds: list[Round] = []
    for index, (load, tied) in take(columns, ties, choices):
        _, tie = pick(profile, ties, list(tied))
        left -= columns.costs[index]
        rounds.append(
            Round(
                project=columns.ids[index],
                chosen=True,
                votes=columns.total_weights[index],
                supporters=columns.total_supporters[index],
                money_left=left,
                tie=tie,
                price=None if load is None else format_exact(load),
            )
        )
    winners = tuple(done.project for done in rounds)
    return Result(
        rule=name,
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=winners,
        cost=profile.budget - left,
        rounds=tuple(rounds),
        statuses=_statuses(columns, frozenset(winners), left),
    )


def _statuses(columns: Columns, winners: frozenset[str], left: int) -> tuple[Status, ...]:
    found = []
    for index, cost in enumerate(columns.costs):
        chosen = columns.ids[index] in winners
        supported = columns.total_supporters[index] > 0
        found.append(
            Status(
                project=columns.ids[index],
                reason="chosen" if chosen else "does-not-fit" if supported else "no-votes",
                votes=columns.total_weights[index],
                supporters=columns.total_supporters[index],
                missing=max(cost - left, 0) if supported and not chosen else None,
            )
        )
    return tuple(found)
