"""What a voter chose: its one spelling, its rules, its padding.

How it is sealed is decided in sealing.py. Format: PROTOCOL.md section 8.
"""

from collections.abc import Mapping, Sequence

from ballots.errors import ChoicesError, WireError
from ballots.manifest import Approval, Contest, Knapsack, Method, Points, Ranking, Style, StyleContest
from ballots.wire import Count, Id, Record, decode, encode

MARKS = 64
"""How many pictures there are to choose a mark from."""


class ContestChoices(Record):
    """The projects chosen in one contest; `points` has one number a project where the method is points."""

    contest: Id
    points: list[Count]
    projects: list[Id]


class Choices(Record):
    """All of one ballot's choices, and the voter's mark (two pictures, or none)."""

    contests: list[ContestChoices]
    mark: list[Count]


def check_choices(
    choices: Choices, style: Style, contests: Mapping[str, Contest], money: Mapping[str, int]
) -> None:
    """Raise ChoicesError with the reason of the first broken rule.

    `contests` maps ids to contests, `money` a contest's id to the cents that knapsack ballots may spend.
    """
    if choices.mark and not (
        len(choices.mark) == 2 and len(set(choices.mark)) == 2 and max(choices.mark) < MARKS
    ):
        raise ChoicesError("choices-mark", f"expected no mark or two different numbers below {MARKS}")
    if [chosen.contest for chosen in choices.contests] != [each.contest for each in style.contests]:
        raise ChoicesError("choices-contests", "expected exactly the contests of the style, in its order")
    for chosen, each in zip(choices.contests, style.contests, strict=True):
        _check_contest(chosen, each.method, contests[each.contest], money[each.contest])


def _check_contest(chosen: ContestChoices, method: Method, contest: Contest, money: int) -> None:
    places = {project.id: place for place, project in enumerate(contest.projects)}
    if len(set(chosen.projects)) != len(chosen.projects) or not places.keys() >= set(chosen.projects):
        raise ChoicesError("choices-projects", "expected projects of the contest, none twice")
    order = [places[project] for project in chosen.projects]
    if not isinstance(method, Ranking) and order != sorted(order):
        raise ChoicesError("choices-order", "expected the projects in the contest's order")
    _check_points(chosen, method)
    if isinstance(method, Approval | Ranking) and not method.minimum <= len(order) <= method.maximum:
        raise ChoicesError(
            "choices-number", f"expected {method.minimum} to {method.maximum} projects, got {len(order)}"
        )
    if isinstance(method, Knapsack) and sum(contest.projects[place].cost for place in order) > money:
        raise ChoicesError("choices-budget", f"expected projects of together at most {money} cents")
    if isinstance(method, Points) and sum(chosen.points) > method.total:
        raise ChoicesError("choices-budget", f"expected at most {method.total} points in all")


def _check_points(chosen: ContestChoices, method: Method) -> None:
    if isinstance(method, Points):
        good = len(chosen.points) == len(chosen.projects) and all(
            1 <= p <= method.maximum for p in chosen.points
        )
    else:
        good = not chosen.points
    if not good:
        raise ChoicesError("choices-points", "expected one number of points a project for points, else none")


def pad_choices(choices: Choices, pad: int) -> bytes:
    """Return `pad` bytes: canonical choices, 0x80 and zeros; ChoicesError `choices-length` if too long."""
    raw = encode(choices) + b"\x80"
    if len(raw) > pad:
        raise ChoicesError("choices-length", f"expected at most {pad - 1} bytes of choices")
    return raw.ljust(pad, b"\0")


def unpad_choices(padded: bytes) -> Choices:
    """Return the choices; the inverse of `pad_choices`. ChoicesError `choices-wire` for anything else."""
    raw = padded.rstrip(b"\0")
    if raw[-1:] != b"\x80":
        raise ChoicesError("choices-wire", "expected choices, 0x80 and zeros")
    try:
        choices: Choices = decode(Choices, raw[:-1])
    except WireError as error:
        raise ChoicesError("choices-wire", str(error)) from None
    return choices


def longest_choices(contests: Sequence[tuple[StyleContest, Contest]]) -> int:
    """Return the length in bytes that the choices of a style cannot exceed (PROTOCOL.md section 4)."""
    return len(encode(Choices(contests=[_longest(*each) for each in contests], mark=[MARKS - 1, MARKS - 2])))


def _longest(each: StyleContest, contest: Contest) -> ContestChoices:
    ids = sorted((project.id for project in contest.projects), key=len, reverse=True)
    points: list[int] = []
    match each.method:
        case Approval(maximum=maximum) | Ranking(maximum=maximum):
            ids = ids[:maximum]
        case Points(maximum=maximum):
            points = [maximum] * len(ids)
    return ContestChoices(contest=each.contest, points=points, projects=ids)
