"""What the first page shows: the election in words, where it stands, and the one next step. Pure."""

from fractions import Fraction

import msgspec

from ballots.election import Election
from ballots.entries import Seal
from ballots.manifest import BallotProject, Contest, Pot, Style
from service.portal.contest_words import say_payers, say_relations, say_rule
from service.portal.follow import Snapshot
from service.portal.phase_view import Step, say_step
from service.portal.words import LADDER, STEP_OF, Words

COINS = 10
"""How many coins a pot is drawn with."""
PREVIEW = 280
"""The most characters of a project's text that stand on its tile; the rest unfolds."""


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project as a tile; `picture` is the address of its file."""

    id: str
    title: str
    cost: int
    payers: str
    picture: str
    text: str
    is_long: bool


class Funder(msgspec.Struct, frozen=True, kw_only=True):
    """A funder's part of a pot, as text and as a stretch (of 100) in a bar; `tone` numbers its colour."""

    title: str
    percent: str
    start: float
    width: float
    tone: int


class PotShown(msgspec.Struct, frozen=True, kw_only=True):
    """A pot with who decides and who pays; `coins` are the colours of a stack of coins, from below."""

    title: str
    cents: int
    right: str
    funders: list[Funder]
    coins: list[int]
    style: str = ""


class StyleShown(msgspec.Struct, frozen=True, kw_only=True):
    """A sort of ballot: for whom, how to fill it in, how many numbers on the roll."""

    title: str
    voters: str
    how: str
    size: int | None
    population: int | None


class ContestShown(msgspec.Struct, frozen=True, kw_only=True):
    """A contest with all that decides it."""

    id: str
    title: str
    rule: str
    relations: list[str]
    pots: list[PotShown]
    styles: list[StyleShown]
    projects: list[Project]
    together: bool


class ElectionShown(msgspec.Struct, frozen=True, kw_only=True):
    """The first page."""

    title: str
    areas: str
    step: Step
    steps: list[tuple[str, str]]
    contests: list[ContestShown]
    ladder: str
    ties: str
    releases: list[int]
    next_release: int | None
    deadline: int
    partners: list[str]
    officials: list[str]
    enough: int
    on_board: list[tuple[str, str]]


def show_election(
    words: Words, snapshot: Snapshot, roll: tuple[int, int], now: float
) -> ElectionShown | None:
    """Return the first page, None before the manifest stands. `roll` counts its numbers, and revoked ones."""
    election = snapshot.election
    if election is None:
        return None
    manifest = election.manifest
    at = STEP_OF[snapshot.phase]
    return ElectionShown(
        title=manifest.title,
        areas=words.say_list([area.title for area in manifest.areas]),
        step=say_step(words, snapshot, election, now),
        steps=[
            (name, "done" if i < at else "now" if i == at else "later")
            for i, name in enumerate(words.list_steps())
        ],
        contests=[_show_contest(words, each, election, snapshot) for each in election.contests.values()],
        ladder=words.say_word(LADDER, manifest.ladder),
        ties=words.say_ties(),
        releases=manifest.releases,
        next_release=find_next_release(election, now),
        deadline=election.deadline,
        partners=[partner.title for partner in manifest.partners],
        officials=[official.title for official in manifest.officials],
        enough=election.k,
        on_board=_count_board(words, snapshot, roll),
    )


def find_next_release(election: Election, now: float) -> int | None:
    """Return the time of the next release, None after the last."""
    return next((time for time in election.manifest.releases if time > now), None)


def _count_board(words: Words, snapshot: Snapshot, roll: tuple[int, int]) -> list[tuple[str, str]]:
    numbers, revoked = roll
    counts = [
        (words.say_number(numbers - revoked), words.say("page.board.numbers")),
        (words.say_number(snapshot.count("request")), words.say("page.board.shares")),
        (words.say_number(snapshot.count("ballot")), words.say("page.board.ballots")),
    ]
    return [*counts, (words.say_number(snapshot.size), words.say("page.board.tiles"))]


def _show_contest(words: Words, contest: Contest, election: Election, snapshot: Snapshot) -> ContestShown:
    together = contest.counted == "together"
    styles = [election.styles[style] for style in contest.styles]
    return ContestShown(
        id=contest.id,
        title=contest.title,
        rule=say_rule(words, contest.rule),
        relations=say_relations(words, contest),
        pots=[
            show_pot(words, pot, "" if together else styles[place].title)
            for place, pot in enumerate(contest.pots)
        ],
        styles=[_show_style(words, style, contest, snapshot) for style in styles],
        projects=[_show_project(words, project, contest, snapshot) for project in contest.projects],
        together=together,
    )


def show_pot(words: Words, pot: Pot, style: str = "") -> PotShown:
    """Return a pot with its funders as stretches of a bar."""
    total = sum(funder.weight for funder in pot.funders)
    funders: list[Funder] = []
    done = 0
    for tone, funder in enumerate(pot.funders):
        funders.append(
            Funder(
                title=funder.title,
                percent=words.say_percent(10 * round(Fraction(1000 * funder.weight, total))),
                start=round(100 * done / total, 2),
                width=round(100 * funder.weight / total, 2),
                tone=tone % 4,
            )
        )
        done += funder.weight
    return PotShown(
        title=pot.title,
        cents=pot.cents,
        right=words.say_right(pot),
        funders=funders,
        coins=[_tone_at(funders, 100 * (coin + 0.5) / COINS) for coin in range(COINS)],
        style=style,
    )


def _tone_at(funders: list[Funder], percent: float) -> int:
    """Return the colour of the funder in whose stretch of the bar a point lies."""
    return next((each.tone for each in reversed(funders) if each.start <= percent), 0)


def _show_style(words: Words, style: Style, contest: Contest, snapshot: Snapshot) -> StyleShown:
    method = next(each.method for each in style.contests if each.contest == contest.id)
    seal = snapshot.find(Seal)
    sizes = {each.style: each for each in seal.styles} if seal else {}
    line = sizes.get(style.id)
    return StyleShown(
        title=style.title,
        voters=words.say_voters(style.voters),
        how=words.say_method(method),
        size=line.size if line else None,
        population=line.population if line else None,
    )


def _show_project(words: Words, project: BallotProject, contest: Contest, snapshot: Snapshot) -> Project:
    text = snapshot.texts.get(bytes(project.text), b"").decode("utf-8", "replace").strip()
    return Project(
        id=project.id,
        title=project.title,
        cost=project.cost,
        payers=say_payers(words, project, contest.pots),
        picture=file_address(project.picture),
        text=text,
        is_long=len(text) > PREVIEW,
    )


def file_address(name: bytes) -> str:
    """Return where a file that the board names is served."""
    return f"/board/files/{name.hex()}"
