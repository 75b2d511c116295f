"""A world whose contest has all that a contest can have: two pots, alternatives over both, and needs."""

from ballots import manifest as m
from tests.count_rules import paid_from_all
from tests.simulator import World, changed


class Related(World):
    """The pots are counted together; the last project is paid from the second alone."""

    def make_contest(self) -> m.Contest:
        """Return the contest."""
        contest = super().make_contest()
        money = {"Groene pot": 700_000, "Vrije pot": 900_000}
        pots = [
            changed(contest.pots[0], cents=cents, id=f"pot-{n}", title=title)
            for n, (title, cents) in enumerate(money.items())
        ]
        contest = paid_from_all(changed(contest, pots=pots))
        last = changed(contest.projects[-1], pots=["pot-1"])
        return changed(
            contest,
            alternatives=[["plein", "speeltuin"]],
            needs=[m.Need(needs="moestuin", project="bankjes"), m.Need(needs="bankjes", project="fietspad")],
            projects=[*contest.projects[:-1], last],
        )
