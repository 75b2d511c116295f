"""What became of one ballot: sealed, replaced, counted with its choices, or invalid and why. Pure."""

from collections.abc import Sequence

import msgspec

from ballots.choices import ContestChoices
from ballots.election import Election
from ballots.entries import Ballot
from ballots.manifest import Points, Ranking
from ballots.wire import Hash
from service.portal import words
from service.portal.follow import Snapshot
from service.portal.marks import Mark, show_mark
from tally.opening import open_ballot


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What a ballot says in one contest; `lines` are projects, `ordered` if their order means something."""

    contest: str
    lines: list[str]
    ordered: bool


class BallotState(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a ballot. `look` is `closed`, `old`, `counted` or `invalid`; `later` replaces it."""

    look: str
    said: str
    chosen: list[Chosen] = []
    marks: list[Mark] = []
    later: int | None = None


def show_state(
    ballot: Ballot, entry_hash: bytes, position: int, revisions: Sequence[int], snapshot: Snapshot
) -> BallotState:
    """Return what became of a ballot; `revisions` are the positions of all ballots of its voting key."""
    if revisions and revisions[-1] > position:
        later = next(each for each in revisions if each > position)
        return BallotState(
            look="old",
            said="Dit stembiljet telt niet mee: dezelfde kiezer heeft later opnieuw gestemd.",
            later=later,
        )
    election = snapshot.election
    if election is None or not snapshot.is_open:
        return BallotState(
            look="closed",
            said="Dit stembiljet is verzegeld. Na het sluiten openen de partners ze allemaal tegelijk.",
        )
    opened = open_ballot(election, ballot, Hash(entry_hash), snapshot.trustee_keys)
    if not opened.choices:
        reason = words.say_word(words.INVALID, opened.reason)
        return BallotState(look="invalid", said=f"Dit stembiljet is ongeldig en telt niet mee. {reason}")
    choices = opened.choices[0]
    said = "Dit stembiljet is geteld." if snapshot.outcome else "Dit stembiljet is open en wordt geteld."
    return BallotState(
        look="counted",
        said=said,
        chosen=[_say_choices(each, opened.style, election) for each in choices.contests],
        marks=[show_mark(number, "nl") for number in choices.mark],
    )


def _say_choices(chosen: ContestChoices, style: str, election: Election) -> Chosen:
    contest = election.contests[chosen.contest]
    titles = {project.id: project.title for project in contest.projects}
    method = next(e.method for e in election.styles[style].contests if e.contest == chosen.contest)
    lines = [titles[project] for project in chosen.projects]
    if isinstance(method, Points):
        lines = [
            f"{title}: {words.say_count(points, 'punt', 'punten')}"
            for title, points in zip(lines, chosen.points, strict=True)
        ]
    return Chosen(contest=contest.title, lines=lines, ordered=isinstance(method, Ranking))
