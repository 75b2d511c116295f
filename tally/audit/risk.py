"""Say whether a few ballots more, fewer or other could have changed who wins, as far as that can be said.

Promise: False is a proof, True and None are not. Limit: for Equal Shares nothing is known but that nothing
changes when no ballot of the election does; and where all issuers of a style conspire, ballots that they made
use the slack up and do not show in it. Format: PROTOCOL.md section 13.
"""

from collections.abc import Mapping

from ballots.election import Election
from ballots.manifest import Contest, EqualShares, Greedy, Points, Ranking
from tally.outcome import CountOutcome, Outcome


def outcome_at_risk(election: Election, outcome: Outcome, doubtful: Mapping[str, int]) -> bool | None:
    """Return False if `doubtful` ballots a style (slack and invalid) cannot change the winners of any count.

    True if a greedy count could be changed for all that is known, None if only counts without a bound could.
    """
    anywhere = sum(doubtful.values()) > 0
    risks: set[bool | None] = set()
    for contest in outcome.contests:
        before: bool | None = False
        for count in contest.counts:
            setup = election.contests[contest.contest]
            risk = _count_at_risk(count, setup, election, doubtful)
            drawn = _by_lot(count) or _has_unwritten_runs(setup)
            if risk is False and (before is not False or (anywhere and drawn)):
                risk = None
            risks.add(risk)
            before = risk
    if True in risks:
        return True
    return None if None in risks else False


def _by_lot(count: CountOutcome) -> bool:
    """Say whether a lot decided in a count: any ballot of the election moves the lots."""
    return any(tie.step == "lot" for each in count.rounds for tie in each.tie)


def _has_unwritten_runs(contest: Contest) -> bool:
    """Say whether lots may have decided in runs of which an outcome file has no rounds."""
    rule = contest.rule
    return isinstance(rule, EqualShares) and (
        rule.comparison != "none" or rule.completion in ("add1", "add1-greedy")
    )


def _count_at_risk(
    count: CountOutcome, contest: Contest, election: Election, doubtful: Mapping[str, int]
) -> bool | None:
    ballots = sum(doubtful.get(style, 0) for style in count.styles)
    if ballots == 0:
        return False
    if not _is_plain_greedy(contest):
        return None
    return not _greedy_stands(count, contest, ballots * _heaviest(contest, election, count.styles))


def _is_plain_greedy(contest: Contest) -> bool:
    """Say whether the rule is greedy of the kind that `_greedy_stands` is about."""
    plain = Greedy(
        minimum_share=0, minimum_votes=0, misfits="skip", order="votes", zero_cost="take", zero_votes="skip"
    )
    return contest.rule == plain and not contest.alternatives and not contest.needs


def _greedy_stands(count: CountOutcome, contest: Contest, shift: int) -> bool:
    """Say whether the winners stand when every project's votes may move by `shift` up or down.

    Let only winners be chosen before some project. If it is a winner, the money suffices, as all winners
    together were paid for, and it is chosen while it keeps a vote. If not, those winners that are ahead of it
    by more than twice the shift have been paid, and if it costs more than what they leave, it is not chosen.
    So again only winners are chosen, and by induction all of them.
    """
    costs = {project.id: project.cost for project in contest.projects}
    votes = {project.project: project.votes for project in count.projects}
    if any(votes[winner] <= shift for winner in count.winners):
        return False
    for loser in votes.keys() - set(count.winners):
        ahead = sum(costs[winner] for winner in count.winners if votes[winner] - votes[loser] > 2 * shift)
        if costs[loser] <= count.budget - ahead:
            return False
    return True


def _heaviest(contest: Contest, election: Election, styles: list[str]) -> int:
    """Return the most votes that one ballot can give one project."""
    heaviest = 1
    for style in styles:
        for each in election.styles[style].contests:
            if each.contest == contest.id and isinstance(each.method, Points):
                heaviest = max(heaviest, each.method.maximum)
            if each.contest == contest.id and isinstance(each.method, Ranking):
                heaviest = max(heaviest, len(contest.projects) - 1)
    return heaviest
