"""Say where an election stands and the one next step of a resident. Pure."""

from typing import NamedTuple

from ballots.board import Phase
from ballots.election import Election
from service.portal.follow import Snapshot
from service.portal.words import Words


class Step(NamedTuple):
    """Where we are, what to do next, and a link with its text (both empty if there is none)."""

    where: str
    next_step: str
    link: str = ""
    link_text: str = ""


PREPARING = Step("page.now.roll", "page.now.roll-next")
FIND = ("/find", "page.nav.find")
STEPS = {
    Phase.SETUP: PREPARING,
    Phase.ROLL: PREPARING,
    Phase.SEALED: Step("page.now.sealed", "page.now.sealed-next"),
    Phase.OPENED: Step("page.now.opened", "page.now.opened-next"),
    Phase.COUNTED: Step("page.now.counted", "page.now.counted-next", "/outcome", "page.now.counted-link"),
    Phase.CERTIFIED: Step(
        "page.now.certified", "page.now.certified-next", "/outcome", "page.now.certified-link"
    ),
}
"""The phases in which the next step depends on nothing else, with the ids of their texts."""
VOTING = Step("page.now.voting", "page.now.voting-next", "/vote", "page.now.voting-link")
OVER = Step("page.now.over", "page.now.over-next", *FIND)
CLOSED = Step("page.now.closed", "page.now.closed-next", *FIND)


def say_step(words: Words, snapshot: Snapshot, election: Election, now: float) -> Step:
    """Return where the election stands at the time `now`, and the next step."""
    if snapshot.phase in STEPS:
        return _say(words, STEPS[snapshot.phase])
    if snapshot.phase is Phase.CLOSED:
        return _say(words, CLOSED, election.k - len(snapshot.trustee_keys))
    if now < election.deadline:
        return _say(words, VOTING, deadline=words.say_moment(election.deadline))
    return _say(words, OVER)


def _say(words: Words, step: Step, n: int = 0, **values: str) -> Step:
    return Step(
        where=words.say(step.where),
        next_step=words.say(step.next_step, n, **values),
        link=step.link,
        link_text=words.say(step.link_text) if step.link_text else "",
    )
