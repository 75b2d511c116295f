"""How a contest is counted, and what came of it, in the words of the pages, from the catalogue. Pure."""

from ballots.manifest import BallotProject, Contest, EqualShares, Greedy, Pot, Rule
from ballots.signing import kind_of
from service.portal.words import RULES, Words
from tally.outcome import CountOutcome, ProjectOutcome

_GREEDY = {
    ("votes", "skip"): "page.rule.greedy",
    ("votes", "stop"): "page.rule.greedy-stop",
    ("votes-per-cost", "skip"): "page.rule.greedy-per-euro",
    ("votes-per-cost", "stop"): "page.rule.greedy-per-euro-stop",
}
_REST = {"cost": "page.rule.rest", "points": "page.rule.rest-per-euro"}
_WHY_NOT = {
    "does-not-fit": "page.reason.stopped",
    "no-votes": "page.reason.no-votes",
    "costs-nothing": "page.reason.costs-nothing",
    "below-threshold": "page.reason.below-threshold",
    "alternative-chosen": "page.reason.alternative-chosen",
    "need-not-chosen": "page.reason.need-not-chosen",
}


def say_rule(words: Words, rule: Rule) -> str:
    """Return how a contest is counted, with everything that its rule says."""
    if isinstance(rule, Greedy):
        said = _say_greedy(words, rule)
    elif isinstance(rule, EqualShares):
        said = _say_shares(words, rule)
    else:
        said = [words.say_word(RULES, kind_of(rule))]
    if rule.zero_votes == "take" and _looks_at_votes(rule):
        said.append(words.say("page.rule.zero-votes"))
    if rule.zero_cost == "skip":
        said.append(words.say("page.rule.zero-cost"))
    return " ".join(said)


def _looks_at_votes(rule: Rule) -> bool:
    """Say whether a project without votes could be chosen; Equal Shares alone chooses none."""
    if not isinstance(rule, EqualShares):
        return True
    return rule.comparison != "none" or rule.completion in ("greedy", "add1-greedy")


def _say_greedy(words: Words, rule: Greedy) -> list[str]:
    said = [words.say(_GREEDY[rule.order, rule.misfits])]
    if rule.minimum_votes:
        said.append(words.say("page.rule.minimum-votes", rule.minimum_votes))
    if rule.minimum_share:
        said.append(words.say("page.rule.minimum-share", percent=words.say_percent(rule.minimum_share)))
    return said


def _say_shares(words: Words, rule: EqualShares) -> list[str]:
    said = [words.say_word(RULES, "equal-shares")]
    if rule.utility == "points":
        said.append(words.say("page.rule.by-points"))
    if rule.completion in ("add1", "add1-greedy"):
        said.append(words.say("page.rule.grows"))
    if rule.completion in ("greedy", "add1-greedy"):
        said.append(words.say(_REST[rule.utility]))
    if rule.comparison != "none":
        said.append(words.say("page.rule.compared"))
    return said


def say_relations(words: Words, contest: Contest) -> list[str]:
    """Return a sentence for the order of several pots, for each group of alternatives and for each need."""
    titles = {project.id: project.title for project in contest.projects}
    order = [words.say("page.pots.order")] if len(contest.pots) > 1 else []
    alternatives = [
        words.say("page.relation.alternatives", projects=words.say_list([titles[name] for name in group]))
        for group in contest.alternatives
    ]
    needs = [
        words.say("page.relation.need", project=titles[each.project], needed=titles[each.needs])
        for each in contest.needs
    ]
    return [*order, *alternatives, *needs]


def say_payers(words: Words, project: BallotProject, pots: list[Pot]) -> str:
    """Return which pots may pay for a project, empty where there is but one."""
    titles = [pot.title for pot in pots if pot.id in project.pots]
    return words.say("page.payers", pots=words.texts.join(titles, "or")) if len(pots) > 1 else ""


def say_comparison(words: Words, count: CountOutcome) -> str:
    """Return how the outcome compares with greedy's, empty where nothing was compared."""
    for found in count.comparison:
        name = "page.comparison.other" if found.against > found.prefer else "page.comparison.stays"
        own = words.say("page.comparison.ballots", found.prefer)
        return words.say(name, own=own, other=words.say("page.comparison.ballots", found.against))
    return ""


def say_reason(words: Words, project: BallotProject, result: ProjectOutcome) -> str:
    """Return why a project was chosen or not, as one or two sentences."""
    missing = words.say_euros(result.missing)
    match result.reason:
        case "chosen":
            return words.say("page.reason.chosen", result.supporters)
        case "does-not-fit" if result.missing:
            left = words.say_euros(project.cost - result.missing)
            return words.say("page.reason.does-not-fit", left=left, missing=missing)
        case "supporters-cannot-pay":
            left, cost = words.say_euros(result.supporters_left), words.say_euros(project.cost)
            return words.say(
                "page.reason.cannot-pay", result.supporters, left=left, cost=cost, missing=missing
            )
        case other:
            return words.say(_WHY_NOT[other])
