"""One count of a contest, and the ballots that were counted in it."""

from collections.abc import Iterator
from typing import NamedTuple

from ballots.election import Election
from ballots.manifest import Contest, Method
from ballots.wire import H, Hash
from tally.opening import Opened
from tally.outcome import CountOutcome, Outcome, relate
from tally.pabulib import PabulibElection
from tally.profile import Relations


class Cast(NamedTuple):
    """What one counted ballot says in a contest; nothing tells whose it is."""

    style: str
    projects: tuple[str, ...]
    points: tuple[int, ...]


class Box:
    """Keeps what all counted ballots say in one contest, in board order."""

    def __init__(self, contest: str) -> None:
        self.cast: list[Cast] = []
        self._contest = contest

    def take(self, opened: Opened) -> None:
        """Keep the next ballot; an invalid one is not counted, and not kept."""
        for choices in opened.choices:
            for chosen in choices.contests:
                if chosen.contest == self._contest:
                    self.cast.append(Cast(opened.style, tuple(chosen.projects), tuple(chosen.points)))


class Unit(NamedTuple):
    """One count: on one pot, of some styles, after `won` had won in the contest's earlier counts."""

    election: Election
    contest: Contest
    counted: CountOutcome
    lot: Hash
    won: frozenset[str]

    @property
    def candidates(self) -> list[str]:
        """The projects that could win, in the contest's order."""
        return [each.project for each in self.counted.projects]

    @property
    def is_whole(self) -> bool:
        """Say whether every project of the contest is a candidate."""
        return len(self.counted.projects) == len(self.contest.projects)

    @property
    def methods(self) -> dict[str, Method]:
        """How the ballots of each of the count's styles are filled in."""
        return {
            style: each.method
            for style in self.counted.styles
            for each in self.election.styles[style].contests
            if each.contest == self.contest.id
        }

    @property
    def kind(self) -> type[Method]:
        """The one kind of ballot that the count's styles have; their bounds may differ."""
        return type(next(iter(self.methods.values())))

    @property
    def relations(self) -> Relations:
        """What excludes and what needs what, by the candidates' places."""
        return relate(self.contest, self.candidates, set(self.won))

    def lot_of(self, project: str) -> Hash:
        """Return the project's lot."""
        return H("lot-project", self.lot, self.contest.id, project)


class Exported(NamedTuple):
    """A count's file; `counted` is what it came from."""

    counted: CountOutcome
    election: PabulibElection


def units_of(election: Election, outcome: Outcome, contest_id: str) -> Iterator[Unit]:
    """Yield the counts of a contest that the outcome has, in its order."""
    counts = next(each.counts for each in outcome.contests if each.contest == contest_id)
    won: frozenset[str] = frozenset()
    for count in counts:
        yield Unit(election, election.contests[contest_id], count, outcome.lot, won)
        won |= set(count.winners)
