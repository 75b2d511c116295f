"""Count rules as contests of the tests name them, with the parameters that the rules have by default."""

import msgspec

from ballots import manifest as m

GREEDY = m.Greedy(
    minimum_share=0, minimum_votes=0, misfits="skip", order="votes", zero_cost="take", zero_votes="skip"
)
EQUAL_SHARES = m.EqualShares(
    comparison="none",
    completion="none",
    increment=100,
    start="exact",
    stop="exhaustive",
    utility="cost",
    zero_cost="take",
    zero_votes="skip",
)
PHRAGMEN = m.Phragmen(zero_cost="take", zero_votes="skip")


def paid_from_all(contest: m.Contest) -> m.Contest:
    """Return the contest where every pot may pay for every project."""
    pots = [pot.id for pot in contest.pots]
    return msgspec.structs.replace(
        contest, projects=[msgspec.structs.replace(each, pots=pots) for each in contest.projects]
    )
