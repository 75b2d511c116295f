"""The public pages, on a real database, in every phase of an election."""

import json
import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import pad_choices
from ballots.entries import Replace
from ballots.merkle import leaf_hash
from ballots.note import parse_vkey
from ballots.points import ed25519_public
from ballots.sealing import FIRST, SEED_LENGTH, seal_ballot
from ballots.wire import Key
from service.portal.wall_view import say_ballot_number
from tally.audit.checks import CHECKS
from tests.count_rules import EQUAL_SHARES, GREEDY
from tests.related import Related
from tests.service.page_reader import Page, assert_good
from tests.service.portal_site import book_world, make_site, open_site, put_world
from tests.simulator import NO_SIGNATURE, Options, World, changed, make_world

PATHS = ["/", "/wall", "/find", "/roll", "/outcome", "/ledger", "/audit", "/recount", "/docs"]
NEXT_STEPS = {
    Phase.SETUP: "De verkiezing wordt voorbereid.",
    Phase.ROLL: "Wacht op de brief met uw code.",
    Phase.SEALED: "Het stemmen gaat bijna open.",
    Phase.VOTING: "haal uw aandeel en stem. Dat kan tot zaterdag 18 mei 2030",
    Phase.CLOSED: "Daarvoor zijn nog 4 sleutels nodig.",
    Phase.OPENED: "Nu wordt er geteld.",
    Phase.COUNTED: "Twee mensen rekenen de telling na.",
    Phase.CERTIFIED: "De uitslag staat vast.",
}
Client = AsyncTestClient[Litestar]


def play(phase: Phase, **options: object) -> World:
    """Return a world in a phase."""
    options = {"releases": [1_900_000_000, 1_905_357_600]} | options
    if phase is Phase.SETUP:
        return World(make_world(Phase.ROLL, **options).options)
    world = make_world(Phase.COUNTED if phase is Phase.CERTIFIED else phase, **options)
    if phase is Phase.CERTIFIED:
        world.certify(lambda official: f"report of {official}".encode())
    return world


async def read(client: Client, path: str, status: int = 200) -> Page:
    """Return a page that keeps the rules."""
    answer = await client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    return assert_good(answer.text)


def find_ballots(world: World) -> list[int]:
    """Return where ballots stand."""
    return [place for place, raw in enumerate(world.entries) if b'"kind":"ballot"' in raw]


@pytest.mark.parametrize("phase", list(NEXT_STEPS), ids=str)
async def test_every_page_in_every_phase(database: str, folder: Path, phase: Phase) -> None:
    """In every phase every page answers, keeps the rules of pages, and the first one tells the next step."""
    world = play(phase)
    async with open_site(database, folder, world) as client:
        pages = {path: await read(client, path) for path in PATHS}
        for place in range(len(world.entries)):
            await read(client, f"/wall/{place}")
    assert NEXT_STEPS[phase] in pages["/"].text


async def test_first_page_tells_the_election(database: str, folder: Path) -> None:
    """The first page tells projects, costs, pots, funders, rule, rung, times, partners and officials."""
    world = play(Phase.VOTING)
    world.get_share(0)
    async with open_site(database, folder, world) as client:
        page = await read(client, "/")
    for said in (
        "Wijkbudget Kerkwijk",
        "Voor de bewoners van Kerkwijk.",
        "Buurtpot: €\u00a020.000,01".replace("\u00a0", " "),
        "Gemeente: 70%",
        "Woningcorporaties: 30%",
        "U beslist waar dit geld heen gaat.",
        "Kies ten hoogste 3 projecten. Er zijn 6 nummers op de kiezerslijst, op 12 bewoners.",
        "Elk stembiljet krijgt een even groot stuk van het geld",
        "Speeltuin € 5.000 Wij willen: speeltuin.",
        "Meebeslissen: u beslist.",
        "Op 2 vaste momenten. Het volgende is zondag 17 maart 2030 om 18.46 uur.",
        "Partner-1, Partner-2",
        "4 van de 6 zijn nodig",
        "Anna, Bert. Voor elke stap tekenen er twee.",
    ):
        assert said in page.text, said
    pictures = [
        each.attributes["src"] for each in page.all("img") if "/board/files/" in each.attributes["src"]
    ]
    assert len(pictures) == 5
    assert (
        "nummers op de kiezerslijst 10 aandelen aangevraagd 1 stembiljetten 0 tegels op de wand" in page.text
    )


