"""What became of one ballot: sealed, replaced, counted with its choices, or invalid and why. Pure."""

from collections.abc import Sequence

import msgspec

from ballots.choices import ContestChoices
from ballots.election import Election
from ballots.entries import Ballot
from ballots.manifest import Points, Ranking
from ballots.wire import Hash
from service.portal.follow import Snapshot
from service.portal.marks import Mark, show_mark
from service.portal.words import INVALID, Words
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
    words: Words,
    ballot: Ballot,
    entry_hash: bytes,
    position: int,
    revisions: Sequence[int],
    snapshot: Snapshot,
) -> BallotState:
    """Return what became of a ballot; `revisions` are the positions of all ballots of its voting key."""
    if revisions and revisions[-1] > position:
        later = next(each for each in revisions if each > position)
        return BallotState(
            look="old",
            said=words.say("page.state.old"),
            later=later,
        )
    election = snapshot.election
    if election is None or not snapshot.is_open:
        return BallotState(
            look="closed",
            said=words.say("page.state.sealed"),
        )
    opened = open_ballot(election, ballot, Hash(entry_hash), snapshot.trustee_keys)
    if not opened.choices:
        reason = words.say_word(INVALID, opened.reason)
        return BallotState(look="invalid", said=words.say("page.state.invalid", reason=reason))
    choices = opened.choices[0]
    said = words.say("page.state.counted" if snapshot.outcome else "page.state.open")
    return BallotState(
        look="counted",
        said=said,
        chosen=[_say_choices(words, each, opened.style, election) for each in choices.contests],
        marks=[show_mark(number, words.language) for number in choices.mark],
    )


def _say_choices(words: Words, chosen: ContestChoices, style: str, election: Election) -> Chosen:
    contest = election.contests[chosen.contest]
    titles = {project.id: project.title for project in contest.projects}
    method = next(e.method for e in election.styles[style].contests if e.contest == chosen.contest)
    lines = [titles[project] for project in chosen.projects]
    if isinstance(method, Points):
        lines = [
            words.say("page.state.points", points, project=title)
            for title, points in zip(lines, chosen.points, strict=True)
        ]
    return Chosen(contest=contest.title, lines=lines, ordered=isinstance(method, Ranking))
