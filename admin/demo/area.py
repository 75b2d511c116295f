"""A made-up area in the manner of Hoogeveen's Smederijen: its partners, its money, its projects, its people.

Pure: choices follow from the generator that the caller gives. Promise: the pot is computed from the published
rule and every euro has its funder. All names are made up.
"""

import importlib.resources
from collections.abc import Sequence
from random import Random
from typing import Literal

import msgspec

from admin.demo.neighbourhood import AREA, draw_map
from admin.demo.pictures import draw_tile
from admin.elections.setup import Plan, StylePlan
from ballots.choices import Choices, ContestChoices
from ballots.manifest import (
    Approval,
    Area,
    BallotProject,
    Contest,
    Funder,
    Pot,
    Rule,
    StyleContest,
    Thresholds,
)
from ballots.wire import Record, content_hash

BASE_CENTS = 2_000_000
RATE_CENTS = {"A": 550, "B": 950, "C": 1350}
"""Euro cents a resident, by the area's class."""
YOUTH_PART = (1, 10)
"""Which part of the area's money the young decide on."""
YOUNG_PART = (1, 5)
"""Which part of the residents is young."""
FEWEST = 10
"""With fewer residents there would be no secret."""
PARTNERS = {
    "gemeente": "Gemeente Heidewold",
    "turfland": "Woningstichting Turfland",
    "de-wieken": "Wonen De Wieken",
    "achterom": "Corporatie Het Achterom",
    "de-schakel": "Welzijnsstichting De Schakel",
    "politie": "Politie, basisteam Heidewold",
}
"""Six partners steer, as in Hoogeveen: municipality, three housing corporations, welfare, police."""
ISSUERS = {"adult": ["gemeente", "turfland"], "youth": ["achterom", "de-schakel"]}
OFFICIALS = {"griffier": "Griffier Hanna Vedder", "notaris": "Notaris Bram Oosting"}
FUNDERS = [
    Funder(id="gemeente", title="Gemeente Heidewold", weight=70),
    Funder(id="corporaties", title="De drie woningcorporaties", weight=30),
]
THRESHOLDS = Thresholds(faults=1, trustees=4, witnesses=4)


class Voter(Record):
    """What a made-up resident does: the style, and the choices of every time that they vote.

    For `by_hand` no program votes; the letter is shown instead.
    """

    style: str
    votes: list[Choices]
    by_hand: bool = False


class MadeUpProject(Record):
    """A project of projects.json; `weight` says how much people like it, `point` where it is on the map."""

    drawing: str
    euros: int
    help: str
    id: str
    others: str
    self: str
    title: str
    weight: int
    what: str
    where: str
    point: str = ""


MAP = "map"
"""The drawing of the project whose picture is the map of the neighbourhood."""


def pot_cents(residents: int, area_class: Literal["A", "B", "C"]) -> int:
    """Return an area's money: EUR 20,000, and an amount a resident that depends on the area's class."""
    return BASE_CENTS + residents * RATE_CENTS[area_class]