async def test_several_pots_are_told_to_be_counted_in_their_order(database: str, folder: Path) -> None:
    """The first page says so where a contest has more than one pot, and so does the contest's tile."""
    world = Related(Options())
    world.set_up()
    async with open_site(database, folder, world) as client:
        for path in ("/", "/wall/2"):
            page = await read(client, path)
            assert "We tellen de potten na elkaar, in de volgorde waarin ze hier staan." in page.text


async def test_page_follows_the_board(database: str, folder: Path) -> None:
    """A page shows what came to the board since it was last read."""
    world = play(Phase.VOTING)
    async with open_site(database, folder, world) as client:
        assert "aandelen aangevraagd 0" in (await read(client, "/")).text
        world.vote_all()
        await put_world(database, world)
        page = await read(client, "/")
        assert "aandelen aangevraagd 10" in page.text
        assert "stembiljetten 14" in page.text
        world.close()
        world.open()
        world.count()
        await put_world(database, world)
        assert "De voorlopige uitslag" in (await read(client, "/outcome")).text


@pytest.mark.parametrize(("right", "said"), [
    ("labelled", "binnen dit doel: Groen."),
    ("advice", "U geeft advies. Wijkt het bestuur daarvan af"),
])  # fmt: skip
async def test_right_of_a_pot(database: str, folder: Path, right: str, said: str) -> None:
    """A pot says who decides about it, and within which label."""
    async with open_site(database, folder, play(Phase.COUNTED, right=right)) as client:
        assert said in (await read(client, "/")).text
        outcome = await read(client, "/outcome")
    assert said in outcome.text
    assert ("Aanbevolen:" in outcome.text) == (right == "advice")


@pytest.mark.parametrize(("method", "said"), [
    (m.Approval(minimum=1, maximum=1), "Kies precies 1 project."),
    (m.Knapsack(), "zolang ze samen niet meer kosten dan het geld dat er is."),
    (m.Points(total=10, maximum=5), "Verdeel ten hoogste 10 punten, ten hoogste 5 per project."),
    (m.Ranking(minimum=1, maximum=3), "Zet 1 tot en met 3 projecten op volgorde, het beste bovenaan."),
])  # fmt: skip
async def test_every_method(database: str, folder: Path, method: m.Method, said: str) -> None:
    """Each method is told in a sentence, and its opened ballots and outcome in its own unit."""
    world = play(Phase.COUNTED, methods={"adult": method, "youth": method})
    async with open_site(database, folder, world) as client:
        assert said in (await read(client, "/")).text
        outcome = await read(client, "/outcome")
        ballot = await read(client, f"/wall/{find_ballots(world)[-1]}")
    unit = "punt" if isinstance(method, m.Points | m.Ranking) else "stem"
    assert re.search(rf"\d {unit}", outcome.text)
    assert ": 1 punt" in ballot.text or not isinstance(method, m.Points)
    assert bool([each for each in ballot.all("ol") if "class" not in each.attributes]) == isinstance(
        method, m.Ranking
    )


async def test_wall_is_browsed(database: str, folder: Path) -> None:
    """The wall shows fifty tiles a page, each leading to its entry, and leads to the pages beside it."""
    world = play(Phase.COUNTED, residents={"adult": 12, "youth": 8})
    size = len(world.entries)
    assert 50 < size < 100
    async with open_site(database, folder, world) as client:
        first, second = await read(client, "/wall"), await read(client, "/wall?from=50")
        middle = await read(client, "/wall?from=7")
    assert [each for each in first.addresses if re.fullmatch(r"/wall/\d+", each)] == [
        f"/wall/{n}" for n in range(50)
    ]
    assert f"/wall/{size - 1}" in second.addresses
    assert "/wall?from=50" in first.addresses
    assert "/wall?from=0" in second.addresses
    assert "U ziet tegel 7 tot en met 56." in middle.text
    for place in find_ballots(world):
        page = first if place < 50 else second
        assert say_ballot_number(leaf_hash(world.entries[place])) in page.text


async def test_ballot_tiles_turn_over(database: str, folder: Path) -> None:
    """Ballots hang closed until enough partners gave their keys, and replaced ones are marked."""
    world = play(Phase.CLOSED)
    async with open_site(database, folder, world) as client:
        before = await read(client, "/wall")
        world.open()
        await put_world(database, world)
        after = await read(client, "/wall")
    assert [before.text.count(word) for word in ("verzegeld", "vervangen")] == [10, 4]
    assert [after.text.count(word) for word in ("verzegeld", "vervangen")] == [0, 4]
    assert after.text.count("geopend") == 11  # ten ballots, and "Stemmen geopend"


