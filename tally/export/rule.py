"""A contest's count rule in our words, which are exact, and in Pabulib's, which are not."""

from collections.abc import Mapping

from ballots.manifest import Contest
from tally.outcome import parameters_of

UNKNOWN = "unknown"
_PLAIN_SHARES = {
    "increment": 100,
    "start": "exact",
    "utility": "cost",
    "zero_cost": "take",
    "zero_votes": "skip",
}
_SHARES = {"none": "equalshares", "add1": "equalshares/add1"}
_COMPARISON = {"none": "", "satisfaction": "-comparison"}
_PLAIN_GREEDY = {"minimum_share": 0, "order": "votes", "zero_cost": "take"}


def rule_of(contest: Contest) -> tuple[str, Mapping[str, object]]:
    """Return the contest's rule: its name and every parameter, as plain values."""
    return parameters_of(contest.rule)


def pabulib_rule(contest: Contest) -> str:
    """Return Pabulib's name for the rule; where no name of it fits exactly, "greedy-custom" or "unknown"."""
    name, parameters = rule_of(contest)
    if name == "greedy":
        return _name_greedy(parameters, exclusive=bool(contest.alternatives), needs=bool(contest.needs))
    if name == "equal-shares" and not contest.alternatives and not contest.needs:
        return _name_shares(parameters)
    return UNKNOWN


def _name_greedy(parameters: Mapping[str, object], *, exclusive: bool, needs: bool) -> str:
    variants = [
        name
        for name, differs in (
            ("greedy-no-skip", parameters["misfits"] == "stop"),
            ("greedy-threshold", parameters["minimum_votes"] != 0),
            ("greedy-exclusive", exclusive),
            ("greedy-custom", needs or any(parameters[key] != _PLAIN_GREEDY[key] for key in _PLAIN_GREEDY)),
        )
        if differs
    ]
    return variants[0] if len(variants) == 1 else "greedy-custom" if variants else "greedy"


def _name_shares(parameters: Mapping[str, object]) -> str:
    completion, comparison = str(parameters["completion"]), str(parameters["comparison"])
    plain = all(parameters[key] == value for key, value in _PLAIN_SHARES.items())
    if not plain or completion not in _SHARES or comparison not in _COMPARISON:
        return UNKNOWN
    return _SHARES[completion] + _COMPARISON[comparison]
