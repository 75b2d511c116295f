"""Which projects may still win: relations between projects, and what a rule never chooses.

At most one project of each group of alternatives wins, and a project wins only after all that it needs. A
project is open while neither stands in its way; rules look at open projects alone (PROTOCOL.md section 12).
"""

from collections.abc import Iterable, Iterator

from tally.profile import ProfileError
from tally.rules.columns import Columns
from tally.rules.result import Reason


class Openness:
    """The state of one count: what has won so far, and so what is open."""

    def __init__(self, columns: Columns, *, take_free: bool) -> None:
        relations = columns.profile.relations
        self._costs = columns.costs
        self._take_free = take_free
        self._alternatives: dict[int, set[int]] = {}
        for group in relations.alternatives:
            for project in group:
                self._alternatives.setdefault(project, set()).update(set(group) - {project})
        self._needs: dict[int, set[int]] = {}
        self._needed_by: dict[int, list[int]] = {}
        for project, needed in relations.needs:
            self._needs.setdefault(project, set()).add(needed)
            self._needed_by.setdefault(needed, []).append(project)
        self._excluded = set(relations.excluded)
        self._lacking = relations.lacking

    def win(self, project: int) -> tuple[set[int], list[int]]:
        """Note a winner; return which projects are closed by it, and which may be open now."""
        closed = self._alternatives.get(project, set())
        self._excluded |= closed
        opened = []
        for other in self._needed_by.get(project, []):
            self._needs[other].discard(project)
            if self.is_open(other):
                opened.append(other)
        return closed, opened

    def is_open(self, project: int) -> bool:
        """Say whether a project that has not won may win next."""
        return self.closed_by(project) is None

    def closed_by(self, project: int) -> Reason | None:
        """Return why a project that has not won cannot win next, None if it can."""
        if self._costs[project] == 0 and not self._take_free:
            return "costs-nothing"
        if project in self._excluded:
            return "alternative-chosen"
        if project in self._lacking or self._needs.get(project):
            return "need-not-chosen"
        return None

    def among(self, projects: Iterable[int]) -> Iterator[int]:
        """Yield those of some projects that are open."""
        return (project for project in projects if self.is_open(project))


def refuse_relations(columns: Columns) -> None:
    """Raise ProfileError for a profile with relations: a rule that knows none cannot count it."""
    if columns.profile.relations:
        raise ProfileError("expected projects without alternatives and needs: this rule knows none")
