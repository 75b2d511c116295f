"""People who ask for a share and then vote, in orders that are correlated as those of real people are.

At home people come one after another at random moments and mostly vote minutes after asking. At a kiosk one
person asks and votes within a minute, and then comes the next: one device, one address, back to back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

ASK = "ask"
CAST = "cast"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a person (by number) does, and when, in seconds."""

    time: float
    kind: str
    person: int


def at_home(people: Sequence[int], random: Random) -> list[Step]:
    """Return what people do at home: one a minute on average; half vote within four minutes of asking."""
    steps, time = [], 0.0
    for person in people:
        time += random.expovariate(1 / 60)
        steps.append(Step(time=time, kind=ASK, person=person))
        steps.append(Step(time=time + random.lognormvariate(5.48, 0.7), kind=CAST, person=person))
    return sorted(steps, key=lambda step: step.time)


def at_a_kiosk(people: Sequence[int], random: Random) -> list[Step]:
    """Return what people do at one kiosk: each asks, votes within a minute, and makes room for the next."""
    steps, time = [], 0.0
    for person in people:
        time += random.uniform(5, 30)
        steps.append(Step(time=time, kind=ASK, person=person))
        time += random.uniform(15, 60)
        steps.append(Step(time=time, kind=CAST, person=person))
    return steps