def split_residents(residents: int) -> dict[str, int]:
    """Return how many residents each style has."""
    young = max(2, residents * YOUNG_PART[0] // YOUNG_PART[1])
    return {"adult": residents - young, "youth": young}


def make_plan(residents: int, rule: Rule) -> Plan:
    """Return the area's election for so many residents, all contests counted by the rule."""
    pot = pot_cents(residents, "B")
    youth = pot * YOUTH_PART[0] // YOUTH_PART[1] // 100 * 100
    files: dict[bytes, bytes] = {}
    adults_and_young = _contest("wijkbudget", "Wijkbudget De Turfhoek", pot - youth, rule, files)
    young = _contest("jeugdbudget", "Jeugdbudget De Turfhoek", youth, rule, files)
    return Plan(
        areas=[Area(id="turfhoek", title="De Turfhoek")],
        contests=[adults_and_young, young],
        files=files,
        ladder="co-decide",
        styles=[
            _style("adult", "De Turfhoek, volwassenen", [("wijkbudget", 1, 5)]),
            _style("youth", "De Turfhoek, jeugd", [("jeugdbudget", 0, 3), ("wijkbudget", 0, 3)]),
        ],
        thresholds=THRESHOLDS,
        title="Wijkbudget De Turfhoek",
    )


def _style(
    style: Literal["adult", "youth"], title: str, contests: Sequence[tuple[str, int, int]]
) -> StylePlan:
    return StylePlan(
        areas=["turfhoek"],
        contests=[
            StyleContest(contest=contest, method=Approval(maximum=maximum, minimum=minimum))
            for contest, minimum, maximum in contests
        ],
        id=style,
        issuers=ISSUERS[style],
        release_minimum=3,
        roll_minimum=1,
        title=title,
        voters=style,
        walk_ins=2,
    )


def _contest(contest: str, title: str, cents: int, rule: Rule, files: dict[bytes, bytes]) -> Contest:
    pot = Pot(
        cents=cents, funders=FUNDERS, id=f"pot-{contest}", label="", right="decide", title=f"Pot {title}"
    )
    return Contest(
        alternatives=[],
        counted="together",
        id=contest,
        needs=[],
        pots=[pot],
        projects=[
            make_project(
                (project.id, pot.id),
                project.title,
                project.euros * 100,
                (project.drawing, _text(project)),
                files,
            )
            for project in read_projects()[contest]
        ],
        rule=rule,
        styles=["adult", "youth"] if contest == "wijkbudget" else ["youth"],
        title=title,
    )


def make_project(
    ids: tuple[str, str], title: str, cents: int, shown: tuple[str, str], files: dict[bytes, bytes]
) -> BallotProject:
    """Return a project and put its picture and text into `files`.

    `ids` are its own and that of the pot that pays for it, `shown` is (drawing, text).
    """
    picture = draw_map(title) if shown[0] == MAP else draw_tile(title, shown[0])
    text = shown[1].encode()
    files |= {bytes(content_hash(raw)): raw for raw in (picture, text)}
    return BallotProject(
        cost=cents,
        id=ids[0],
        picture=content_hash(picture),
        pots=[ids[1]],
        text=content_hash(text),
        title=title,
    )


def _text(project: MadeUpProject) -> str:
    """Return a project's text: what, where, and the three questions of Trits in their order."""
    point = f"Op de kaart: {project.point}\n" if project.point else ""
    ground = f"Plaatje is een kaart: {AREA}\n" if project.drawing == MAP else ""
    return (
        f"{project.title}\n\nWat: {project.what}\nWaar: {project.where}\n{point}{ground}\n"
        f"Wat doen bewoners zelf? {project.self}\n"
        f"Wat kunnen zij met hulp? {project.help}\n"
        f"Wat moeten anderen doen? {project.others}\n"
    )


def read_projects() -> dict[str, list[MadeUpProject]]:
    """Return the made-up projects by contest."""
    raw = importlib.resources.files("admin.demo").joinpath("projects.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, list[MadeUpProject]])


def make_voters(plan: Plan, residents: int, turnout: float, random: Random) -> list[Voter]:
    """Return what every resident does; `turnout` (0 to 1) of them vote, every seventh of those twice."""
    people: list[Voter] = []
    for style in plan.styles:
        count = split_residents(residents)[style.id]
        voting = round(count * turnout)
        for number in range(count):
            times = 0 if number >= voting else 2 if number % 7 == 3 else 1
            votes = [_choose(style, plan, random) for _ in range(times)]
            people.append(Voter(style=style.id, votes=votes))
    random.shuffle(people)
    return people


def _choose(style: StylePlan, plan: Plan, random: Random) -> Choices:
    """Return made-up choices: some projects are liked more than others, and tastes differ."""
    liking = {project.id: project.weight for projects in read_projects().values() for project in projects}
    chosen = []
    for each, contest in ((each, _find(plan, each.contest)) for each in style.contests):
        if not isinstance(each.method, Approval):
            raise TypeError("the made-up area approves projects")
        count = min(random.randint(max(1, each.method.minimum), each.method.maximum), len(contest.projects))
        taste = {p.id: random.random() ** (1 / liking[p.id]) for p in contest.projects}
        best = sorted(taste, key=lambda project: -taste[project])[:count]
        order = [project.id for project in contest.projects if project.id in best]
        chosen.append(ContestChoices(contest=each.contest, points=[], projects=order))
    return Choices(contests=chosen, mark=random.sample(range(64), 2))


def _find(plan: Plan, contest: str) -> Contest:
    return next(each for each in plan.contests if each.id == contest)
