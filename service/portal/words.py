"""Say numbers, money, moments and the protocol's words, from the catalogue of texts. Pure.

The tables name texts by their ids; pages are in Dutch.
"""

import datetime
from collections.abc import Mapping
from fractions import Fraction

from ballots.board import Phase
from ballots.manifest import Approval, Knapsack, Method, Points, Pot, Ranking
from tally.texts.languages import SOURCE
from tally.texts.texts import texts_in

TEXTS = texts_in(SOURCE)
DAYS = (
    "cldr.day.0",
    "cldr.day.1",
    "cldr.day.2",
    "cldr.day.3",
    "cldr.day.4",
    "cldr.day.5",
    "cldr.day.6",
)
MONTHS = (
    "cldr.month.1",
    "cldr.month.2",
    "cldr.month.3",
    "cldr.month.4",
    "cldr.month.5",
    "cldr.month.6",
    "cldr.month.7",
    "cldr.month.8",
    "cldr.month.9",
    "cldr.month.10",
    "cldr.month.11",
    "cldr.month.12",
)
KINDS = {
    "style": "page.kind.style",
    "contest": "page.kind.contest",
    "manifest": "page.kind.manifest",
    "roll": "page.kind.roll",
    "seal": "page.kind.seal",
    "start": "page.kind.start",
    "bundle": "page.kind.bundle",
    "replace": "page.kind.replace",
    "request": "page.kind.request",
    "release": "page.kind.release",
    "ballot": "page.kind.ballot",
    "close": "page.kind.close",
    "trustee-key": "page.kind.trustee-key",
    "tally": "page.kind.tally",
    "certify": "page.kind.certify",
}
INVALID = {
    "sealing": "page.invalid.sealing",
    "choices-wire": "page.invalid.choices-wire",
    "choices-mark": "page.invalid.choices-mark",
    "choices-contests": "page.invalid.choices-contests",
    "choices-projects": "page.invalid.choices-projects",
    "choices-order": "page.invalid.choices-order",
    "choices-points": "page.invalid.choices-points",
    "choices-number": "page.invalid.choices-number",
    "choices-budget": "page.invalid.choices-budget",
}
LADDER = {
    "inform": "page.ladder.inform",
    "consult": "page.ladder.consult",
    "advise": "page.ladder.advise",
    "coproduce": "page.ladder.coproduce",
    "co-decide": "page.ladder.co-decide",
}
RULES = {
    "greedy": "page.rule.greedy",
    "equal-shares": "page.rule.equal-shares",
    "phragmen-sequential": "page.rule.phragmen-sequential",
}
TIE_STEPS = {
    "cost": "page.tie-step.cost",
    "votes": "page.tie-step.votes",
    "lot": "page.tie-step.lot",
}
STEPS = (
    "page.step.prepare",
    "page.step.roll",
    "page.step.vote",
    "page.step.open",
    "page.step.count",
    "page.step.outcome",
)
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


def say_word(table: Mapping[str, str], word: str) -> str:
    """Return what a table has for a word of the protocol; the word itself where it has nothing."""
    return TEXTS.say(table[word]) if word in table else word


def say_ties() -> str:
    """Return what decides between equal projects."""
    return TEXTS.say("page.ties")


def list_steps() -> list[str]:
    """Return the names of the steps of an election."""
    return [TEXTS.say(name) for name in STEPS]


def say_number(number: int) -> str:
    """Return a whole number with marks between thousands."""
    return TEXTS.number(number)


def say_euros(cents: int | Fraction) -> str:
    """Return an amount: cents only where there are any; fractions of a cent are rounded."""
    return TEXTS.amount(round(cents))


def say_count(number: int, one: str, more: str) -> str:
    """Return a number with its noun."""
    return f"{say_number(number)} {one if number == 1 else more}"


def say_list(parts: list[str]) -> str:
    """Return parts as one list, "and" before the last."""
    return TEXTS.join(parts)


def say_moment(seconds: int) -> str:
    """Return a moment in seconds since 1970 as day and time in the Netherlands."""
    at = _dutch_time(seconds)
    weekday, date = TEXTS.say(DAYS[at.weekday()]), say_day(at.date())
    return TEXTS.say("page.moment", weekday=weekday, date=date, hour=str(at.hour), minute=f"{at.minute:02}")


def say_day(day: datetime.date) -> str:
    """Return a date."""
    month = TEXTS.say(MONTHS[day.month - 1])
    return TEXTS.say("page.date", day=str(day.day), month=month, year=str(day.year))


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
            return TEXTS.say("page.method.approval", number=_say_range(least, most))
        case Knapsack():
            return TEXTS.say("page.method.knapsack")
        case Points(total=total, maximum=most):
            return TEXTS.say("page.method.points", total, most=str(most))
        case Ranking(minimum=least, maximum=most):
            return TEXTS.say("page.method.ranking", number=_say_range(least, most))


def _say_range(least: int, most: int) -> str:
    if least == most:
        return TEXTS.say("page.range.exactly", most)
    if least == 0:
        return TEXTS.say("page.range.most", most)
    return TEXTS.say("page.range.between", most, least=str(least))


def say_votes(votes: int, method: Method) -> str:
    """Return what a project got, in the method's own unit."""
    return TEXTS.say("page.points" if isinstance(method, Points | Ranking) else "page.votes", votes)


def say_right(pot: Pot) -> str:
    """Return who decides about a pot."""
    match pot.right:
        case "decide":
            return TEXTS.say("page.right.decide")
        case "labelled":
            return TEXTS.say("page.right.labelled", label=pot.label)
        case "advice":
            return TEXTS.say("page.right.advice")


def say_voters(voters: str) -> str:
    """Return for whom a style is."""
    return TEXTS.say("page.voters.youth" if voters == "youth" else "page.voters.adults")
