"""Why each project won or lost: its round, its payers, what was missing, and what would have changed that."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from tally.explain.facts import Asked, Money, ProjectFacts
from tally.explain.ledger import Ledger, guess_limit
from tally.explain.recount import Recount
from tally.explain.search import find_fewer_ballots, find_limit_cost, find_more_ballots
from tally.rules import equal_shares, greedy
from tally.rules.result import Result, Round, Status


def find_ledger(recount: Recount, result: Result) -> Ledger | None:
    """Return the payments behind the outcome; None where no purses decided it."""
    if not isinstance(recount.parameters, equal_shares.Parameters) or result.purse is None:
        return None
    if is_replaced(result):
        return None
    return Ledger(recount.columns, Fraction(result.purse), recount.ties, recount.parameters)


def is_replaced(result: Result) -> bool:
    """Say whether the comparison step has put the rival's outcome in the place of the rule's own."""
    comparison = result.comparison
    return comparison is not None and comparison.against > comparison.prefer


def list_facts(recount: Recount, result: Result, ledger: Ledger | None) -> tuple[ProjectFacts, ...]:
    """Return what happened to each project, in ballot order; nothing is sought yet."""
    statuses = enumerate(result.statuses)
    return tuple(_facts_of(recount, result, ledger, place, status) for place, status in statuses)


def search_facts(recount: Recount, facts: ProjectFacts) -> ProjectFacts:
    """Return the facts with what would have changed them; the rule is counted some dozens of times."""
    project = recount.columns.ids.index(facts.project)
    if facts.won:
        return msgspec.structs.replace(
            facts,
            fewer=find_fewer_ballots(recount, project),
            limit=find_limit_cost(recount, project, won=True, guesses=_guess(recount, facts, project)),
            searched=True,
        )
    return msgspec.structs.replace(
        facts,
        more=find_more_ballots(recount, project),
        limit=find_limit_cost(recount, project, won=False, guesses=_guess(recount, facts, project)),
        searched=True,
    )


def _guess(recount: Recount, facts: ProjectFacts, project: int) -> Iterator[int]:
    """Yield costs that may be the most at which a project wins: what was left, what its supporters raise."""
    yield facts.pot
    if facts.purse is not None and isinstance(recount.parameters, equal_shares.Parameters):
        purse = Fraction(facts.purse)
        yield guess_limit(recount.columns, purse, recount.ties, project, recount.parameters)


def _facts_of(
    recount: Recount, result: Result, ledger: Ledger | None, project: int, status: Status
) -> ProjectFacts:
    place = next((p for p, each in enumerate(result.rounds) if each.project == status.project), None)
    before = result.rounds if place is None else result.rounds[:place]
    own = None if place is None else result.rounds[place]
    return ProjectFacts(
        project=status.project,
        cost=recount.columns.costs[project],
        votes=status.votes,
        supporters=status.supporters,
        reason=status.reason,
        pot=before[-1].money_left if before else result.budget,
        ahead=tuple(each.project for each in before if each.chosen),
        number=None if place is None else place + 1,
        round=own,
        missing=status.missing,
        purse=None if ledger is None else result.purse,
        stopper=_find_stopper(recount, before) if own and not own.chosen else None,
        rival=_find_rival(recount, result, project) if status.reason == "alternative-chosen" else None,
        lacked=_find_lacked(recount, result, project) if status.reason == "need-not-chosen" else (),
        asked=_find_asked(recount, status),
        money=_money_of(ledger, project, own, status),
    )


def _find_stopper(recount: Recount, before: Sequence[Round]) -> str | None:
    """Return the project that ended the count in one of the rounds before."""
    if not isinstance(recount.parameters, greedy.Parameters) or recount.parameters.misfits == "skip":
        return None
    return next((each.project for each in before if not each.chosen), None)


def _find_rival(recount: Recount, result: Result, project: int) -> str | None:
    """Return the winner of a group of alternatives that the project is in; None if it won in another pot."""
    groups = (group for group in recount.profile.relations.alternatives if project in group)
    others = (recount.columns.ids[other] for group in groups for other in group if other != project)
    return next((other for other in others if other in result.winners), None)


def _find_lacked(recount: Recount, result: Result, project: int) -> tuple[str, ...]:
    """Return what the project needs and did not win; nothing if that stands in another pot."""
    needs = (needed for one, needed in recount.profile.relations.needs if one == project)
    names = (recount.columns.ids[needed] for needed in needs)
    return tuple(name for name in names if name not in result.winners)


def _find_asked(recount: Recount, status: Status) -> Asked | None:
    if status.reason != "below-threshold":
        return None
    parameters: greedy.Parameters = recount.parameters
    if status.votes < parameters.minimum_votes:
        return Asked(of="votes", number=parameters.minimum_votes)
    share = parameters.minimum_share * recount.profile.count_ballots()
    return Asked(of="ballots", number=-(-share // greedy.SHARE_UNITS))


def _money_of(ledger: Ledger | None, project: int, own: Round | None, status: Status) -> Money | None:
    """Return what the supporters' purses did, for who was not chosen by them."""
    if ledger is None or status.supporters == 0:
        return None
    by_purses = own is not None and own.chosen and not own.completion
    return None if by_purses else ledger.find_money(project)
