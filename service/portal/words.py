"""Say numbers, money, moments and the protocol's words in one language, from the catalogue of texts. Pure.

The tables name texts by their ids.
"""

import datetime
from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from ballots.board import Phase
from ballots.manifest import Approval, Knapsack, Method, Points, Pot, Ranking
from tally.texts.languages import Language
from tally.texts.texts import texts_in

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


class Words:
    """What the pages say in one language. Get it from `words_in`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.texts = texts_in(language)

    def say(self, name: str, n: int = 0, **values: str) -> str:
        """Return a text; `n` picks the form and is filled in as a number."""
        return self.texts.say(name, n, **values)

    def say_word(self, table: Mapping[str, str], word: str) -> str:
        """Return what a table has for a word of the protocol; the word itself where it has nothing."""
        return self.say(table[word]) if word in table else word

    def say_ties(self) -> str:
        """Return what decides between equal projects."""
        return self.say("page.ties")

    def list_steps(self) -> list[str]:
        """Return the names of the steps of an election."""
        return [self.say(name) for name in STEPS]

    def say_number(self, number: int) -> str:
        """Return a whole number with marks between thousands."""
        return self.texts.number(number)

    def say_euros(self, cents: int | Fraction) -> str:
        """Return an amount: cents only where there are any; fractions of a cent are rounded."""
        return self.texts.amount(round(cents))

    def say_percent(self, hundredths: int) -> str:
        """Return a percentage, given in hundredths of it, with as many decimals as it needs."""
        places = 0 if hundredths % 100 == 0 else 1 if hundredths % 10 == 0 else 2
        whole = self.say_number(hundredths // 100)
        number = self.texts.decimal(hundredths // 10 ** (2 - places), places) if places else whole
        return self.texts.find("cldr.percent").format(number=number)

    def say_list(self, parts: list[str]) -> str:
        """Return parts as one list, "and" before the last."""
        return self.texts.join(parts)

    def say_moment(self, seconds: int) -> str:
        """Return a moment in seconds since 1970 as day and time in the Netherlands."""
        at = _dutch_time(seconds)
        weekday, date = self.say(DAYS[at.weekday()]), self.say_day(at.date())
        return self.say(
            "page.moment", weekday=weekday, date=date, hour=str(at.hour), minute=f"{at.minute:02}"
        )

    def say_day(self, day: datetime.date) -> str:
        """Return a date."""
        month = self.say(MONTHS[day.month - 1])
        return self.say("page.date", day=str(day.day), month=month, year=str(day.year))

    def say_method(self, method: Method) -> str:
        """Return how to fill in a ballot, as one sentence."""
        match method:
            case Approval(minimum=least, maximum=most):
                return self.say("page.method.approval", number=self._say_range(least, most))
            case Knapsack():
                return self.say("page.method.knapsack")
            case Points(total=total, maximum=most):
                return self.say("page.method.points", total, most=str(most))
            case Ranking(minimum=least, maximum=most):
                return self.say("page.method.ranking", number=self._say_range(least, most))

    def _say_range(self, least: int, most: int) -> str:
        if least == most:
            return self.say("page.range.exactly", most)
        if least == 0:
            return self.say("page.range.most", most)
        return self.say("page.range.between", most, least=str(least))

    def say_votes(self, votes: int, method: Method) -> str:
        """Return what a project got, in the method's own unit."""
        return self.say("page.points" if isinstance(method, Points | Ranking) else "page.votes", votes)

    def say_right(self, pot: Pot) -> str:
        """Return who decides about a pot."""
        match pot.right:
            case "decide":
                return self.say("page.right.decide")
            case "labelled":
                return self.say("page.right.labelled", label=pot.label)
            case "advice":
                return self.say("page.right.advice")

    def say_voters(self, voters: str) -> str:
        """Return for whom a style is."""
        return self.say("page.voters.youth" if voters == "youth" else "page.voters.adults")


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


@cache
def words_in(language: Language) -> Words:
    """Return what the pages say in a language."""
    return Words(language)
