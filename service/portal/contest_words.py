"""How a contest is counted, and what came of it, in the words of the pages. Pure."""

from ballots.manifest import BallotProject, Contest, EqualShares, Greedy, Pot, Rule
from ballots.signing import kind_of
from service.portal import words
from tally.outcome import CountOutcome, ProjectOutcome

_GREEDY_BY_COST = "Het project met de meeste stemmen per euro gaat eerst; "
_MISFITS = {
    "skip": "past een project niet meer in de pot, dan slaan we het over en kijken we naar het volgende.",
    "stop": "past een project niet meer in de pot, dan stopt het tellen.",
}
_GROWS = "Blijft er geld over, dan worden de delen stap voor stap groter, zolang de pot alles kan betalen."
_REST = "Wat overblijft gaat naar projecten die nog passen: het project met de meeste stemmen eerst."
_REST_BY_COST = (
    "Wat overblijft gaat naar projecten die nog passen: het project met de meeste stemmen per euro eerst."
)
_COMPARED = (
    "Daarna vergelijken we met een telling waarin het project met de meeste stemmen steeds voorgaat. "
    "Zijn er meer stembiljetten die méér hebben aan die telling, dan geldt die."
)
_NO_COST = "Projecten die niets kosten, doen niet mee."
_NO_VOTES = "Is er geld over, dan kan ook een project zonder stemmen worden gekozen."


def say_rule(rule: Rule) -> str:
    """Return how a contest is counted, with everything that its rule says."""
    said = [words.say_word(words.RULES, kind_of(rule))]
    if isinstance(rule, Greedy):
        said = _say_greedy(rule)
    elif isinstance(rule, EqualShares):
        said += [_GROWS] * (rule.completion in ("add1", "add1-greedy"))
        if rule.completion in ("greedy", "add1-greedy"):
            said.append(_REST if rule.utility == "cost" else _REST_BY_COST)
        said += [_COMPARED] * (rule.comparison != "none")
    said += [_NO_VOTES] * (rule.zero_votes == "take" and _looks_at_votes(rule))
    said += [_NO_COST] * (rule.zero_cost == "skip")
    return " ".join(said)


def _looks_at_votes(rule: Rule) -> bool:
    """Say whether a project without votes could be chosen; Equal Shares alone chooses none."""
    if not isinstance(rule, EqualShares):
        return True
    return rule.comparison != "none" or rule.completion in ("greedy", "add1-greedy")


def _say_greedy(rule: Greedy) -> list[str]:
    said = [words.say_word(words.RULES, "greedy")]
    if (rule.order, rule.misfits) != ("votes", "skip"):
        first = "Het project met de meeste stemmen gaat eerst; " if rule.order == "votes" else _GREEDY_BY_COST
        said = [first + _MISFITS[rule.misfits]]
    if rule.minimum_votes:
        votes = words.say_count(rule.minimum_votes, "stem", "stemmen")
        said.append(f"Een project heeft minstens {votes} nodig.")
    if rule.minimum_share:
        percent = f"{rule.minimum_share / 100:g}".replace(".", ",")
        said.append(
            f"Een project doet alleen mee als minstens {percent}\u00a0% van de stembiljetten het kiest."
        )
    return said


def say_relations(contest: Contest) -> list[str]:
    """Return a sentence for each group of alternatives and each need."""
    titles = {project.id: project.title for project in contest.projects}
    return [
        *(
            f"Van deze projecten kan er hoogstens één worden gekozen: "
            f"{words.say_list([titles[name] for name in group])}."
            for group in contest.alternatives
        ),
        *(
            f"{titles[each.project]} kan alleen worden gekozen als {titles[each.needs]} is gekozen."
            for each in contest.needs
        ),
    ]


def say_payers(project: BallotProject, pots: list[Pot]) -> str:
    """Return which pots may pay for a project, empty where there is but one."""
    titles = [pot.title for pot in pots if pot.id in project.pots]
    return f"Kan worden betaald uit {' of '.join(titles)}." if len(pots) > 1 else ""


def say_comparison(count: CountOutcome) -> str:
    """Return how the outcome compares with greedy's, empty where nothing was compared."""
    for found in count.comparison:
        own = words.say_count(found.prefer, "stembiljet heeft", "stembiljetten hebben")
        other = words.say_count(found.against, "stembiljet heeft", "stembiljetten hebben")
        stands = "Daarom geldt die telling." if found.against > found.prefer else "Daarom blijft het hierbij."
        return (
            f"Vergeleken met een telling waarin het project met de meeste stemmen steeds voorgaat: {own} "
            f"meer aan de gelijke delen, {other} meer aan de andere telling. {stands}"
        )
    return ""


def say_reason(project: BallotProject, result: ProjectOutcome) -> str:
    """Return why a project was chosen or not, as one or two sentences."""
    supporters = words.say_count(result.supporters, "voorstander", "voorstanders")
    match result.reason:
        case "chosen":
            return f"Gekozen. Het had {supporters}, en er was genoeg geld voor."
        case "does-not-fit" if result.missing:
            left = project.cost - result.missing
            return (
                f"Niet gekozen: het paste niet meer. Er zat nog {words.say_euros(left)} in de pot. "
                f"Dat was {words.say_euros(result.missing)} te weinig."
            )
        case "supporters-cannot-pay":
            could = words.say_count(result.supporters, "voorstander kon", "voorstanders konden samen")
            return (
                f"Niet gekozen. {could[0].upper()}{could[1:]} nog "
                f"{words.say_euros(result.supporters_left)} betalen van de {words.say_euros(project.cost)}. "
                f"Dat was {words.say_euros(result.missing)} te weinig."
            )
        case other:
            return f"Niet gekozen: {_WHY_NOT[other]}."


_WHY_NOT = {
    "does-not-fit": "het tellen was al gestopt, omdat een ander project niet paste",
    "no-votes": "niemand koos dit project",
    "costs-nothing": "het kost niets, en zulke projecten doen niet mee",
    "below-threshold": "het kreeg te weinig steun om mee te doen",
    "alternative-chosen": "er is al een ander gekozen van de projecten waarvan er maar één kan winnen",
    "need-not-chosen": "een project dat hiervoor nodig is, is niet gekozen",
}
