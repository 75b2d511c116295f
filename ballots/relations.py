"""What a contest says of its projects beside money: which pots may pay, what excludes and what needs what.

Format: PROTOCOL.md section 4.
"""

from collections.abc import Sequence
from itertools import pairwise

from ballots.errors import ManifestError
from ballots.manifest import Contest, EqualShares, Phragmen

MAX_STEPS = 2**23
"""The most times that an increment may go into a pot where purses grow."""


def check_relations(contest: Contest) -> None:
    """Raise ManifestError unless the projects' pots and relations are in order, and the rule knows them."""
    places = {project.id: place for place, project in enumerate(contest.projects)}
    pots = [pot.id for pot in contest.pots]
    if not all(_in_order(project.pots, pots) for project in contest.projects):
        raise ManifestError("contest-projects", "expected pots of the contest for each project, in its order")
    if not _alternatives_fit(contest, list(places)) or not _needs_fit(contest, places):
        raise ManifestError(
            "contest-relations",
            "expected alternatives of two projects or more in the contest's order, needs of a project that "
            "stands before, nothing twice, and no need of an alternative",
        )
    if isinstance(contest.rule, Phragmen) and (contest.alternatives or contest.needs):
        raise ManifestError("contest-rule", "phragmen-sequential knows no alternatives and no needs")
    if isinstance(contest.rule, EqualShares) and contest.rule.completion in ("add1", "add1-greedy"):
        _check_steps(contest, contest.rule.increment)


def _check_steps(contest: Contest, increment: int) -> None:
    """Raise ManifestError if purses would grow so slowly that a count might not end in reasonable time."""
    if any(pot.cents // increment > MAX_STEPS for pot in contest.pots):
        raise ManifestError(
            "contest-rule", f"expected an increment of at least 1/{MAX_STEPS} of every pot, got {increment}"
        )


def _alternatives_fit(contest: Contest, projects: Sequence[str]) -> bool:
    groups = {tuple(group) for group in contest.alternatives}
    return len(groups) == len(contest.alternatives) and all(
        len(group) > 1 and _in_order(group, projects) for group in groups
    )


def _needs_fit(contest: Contest, places: dict[str, int]) -> bool:
    pairs = {(each.project, each.needs) for each in contest.needs}
    return len(pairs) == len(contest.needs) and all(
        project in places
        and places.get(needed, len(places)) < places[project]
        and not any(project in group and needed in group for group in contest.alternatives)
        for project, needed in pairs
    )


def _in_order(names: Sequence[str], all_names: Sequence[str]) -> bool:
    """Say whether there are names, each one of all, in their order and none twice."""
    places = {name: place for place, name in enumerate(all_names)}
    found = [places.get(name, -1) for name in names]
    return bool(found) and found[0] >= 0 and all(a < b for a, b in pairwise(found))
