"""Say where an election stands and the one next step of a resident. Pure."""

from typing import NamedTuple

from ballots.board import Phase
from ballots.election import Election
from service.portal import words
from service.portal.follow import Snapshot


class Step(NamedTuple):
    """Where we are, what to do next, and a link with its text (both empty if there is none)."""

    where: str
    next_step: str
    link: str = ""
    link_text: str = ""


PREPARING = Step(
    "De kiezerslijst wordt gemaakt.", "Wacht op de brief met uw code. U hoeft nog niets te doen."
)
STEPS = {
    Phase.SETUP: PREPARING,
    Phase.ROLL: PREPARING,
    Phase.SEALED: Step(
        "De kiezerslijst is klaar.", "Bewaar de brief met uw code. Het stemmen gaat bijna open."
    ),
    Phase.OPENED: Step("De stembiljetten zijn open.", "Nu wordt er geteld. Dat duurt meestal niet lang."),
    Phase.COUNTED: Step(
        "Er is geteld.",
        "Twee mensen rekenen de telling na. Daarna staat de uitslag vast.",
        "/outcome",
        "Bekijk de voorlopige uitslag",
    ),
    Phase.CERTIFIED: Step(
        "De uitslag staat vast.", "Kijk wat er gekozen is, en waarom.", "/outcome", "Bekijk de uitslag"
    ),
}
"""The phases in which the next step depends on nothing else."""


def say_step(snapshot: Snapshot, election: Election, now: float) -> Step:
    """Return where the election stands at the time `now`, and the next step."""
    if snapshot.phase in STEPS:
        return STEPS[snapshot.phase]
    if snapshot.phase is Phase.CLOSED:
        keys = words.say_count(election.k - len(snapshot.trustee_keys), "sleutel", "sleutels")
        return Step(
            "Het stemmen is gesloten.",
            f"De partners openen de stembiljetten samen. Daarvoor zijn nog {keys} nodig.",
            "/find",
            "Zoek uw stembiljet",
        )
    if now < election.deadline:
        return Step(
            "U kunt nu stemmen.",
            "Pak de brief met uw code, haal uw aandeel en stem. "
            f"Dat kan tot {words.say_moment(election.deadline)}. De ideeën staan hieronder.",
            "/vote",
            "Stem nu",
        )
    return Step(
        "Het stemmen is voorbij.",
        "De laatste stembiljetten komen nu op het bord. Kijk of het uwe er hangt.",
        "/find",
        "Zoek uw stembiljet",
    )
