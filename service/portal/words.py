"""Say numbers, money, moments and the protocol's words in plain Dutch. Pure; pages know no other words."""

import datetime
from fractions import Fraction

from ballots.board import Phase
from ballots.manifest import Approval, Knapsack, Method, Points, Pot, Ranking

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
KINDS = {
    "style": "Soort stembiljet",
    "contest": "Projecten en pot",
    "manifest": "Regels van de verkiezing",
    "roll": "Blad van de kiezerslijst",
    "seal": "Kiezerslijst klaar",
    "start": "Stemmen geopend",
    "bundle": "Stempagina aangepast",
    "replace": "Nieuw nummer op de kiezerslijst",
    "request": "Aandeel aangevraagd",
    "release": "Stembiljetten opgehangen",
    "ballot": "Stembiljet",
    "close": "Stemmen gesloten",
    "trustee-key": "Sleutel van een partner",
    "tally": "Telling",
    "certify": "Uitslag vastgesteld",
}
INVALID = {
    "sealing": "De verzegeling klopt niet.",
    "choices-wire": "De inhoud is niet te lezen.",
    "choices-mark": "Het merkteken klopt niet.",
    "choices-contests": "De inhoud hoort niet bij dit soort stembiljet.",
    "choices-projects": "Er staat een project op dat niet bestaat, of twee keer hetzelfde project.",
    "choices-order": "De projecten staan niet in de vaste volgorde.",
    "choices-points": "De punten kloppen niet.",
    "choices-number": "Er zijn te veel of te weinig projecten gekozen.",
    "choices-budget": "Er is meer gekozen dan er te verdelen was.",
}
LADDER = {
    "inform": "Meeweten: u hoort wat er gaat gebeuren.",
    "consult": "Meedenken: u zegt wat u ervan vindt.",
    "advise": "Adviseren: u geeft advies, en wie afwijkt legt uit waarom.",
    "coproduce": "Samenwerken: u maakt het plan samen met de partners.",
    "co-decide": "Meebeslissen: u beslist.",
}
RULES = {
    "greedy": (
        "Het project met de meeste stemmen gaat eerst; past een project niet meer in de pot, "
        "dan slaan we het over en kijken we naar het volgende."
    ),
    "equal-shares": (
        "Elk stembiljet krijgt een even groot deel van de pot, en een project wordt gekozen "
        "als de mensen die het willen het samen kunnen betalen."
    ),
    "phragmen-sequential": (
        "De kosten van een project zijn een last die zijn voorstanders samen dragen; telkens wordt het "
        "project gekozen waarbij de zwaarste last het kleinst blijft."
    ),
}
TIES = (
    "Staan projecten gelijk, dan gaat het goedkoopste voor, daarna het project met de meeste stemmen, "
    "en anders beslist het lot."
)
TIE_STEPS = {
    "cost": "het goedkoopste project ging voor",
    "votes": "het project met de meeste stemmen ging voor",
    "lot": "het lot besliste",
}
STEPS = ("Voorbereiden", "Kiezerslijst", "Stemmen", "Openen", "Tellen", "Uitslag")
"""The steps of an election as a resident sees them."""
STEP_OF = {
    Phase.SETUP: 0,
    Phase.ROLL: 1,
    Phase.SEALED: 1,
    Phase.VOTING: 2,
    Phase.RELEASING: 2,
    Phase.CLOSED: 3,
    Phase.OPENED: 4,
    Phase.COUNTED: 5,
    Phase.CERTIFIED: 5,
}


def say_number(number: int) -> str:
    """Return a whole number with points between thousands."""
    return f"{number:,}".replace(",", ".")


def say_euros(cents: int | Fraction) -> str:
    """Return an amount: cents only where there are any; fractions of a cent are rounded."""
    whole = round(cents)
    sign = "-" if whole < 0 else ""
    euros, rest = divmod(abs(whole), 100)
    return f"{sign}€\u00a0{say_number(euros)}" + (f",{rest:02}" if rest else "")


def say_count(number: int, one: str, more: str) -> str:
    """Return a number with its noun."""
    return f"{say_number(number)} {one if number == 1 else more}"


def say_list(parts: list[str]) -> str:
    """Return parts with commas and "en" before the last."""
    return " en ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def say_moment(seconds: int) -> str:
    """Return a moment in seconds since 1970 as day and time in the Netherlands."""
    at = _dutch_time(seconds)
    return f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year} om {at.hour}.{at.minute:02} uur"


def say_day(day: datetime.date) -> str:
    """Return a date."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _dutch_time(seconds: int) -> datetime.datetime:
    """Return local time: summer time from 1.00 UTC, last Sunday of March to that of October (2000/84/EC)."""
    at = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(
        seconds=min(seconds, 200_000_000_000)
    )
    summer = _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10)
    return at + datetime.timedelta(hours=2 if summer else 1)


def _last_sunday(year: int, month: int) -> datetime.datetime:
    last = datetime.datetime(year, month, 31, 1, tzinfo=datetime.UTC)
    return last - datetime.timedelta(days=(last.weekday() + 1) % 7)


def say_method(method: Method) -> str:
    """Return how to fill in a ballot, as one sentence."""
    match method:
        case Approval(minimum=least, maximum=most):
            return f"Kies {_say_range(least, most)}."
        case Knapsack():
            return "Kies zoveel projecten als u wilt, zolang ze samen in de pot passen."
        case Points(total=total, maximum=most):
            return (
                f"Verdeel ten hoogste {say_count(total, 'punt', 'punten')}, ten hoogste {most} per project."
            )
        case Ranking(minimum=least, maximum=most):
            return f"Zet {_say_range(least, most)} op volgorde, het beste bovenaan."


def _say_range(least: int, most: int) -> str:
    if least == most:
        return f"precies {say_count(most, 'project', 'projecten')}"
    if least == 0:
        return f"ten hoogste {say_count(most, 'project', 'projecten')}"
    return f"{least} tot en met {say_count(most, 'project', 'projecten')}"


def say_votes(votes: int, method: Method) -> str:
    """Return what a project got, in the method's own unit."""
    if isinstance(method, Points | Ranking):
        return say_count(votes, "punt", "punten")
    return say_count(votes, "stem", "stemmen")


def say_right(pot: Pot) -> str:
    """Return who decides about a pot."""
    match pot.right:
        case "decide":
            return "U beslist waar dit geld heen gaat."
        case "labelled":
            return f"U beslist waar dit geld heen gaat, binnen dit doel: {pot.label}."
        case "advice":
            return "U geeft advies. Wijkt het bestuur daarvan af, dan legt het in het openbaar uit waarom."


def say_voters(voters: str) -> str:
    """Return for whom a style is."""
    return "jongeren" if voters == "youth" else "volwassenen"
