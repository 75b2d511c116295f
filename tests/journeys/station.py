"""A polling site that is open: database, six partner nodes, service and sequencer, and letters with codes.

It is the demo's site (admin/demo), with an election that has every method of voting. Starting it takes some
seconds, so a module shares one; each test takes letters of its own.
"""

import csv
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console

from admin.demo import area
from admin.demo.flow import Flow, Wishes
from admin.demo.screen import Screen
from admin.demo.site import Site, running
from admin.elections.setup import Plan
from ballots.election import Election
from ballots.manifest import Approval, Contest, Knapsack, Method, Points, Ranking, StyleContest
from tests.count_rules import GREEDY

METHODS: dict[str, Method] = {
    "goedkeuren": Approval(maximum=3, minimum=1),
    "rugzak": Knapsack(),
    "punten": Points(maximum=3, total=5),
    "volgorde": Ranking(maximum=3, minimum=1),
}
"""A contest of each method, by its id; all of them stand on the adults' ballot."""
RESIDENTS = 160
OPEN_SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class Station:
    """What a test may use: addresses, the election, and the letters that nobody has opened yet."""

    url: str
    election: Election
    letters: dict[str, list[str]]
    site: Site

    def take_code(self, style: str = "adult") -> str:
        """Return the code of a letter; each is taken once."""
        return self.letters[style].pop()

    @property
    def anchor(self) -> str:
        """The manifest hash as it stands on a letter."""
        return self.election.manifest_hash.hex()


def make_plan() -> Plan:
    """Return an election with every method, all contests with the same made-up projects."""
    plan = area.make_plan(RESIDENTS, GREEDY)
    first = plan.contests[0]
    adult, youth = plan.styles
    contests = [_copy(first, name) for name in METHODS]
    return msgspec.structs.replace(
        plan,
        contests=[*contests, msgspec.structs.replace(plan.contests[1], styles=["youth"])],
        styles=[
            msgspec.structs.replace(
                adult,
                contests=[StyleContest(contest=name, method=method) for name, method in METHODS.items()],
            ),
            msgspec.structs.replace(youth, contests=youth.contests[:1]),
        ],
    )


def _copy(contest: Contest, name: str) -> Contest:
    pot = msgspec.structs.replace(contest.pots[0], id=f"pot-{name}")
    projects = [
        msgspec.structs.replace(project, id=f"{project.id}-{name[0]}", pots=[pot.id])
        for project in contest.projects
    ]
    return msgspec.structs.replace(
        contest, id=name, pots=[pot], projects=projects, styles=["adult"], title=f"Wijkbudget: {name}"
    )


@asynccontextmanager
async def open_station(
    folder: Path, seconds: int = OPEN_SECONDS, plan: Plan | None = None
) -> AsyncIterator[Station]:
    """Start everything, and open the voting; stop everything at the end."""
    counts = area.split_residents(RESIDENTS)
    voters = [area.Voter(style=style, votes=[]) for style, count in counts.items() for _ in range(count)]
    wishes = Wishes(plan=plan or make_plan(), voters=voters, voting_seconds=seconds)
    with running(folder, 0) as site:
        async with AsyncExitStack() as stack:
            with Screen(Console(quiet=True)).shown() as screen:
                election = await Flow(site, screen, wishes).open_voting(stack)
            yield Station(url=site.url, election=election, letters=read_letters(site), site=site)


def read_letters(site: Site) -> dict[str, list[str]]:
    """Return the codes of all letters by style."""
    letters: dict[str, list[str]] = {}
    with (site.folder / "registrar" / "letters" / "letters.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            letters.setdefault(row["style"], []).append(row["code"])
    return letters