async def test_entry_shows_all_its_bytes(database: str, folder: Path) -> None:
    """An entry's page has its hash, its whole content, and a proof once witnesses have confirmed it."""
    world = play(Phase.COUNTED)
    async with open_site(database, folder, world) as client:
        await put_world(database, world)
        for place, raw in enumerate(world.entries):
            page = await read(client, f"/wall/{place}")
            assert leaf_hash(raw).hex() in page.text
            assert json.loads(page.all("pre")[0].text) == json.loads(raw)
            assert f"/api/proofs/{leaf_hash(raw).hex()}" in page.addresses


async def test_unconfirmed_entry_has_no_proof(database: str, folder: Path) -> None:
    """An entry past what witnesses have confirmed says that its proof comes."""
    world = play(Phase.SEALED)
    await put_world(database, world, witnessed=5)
    async with AsyncTestClient(make_site(database, folder, world)) as client:
        assert "Haal het bewijs op" in (await read(client, "/wall/4")).text
        assert "Komt zo" in (await read(client, "/wall/5")).text


async def test_what_became_of_a_ballot(database: str, folder: Path) -> None:
    """A ballot's page says sealed, replaced by which one, counted with its choices, or invalid and why."""
    world = play(Phase.VOTING)
    replaced, spoilt = world.get_share(0), world.get_share(1)
    world.cast(replaced, world.some_choices("adult", 0))
    world.cast(replaced, world.some_choices("adult", 2))
    chosen = world.some_choices("adult", 1)
    everything = [project.id for project in world.election.contests["wijkbudget"].projects]
    too_many = changed_choices(chosen, everything)
    world.urn.append(
        seal_ballot(
            world.election,
            style="adult",
            share=spoilt.signatures,
            voting_seed=spoilt.voting_seed,
            revision=1,
            previous=FIRST,
            padded=pad_choices(too_many, 512),
            seed=world.draw(SEED_LENGTH),
        )
    )
    world.release(2)
    old, new, bad = sort_ballots(world)
    async with open_site(database, folder, world) as client:
        assert "Dit stembiljet is verzegeld." in (await read(client, f"/wall/{new}")).text
        world.close()
        world.open()
        await put_world(database, world)
        assert "is open en wordt geteld" in (await read(client, f"/wall/{new}")).text
        world.count()
        await put_world(database, world)
        counted = (await read(client, f"/wall/{new}")).text
        html = (await client.get(f"/wall/{new}")).text
        first = await read(client, f"/wall/{old}")
        invalid = (await read(client, f"/wall/{bad}")).text
        outcome = await read(client, "/outcome")
    assert "Dit stembiljet is geteld." in counted
    assert "Moestuin Bankjes Fietspad" in counted
    assert "Merkteken van de kiezer fietser kat" in counted
    assert re.findall(r'<use href="/static/booth/marks\.svg\?v=[0-9a-f]{12}#mark-([0-9]+)"/>', html) == [
        "2",
        "9",
    ]
    assert "heeft later opnieuw gestemd" in first.text
    assert f"/wall/{new}" in first.addresses
    reason = "Er zijn te veel of te weinig projecten gekozen."
    assert f"ongeldig en telt niet mee. {reason}" in invalid
    assert reason in outcome.text
    assert f"/wall/{bad}" in outcome.addresses


def changed_choices(choices, projects):
    """Return choices with other projects in their one contest."""
    return changed(choices, contests=[changed(choices.contests[0], projects=projects)])


def sort_ballots(world: World) -> tuple[int, int, int]:
    """Return where the replaced ballot, the one that replaces it, and the one of somebody else stand."""
    places = {place: json.loads(world.entries[place]) for place in find_ballots(world)}
    new = next(place for place, entry in places.items() if entry["revision"] == 2)
    old = next(p for p, e in places.items() if e["voting_key"] == places[new]["voting_key"] and p != new)
    return old, new, next(place for place in places if place not in {old, new})


