"""What a .pb file of ours tells beyond the format: the exact rule, lots for ties, relations of projects.

Each is a key of META that begins with "wijkaandeel_", and the lots are a column of PROJECTS. A file without
them is read as any other: ties by id, no relations, no rule of its own. Format: PROTOCOL.md section 12.
"""

import re
from collections.abc import Mapping, Sequence

from tally.pabulib.records import PabulibElection
from tally.profile import Profile, ProfileError, Relations, TieOrder, ties_by_cost_votes_lot, ties_by_id
from tally.rules.choosing import Choice, choose_rule

RULE = "wijkaandeel_rule"
TIES = "wijkaandeel_ties"
BY_LOT = "cost-votes-lot"
LOT = "lot"
"""The column with a project's lot in hex; the smallest comes first."""
ALTERNATIVES = "wijkaandeel_alternatives"
NEEDS = "wijkaandeel_needs"
EXCLUDED = "wijkaandeel_excluded"
LACKING = "wijkaandeel_lacking"

_LOT = re.compile(r"[0-9a-f]{64}")
_BORDA = re.compile(r"borda(?:/([0-9]{1,9}))?", re.IGNORECASE)


def format_rule(name: str, parameters: Mapping[str, object]) -> str:
    """Return a rule with every parameter, as in "phragmen-sequential zero_cost=take zero_votes=skip"."""
    return " ".join([name, *(f"{key}={value}" for key, value in sorted(parameters.items()))])


def find_rule(election: PabulibElection, settings: Sequence[str] = ()) -> Choice | None:
    """Return the rule that the file names, with these settings put in the place of its own; None without one.

    Raises ChoiceError for a rule or a setting that does not exist.
    """
    words = election.meta.get(RULE, "").split()
    if not words:
        return None
    changed = {setting.partition("=")[0] for setting in settings}
    kept = [word for word in words[1:] if word.partition("=")[0] not in changed]
    return choose_rule(words[0], [*kept, *settings])


def ties_of(election: PabulibElection, profile: Profile) -> TieOrder:
    """Return the file's own order for ties, by id where it has none. Raises ProfileError."""
    order = election.meta.get(TIES, "").strip()
    if not order:
        return ties_by_id(profile)
    if order != BY_LOT:
        raise ProfileError(f"expected {TIES} {BY_LOT}, got {order!r}")
    lots = {project.id: _parse_lot(project.others.get(LOT, "")) for project in election.projects}
    return ties_by_cost_votes_lot(profile, lots)


def _parse_lot(text: str) -> bytes:
    if not _LOT.fullmatch(text):
        raise ProfileError(f"expected a lot of 64 hex digits in the column {LOT!r}, got {text!r}")
    return bytes.fromhex(text)


def format_borda(ranked: int) -> str:
    """Return the scoring_fn by which place p of a ballot, however long it is, has `ranked` - p points."""
    return f"Borda/{ranked}"


def parse_borda(election: PabulibElection) -> int | None:
    """Return from how many projects places are counted down; None if from the ballot's own length.

    Raises ProfileError for another scoring_fn.
    """
    scoring = election.meta.get("scoring_fn", "Borda").strip()
    match = _BORDA.fullmatch(scoring)
    if match is None:
        raise ProfileError(f"expected scoring_fn Borda, got {scoring!r}")
    return int(match[1]) if match[1] else None


# Relations ------------------------------------------------------------------------------------------


def format_relations(relations: Relations, ids: Sequence[str]) -> dict[str, str]:
    """Return the keys of META that say so; `ids` are the projects in file order, without any of ",|:"."""
    groups = "|".join(",".join(ids[place] for place in group) for group in relations.alternatives if group)
    needs = ",".join(f"{ids[project]}:{ids[needed]}" for project, needed in relations.needs)
    said = {
        ALTERNATIVES: groups,
        NEEDS: needs,
        EXCLUDED: ",".join(ids[place] for place in sorted(relations.excluded)),
        LACKING: ",".join(ids[place] for place in sorted(relations.lacking)),
    }
    return {key: text for key, text in said.items() if text}


def parse_relations(election: PabulibElection) -> Relations:
    """Return the relations that the file tells; none for a file that is not ours. Raises ProfileError."""
    places = {project.id: place for place, project in enumerate(election.projects)}
    pairs = [tuple(pair.split(":")) for pair in _split(election, NEEDS, ",")]
    if any(len(pair) != 2 for pair in pairs):
        raise ProfileError(f"expected {NEEDS} such as a:b,c:b, got {election.meta[NEEDS]!r}")
    try:
        return Relations(
            alternatives=tuple(
                tuple(places[name] for name in group.split(","))
                for group in _split(election, ALTERNATIVES, "|")
            ),
            needs=tuple((places[project], places[needed]) for project, needed in pairs),
            excluded=frozenset(places[name] for name in _split(election, EXCLUDED, ",")),
            lacking=frozenset(places[name] for name in _split(election, LACKING, ",")),
        )
    except KeyError as error:
        raise ProfileError(f"expected relations between projects of the file, got {error}") from None


def _split(election: PabulibElection, key: str, mark: str) -> list[str]:
    text = election.meta.get(key, "").strip()
    return text.split(mark) if text else []
