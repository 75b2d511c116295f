"""Say why each project won or lost, what would have changed that, and what the whole outcome is like.

`explain_outcome` counts by the rule and returns records; `format_explanation` makes them text;
`explain_project` answers for one project in at most three sentences. Numbers of "what would have changed
that" are found by counting again with the rule (search.py); no estimate is ever told.
"""

from collections.abc import Callable, Mapping

import msgspec

from tally.explain.facts import BallotFacts, Explanation, ProjectFacts
from tally.explain.margin import find_margin
from tally.explain.projects import find_ledger, list_facts, search_facts
from tally.explain.recount import Recount
from tally.explain.sentences import describe_ballot, describe_project, describe_whole
from tally.explain.whole import find_ballot, find_whole
from tally.explain.words import Words
from tally.profile import Profile, TieOrder, Weights
from tally.rules.result import Result
from tally.texts.languages import Language

Told = Callable[[int], None]
"""Is told how many projects have been searched."""


class UnknownProjectError(LookupError):
    """A project is asked for that the election does not have; who asked must act."""


def explain_outcome(  # noqa: PLR0913 - what a count needs, and what is asked of it
    profile: Profile,
    name: str,
    parameters: Mapping[str, object],
    ties: TieOrder,
    *,
    project: str | None = None,
    search: bool | None = None,
    result: Result | None = None,
    told: Told = lambda _: None,
) -> Explanation:
    """Return the outcome explained, for every project or for one.

    `parameters` are plain values, as for `tally.rules.count`; `result` is that count's, if it is at hand.
    `search` seeks what would have changed each project, by some dozens of counts a project: as it stands
    (None) only if one project is asked for. Raises what `tally.rules.count` raises, and UnknownProjectError.
    """
    recount = Recount(profile, name, parameters, ties)
    if project is not None and all(each.id != project for each in profile.projects):
        raise UnknownProjectError(f"expected a project of this election, got {project!r}")
    if result is None:
        result = recount.rule.count(profile, recount.parameters, ties)
    facts = list_facts(recount, result, find_ledger(recount, result))
    asked = [each for each in facts if project in (None, each.project)]
    if search or (search is None and project is not None):
        asked = [_search(recount, each, number, told) for number, each in enumerate(asked, 1)]
    whole = find_whole(recount, result)
    if project is None:
        whole = msgspec.structs.replace(whole, margin=find_margin(recount, result, search=search is True))
    return Explanation(whole=whole, projects=tuple(asked))


def _search(recount: Recount, facts: ProjectFacts, number: int, told: Told) -> ProjectFacts:
    found = search_facts(recount, facts)
    told(number)
    return found


def explain_project(
    profile: Profile,
    name: str,
    parameters: Mapping[str, object],
    ties: TieOrder,
    project: str,
    titles: Mapping[str, str],
    language: Language,
) -> tuple[str, ...]:
    """Return at most three sentences: why a project won or lost, and what would have changed that."""
    found = explain_outcome(profile, name, parameters, ties, project=project)
    return describe_project(Words(language, titles), found.whole, found.projects[0])


def explain_ballot(
    profile: Profile, name: str, parameters: Mapping[str, object], ties: TieOrder, ballot: Weights
) -> BallotFacts:
    """Return what one ballot of this content won, paid and has left; `sentences.describe_ballot` says it."""
    recount = Recount(profile, name, parameters, ties)
    result = recount.rule.count(profile, recount.parameters, ties)
    return find_ballot(recount, result, find_ledger(recount, result), ballot)


def format_explanation(
    explanation: Explanation, titles: Mapping[str, str], language: Language, currency: str = "€"
) -> str:
    """Return the explanation as text: of the whole one sentence a line, then one line a project.

    Where one project was asked for, its sentences stand alone, one a line.
    """
    words, whole = Words(language, titles, currency), explanation.whole
    if len(explanation.projects) == 1 and whole.margin is None:
        return "\n".join(describe_project(words, whole, explanation.projects[0]))
    lines = list(describe_whole(words, whole))
    order = {name: place for place, name in enumerate(whole.winners)}
    projects = sorted(explanation.projects, key=lambda facts: order.get(facts.project, len(order)))
    return "\n".join([*lines, "", *(" ".join(describe_project(words, whole, each)) for each in projects)])


def format_ballot(
    facts: BallotFacts, titles: Mapping[str, str], language: Language, currency: str = "€"
) -> str:
    """Return what one ballot won, paid and has left, as one line of text."""
    return " ".join(describe_ballot(Words(language, titles, currency), facts))