@pytest.mark.parametrize("rule", [GREEDY, EQUAL_SHARES], ids=["greedy", "equal-shares"])
async def test_outcome_has_a_reason_for_each_project(database: str, folder: Path, rule: m.Rule) -> None:
    """The outcome names every project with its reason, the rounds, the lot and what is left."""
    world = play(Phase.COUNTED, rule=rule)
    async with open_site(database, folder, world) as client:
        text = (await read(client, "/outcome")).text
    count = world.outcome.contests[0].counts[0]
    for project in count.projects:
        assert project.project.capitalize() in text
    assert f"Gekozen: {len(count.winners)} projecten" in text
    assert world.outcome.lot.hex() in text
    assert "10 stembiljetten geteld: 100% van de 10 nummers op de kiezerslijst stemde." in text
    assert "4 stembiljetten zijn vervangen" in text
    assert "stonden gelijk; het goedkoopste project ging voor." in text
    if isinstance(rule, m.Greedy):
        assert "Er was nog € 13.400,01 over. Dat was € 1.599,99 te weinig." in text
        assert "Paste niet meer, overgeslagen." in text
    else:
        assert (
            "5 voorstanders konden samen nog € 6.257,14 betalen van de € 8.000. Dat was € 1.742,86 te weinig."
            in text
        )
        assert "7 stembiljetten betaalden samen € 1.200." in text
        assert "In de pot blijft € 13.400,01 over." in text


async def test_no_outcome_before_the_count(database: str, folder: Path) -> None:
    """Before the count the outcome's page says when it comes, and tells nothing of the votes."""
    async with open_site(database, folder, play(Phase.OPENED)) as client:
        text = (await read(client, "/outcome")).text
    assert "Stemmen kan tot zaterdag 18 mei 2030 om 20.00 uur." in text
    assert "stemmen</td>" not in text


async def test_ledger_shows_every_euro(database: str, folder: Path) -> None:
    """The ledger shows what each funder granted, committed and has left, and the parts of each project."""
    world = play(Phase.CERTIFIED)
    await book_world(database, world)
    async with open_site(database, folder, world) as client:
        page = await read(client, "/ledger")
    assert "Gemeente € 14.000,01 € 4.620 € 9.380,01" in page.text
    assert "Moestuin € 840 € 360 € 1.200 5 maart 2026, na tegel" in page.text
    assert f"/wall/{len(world.entries) - 1}" in page.addresses


async def test_audit_page_gives_the_command(database: str, folder: Path) -> None:
    """The audit's page has the whole command with anchor and operator key, and every check."""
    world = play(Phase.ROLL)
    async with open_site(database, folder, world) as client:
        text = (await read(client, "/audit")).text
    anchor = world.election.manifest_hash.hex()
    command = f"wijkaandeel audit https://wijk.example/board --manifest {anchor} --operator-key '"
    assert command in text
    vkey = text.partition(command)[2].partition("'")[0]
    assert parse_vkey(vkey) == world.election.operator_vkey
    for check in CHECKS:
        assert check.id in text


async def test_documentation_has_every_operation(database: str, folder: Path) -> None:
    """The documentation is made from the interface's own description, and lacks no operation."""
    site = make_site(database, folder, play(Phase.SETUP))
    async with AsyncTestClient(site) as client:
        page = await read(client, "/docs")
    operations = [
        f"{method.upper()} {path}"
        for path, item in site.openapi_schema.to_schema()["paths"].items()
        for method in item
    ]
    assert "POST /api/ballots" in operations
    assert [each for each in operations if each not in page.text] == []
    assert not [each for each in operations if each.split()[1] in {*PATHS, "/static"}]


async def test_markup_in_titles_is_only_text(database: str, folder: Path) -> None:
    """Titles and texts with markup in them are shown as they are and do nothing."""
    attack = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    world = World(play(Phase.SETUP).options)
    original = world.make_contest()
    projects = [
        changed(each, title=attack, text=world.add_file(attack.encode())) for each in original.projects
    ]
    world.make_contest = lambda: changed(original, title=attack, projects=projects)  # type: ignore[method-assign]
    world.set_up()
    async with open_site(database, folder, world) as client:
        for path in ("/", "/wall/2", "/wall/3"):
            page = await read(client, path)
            assert path == "/wall/3" or attack in page.text


async def test_revoked_number(database: str, folder: Path) -> None:
    """A number that was replaced says so and leads to the entry; the new one has the next number."""
    world = play(Phase.VOTING)
    replace = Replace(
        adds=Key(ed25519_public(b"n" * 32)),
        registrar=NO_SIGNATURE,
        revokes=[Key(world.residents[2].credential)],
        signatures=[],
        style="adult",
    )
    signed = world.by_officials(replace)
    placed = world.append(changed(signed, registrar=world.sign(world.keys.registrar, replace)))
    async with open_site(database, folder, world) as client:
        revoked = assert_good((await client.post("/roll", data={"number": "3"})).text)
        new = assert_good((await client.post("/roll", data={"number": "11"})).text)
    assert "Nummer 3 is ingetrokken." in revoked.text
    assert f"/wall/{placed.index}" in revoked.addresses
    assert "Met nummer 11 is nog geen aandeel aangevraagd." in new.text
