"""What rules share that choose whatever leads to the smallest load: their rounds told as a result."""

from collections.abc import Iterable, Iterator

from gmpy2 import mpq

from tally.profile import Profile, ProfileError, TieOrder
from tally.rules.columns import Columns
from tally.rules.openness import refuse_relations
from tally.rules.result import Reason, Result, Round, Status, pick
from tally.rules.telling import tell_outcome, tell_round, tell_status

Choice = tuple[mpq | None, list[int]]
"""A smallest load in cents a ballot (None: projects without supporters), and all projects that lead to it."""


def columns_of_approvals(profile: Profile) -> Columns:
    """Return a profile in columns. Raises ProfileError for weights and relations: loads know neither."""
    columns = Columns(profile)
    refuse_relations(columns)
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


def tell(
    name: str, columns: Columns, ties: TieOrder, choices: Iterable[Choice], *, take_free: bool = True
) -> Result:
    """Return the outcome of a rule's choices, as far as `take` takes them."""
    profile, left = columns.profile, columns.profile.budget
    rounds: list[Round] = []
    for index, (load, tied) in take(columns, ties, choices):
        _, tie = pick(profile, ties, list(tied))
        left -= columns.costs[index]
        rounds.append(tell_round(columns, index, left, tie, load))
    statuses = _statuses(columns, frozenset(done.project for done in rounds), left, take_free=take_free)
    return tell_outcome(name, columns, ties, rounds, statuses)


def _statuses(columns: Columns, winners: frozenset[str], left: int, *, take_free: bool) -> tuple[Status, ...]:
    found = []
    for index, cost in enumerate(columns.costs):
        reason: Reason = "does-not-fit"
        if columns.ids[index] in winners:
            reason = "chosen"
        elif not columns.total_supporters[index]:
            reason = "no-votes"
        elif cost == 0 and not take_free:
            reason = "costs-nothing"
        missing = max(cost - left, 0) if reason == "does-not-fit" else None
        found.append(tell_status(columns, index, reason, missing=missing))
    return tuple(found)
