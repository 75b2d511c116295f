"""The section META of an exported count: the format's own keys, and ours for what the format cannot say."""

from datetime import UTC, datetime

import msgspec

from ballots.manifest import Approval, Knapsack, Method, Points, Ranking
from tally.export.rule import pabulib_rule, rule_of
from tally.export.unit import Unit
from tally.pabulib import PabulibElection, VoteType, format_money
from tally.pabulib.own import BY_LOT, RULE, TIES, format_borda, format_relations, format_rule

COUNTRY = "Netherlands"
LANGUAGE = "nl"
CURRENCY = "EUR"
DATE = "%d.%m.%Y"
DATE_AND_TIME = "%Y-%m-%d %H:%M UTC"
BY_COST_VOTES_LOT = (
    "ties: the lowest cost, then the most votes (score where there is one), then the smallest lot"
)
NOTES: dict[type[Method], str] = {
    Knapsack: "a knapsack ballot chose projects of together at most the budget",
    Points: "a points ballot divided points over projects",
    Ranking: "place p of a ranking weighs as many points as the ballot had projects, less p",
}


def meta_of(unit: Unit, vote_type: VoteType, ballots: int) -> dict[str, str]:
    """Return the keys of META in their order."""
    election, manifest = unit.election, unit.election.manifest
    contest, styles = unit.contest, [election.styles[style] for style in unit.counted.styles]
    areas = {area.id: area.title for area in manifest.areas}
    said = {
        "description": one_line(": ".join(dict.fromkeys([manifest.title, contest.title]))),
        "country": COUNTRY,
        "unit": one_line(", ".join(dict.fromkeys(areas[area] for each in styles for area in each.areas))),
        "subunit": one_line(styles[0].title) if contest.counted == "apart" else "",
        "instance": format_time(election.deadline, "%Y"),
        "num_projects": str(len(unit.counted.projects)),
        "num_votes": str(ballots),
        "budget": format_money(unit.counted.budget),
        "vote_type": vote_type,
        "rule": pabulib_rule(contest),
        "date_begin": format_time(manifest.releases[0], DATE),
        "date_end": format_time(manifest.releases[-1], DATE),
        **_lengths(unit),
        **_limits(unit, vote_type),
        "language": LANGUAGE,
        "currency": CURRENCY,
        "comment": _comment(unit),
    }
    return {key: text for key, text in said.items() if text} | _own(unit)


def put_place(election: PabulibElection, country: str, language: str, currency: str) -> PabulibElection:
    """Return a file that says another country, language and currency; what is empty is left out."""
    said = {"country": country, "language": language, "currency": currency}
    meta = election.meta | {key: one_line(text) for key, text in said.items()}
    kept = {key: text for key, text in meta.items() if text or key not in said}
    return msgspec.structs.replace(election, meta=kept)


def _own(unit: Unit) -> dict[str, str]:
    methods = [f"{style}:{_name_of(method)}" for style, method in unit.methods.items()]
    return {
        "wijkaandeel_manifest": unit.election.manifest_hash.hex(),
        "wijkaandeel_contest": unit.contest.id,
        "wijkaandeel_pot": unit.counted.pot,
        "wijkaandeel_methods": ",".join(methods),
        RULE: format_rule(*rule_of(unit.contest)),
        TIES: BY_LOT,
        **format_relations(unit.relations, unit.candidates),
    }


def _name_of(method: Method) -> str:
    return str(method.__struct_config__.tag)


def _lengths(unit: Unit) -> dict[str, str]:
    """Return how few and how many of the candidates a ballot may name."""
    candidates = len(unit.counted.projects)
    least, most = [], []
    for method in unit.methods.values():
        fewest, highest = 0, candidates
        if isinstance(method, Approval | Ranking):
            fewest, highest = method.minimum if unit.is_whole else 0, min(method.maximum, candidates)
        least.append(fewest)
        most.append(highest)
    return {"min_length": str(min(least)), "max_length": str(max(most))}


def _limits(unit: Unit, vote_type: VoteType) -> dict[str, str]:
    """Return what else bounds a ballot, or gives it its weights."""
    if vote_type == "ordinal":
        return {"scoring_fn": format_borda(len(unit.contest.projects))}
    if unit.kind is Knapsack:
        return {"max_sum_cost": format_money(_money(unit))}
    points = [method for method in unit.methods.values() if isinstance(method, Points)]
    if not points:
        return {}
    return {
        "min_points": "1",
        "max_points": str(max(method.maximum for method in points)),
        "min_sum_points": "0",
        "max_sum_points": str(max(method.total for method in points)),
    }


def _money(unit: Unit) -> int:
    pots = [pot for style in unit.counted.styles for pot in unit.election.pots(unit.contest.id, style)]
    return sum({pot.id: pot.cents for pot in pots}.values())


def _comment(unit: Unit) -> str:
    notes = [
        "exported from a public board of sealed ballots that anyone can count again; voters are numbers",
        f"the exact rule is in {RULE}, as words for `wijkaandeel tally --rule` and `--set`",
        BY_COST_VOTES_LOT,
        *([NOTES[unit.kind]] if unit.kind in NOTES else []),
    ]
    if not unit.is_whole:
        notes.append("other projects of the ballot had won before, or had no part in this money")
    return " ".join(f"#{number}: {note}." for number, note in enumerate(notes, 1))


def format_time(seconds: int, pattern: str) -> str:
    """Return a moment in UTC; "" beyond the year 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime(pattern)
    except (OverflowError, ValueError, OSError):
        return ""


def one_line(text: str) -> str:
    """Return text as one line, with spaces for what is not printable."""
    return " ".join("".join(symbol if symbol.isprintable() else " " for symbol in text).split())
