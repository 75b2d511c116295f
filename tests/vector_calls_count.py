"""The call of the vectors that counts: one election by one rule, without a board."""

from typing import Any

import msgspec

from tally import rules
from tally.profile import Profile, Project, Relations, Vote, ties_by_cost_votes_lot

Given = dict[str, Any]


def count(given: Given) -> Given:
    """Return everything that the rule tells of the election."""
    profile = Profile(
        budget=given["budget"],
        projects=tuple(Project(id=each["id"], cost=each["cost"]) for each in given["projects"]),
        votes=tuple(
            Vote(ballots=each["ballots"], projects=tuple((p, w) for p, w in each["projects"]))
            for each in given["votes"]
        ),
        relations=_relations(given),
    )
    lots = {each["id"]: bytes.fromhex(each["lot"]) for each in given["projects"]}
    rule = dict(given["rule"])
    return {
        "result": msgspec.to_builtins(
            rules.count(rule.pop("name"), profile, rule, ties_by_cost_votes_lot(profile, lots))
        )
    }


def _relations(given: Given) -> Relations:
    places = {each["id"]: place for place, each in enumerate(given["projects"])}
    return Relations(
        alternatives=tuple(tuple(places[name] for name in group) for group in given["alternatives"]),
        needs=tuple((places[each["project"]], places[each["needs"]]) for each in given["needs"]),
    )
