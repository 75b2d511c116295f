"""What officials sign and refuse to sign, and that their count is the count."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from admin.demo import area
from admin.drafts import changed
from admin.elections import count
from admin.elections.errors import ConductError
from admin.elections.officials import Official, check_next, sign_entry, sign_manifest
from admin.elections.setup import Parties, PartnerKeys, Plan, check_set_up, set_up
from admin.registrar.roll import RegistrarDesk
from ballots.board import Phase
from ballots.entries import Certify, Close, Replace, Report, Start
from ballots.manifest import Official as ListedOfficial
from ballots.manifest import Partner
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public
from ballots.wire import Hash, Key, Rsa, Signature, content_hash
from tests.count_rules import EQUAL_SHARES
from tests.simulator import ORIGIN, RELEASES, World, issuer_keys, make_world

OTHER = Hash(bytes(31) + b"\1")


def officials_of(world: World) -> list[Official]:
    """Return the officials of a made-up election."""
    return [Official(name, seed) for name, seed in world.keys.officials.items()]


# --- signing ---


def make_certify(world: World) -> Certify:
    """Return a certify entry without signatures."""
    reports = [Report(hash=content_hash(name.encode()), official=name) for name in world.keys.officials]
    tally = next(Hash(leaf_hash(raw)) for raw in world.entries if b'"kind":"tally"' in raw)
    return Certify(
        reports=reports, root=Hash(world.board.root()), signatures=[], size=world.board.size, tally=tally
    )


def make_replace(world: World) -> Replace:
    """Return a walk-in, signed by the registrar."""
    desk = RegistrarDesk(world.entries[3], world.keys.registrar)
    return desk.make_replace(Key(ed25519_public(b"w" * 32)), None, "adult")


MAKERS: dict[str, tuple[Phase, Callable[[World], object]]] = {
    "seal": (Phase.ROLL, World.make_seal),
    "start": (Phase.SEALED, World.make_start),
    "replace": (Phase.VOTING, make_replace),
    "close": (Phase.VOTING, World.make_close),
    "certify": (Phase.COUNTED, make_certify),
}


def world_before(kind: str) -> World:
    """Return a world in which an entry of this kind comes next."""
    world = make_world(until=MAKERS[kind][0])
    if kind == "seal":
        world.enrol()
    return world


@pytest.mark.parametrize("kind", MAKERS)
def test_what_two_officials_sign_stands_on_the_board(kind) -> None:
    """An entry that fits is signed by both, and the board takes it."""
    world = world_before(kind)
    entry = changed(MAKERS[kind][1](world), signatures=[])
    signed = sign_entry(officials_of(world), entry, world.board)
    world.append(signed)
    assert [each.official for each in signed.signatures] == ["anna", "bert"]


def wrong_rehearsal(start: Start) -> Start:
    """Return a start entry whose first rehearsal nobody made."""
    first = changed_record(start.rehearsals[0], seed=OTHER)
    return changed(start, rehearsals=[first, *start.rehearsals[1:]])


def changed_record(record, **members):
    """Return any record with other members."""
    return type(record)(**({name: getattr(record, name) for name in record.__struct_fields__} | members))


def more_ballots(close: Close) -> Close:
    """Return a close entry that counts a ballot more."""
    first = changed_record(close.counts[0], ballots=close.counts[0].ballots + 1)
    return changed(close, counts=[first, *close.counts[1:]])


LIES = {
    "a seal over other pages": ("seal", lambda entry: changed(entry, root=OTHER)),
    "a seal that the registrar did not sign": (
        "seal",
        lambda entry: changed(entry, registrar=Signature(bytes(64))),
    ),
    "a start at another size": ("start", lambda entry: changed(entry, size=entry.size + 1)),
    "a start with a rehearsal that nobody made": ("start", wrong_rehearsal),
    "a start without all partners": (
        "start",
        lambda entry: changed(entry, rehearsals=entry.rehearsals[1:]),
    ),
    "a close that counts a ballot more": ("close", more_ballots),
    "a close with another root": ("close", lambda entry: changed(entry, root=OTHER)),
    "a replacement in a style that is not there": (
        "replace",
        lambda entry: changed(entry, style="kids"),
    ),
    "a replacement that the registrar did not sign": (
        "replace",
        lambda entry: changed(entry, registrar=Signature(bytes(64))),
    ),
    "a certify of another tally": ("certify", lambda entry: changed(entry, tally=OTHER)),
    "a certify with one report twice": (
        "certify",
        lambda entry: changed(entry, reports=[entry.reports[0]] * 2),
    ),
}


@pytest.mark.parametrize(("kind", "lie"), LIES.values(), ids=LIES)
def test_officials_do_not_sign_what_is_not_so(kind, lie) -> None:
    """An entry that says something else than their own replay is refused, and the replay stays as it was."""
    world = world_before(kind)
    before = (world.board.size, world.board.root(), world.board.phase)
    entry = lie(changed(MAKERS[kind][1](world), signatures=[]))
    with pytest.raises(ConductError):
        sign_entry(officials_of(world), entry, world.board)
    assert (world.board.size, world.board.root(), world.board.phase) == before


def test_an_entry_is_refused_in_the_wrong_phase() -> None:
    """Nobody signs `close` before the voting has begun."""
    world = make_world(until=Phase.SEALED)
    with pytest.raises(ConductError, match="phase"):
        check_next(changed(world.make_close(), signatures=[]), world.board)


def test_a_key_never_shows() -> None:
    """The text of an official has no key in it."""
    assert repr(Official("anna", bytes(32))) == "Official('anna')"


# --- set-up ---


def make_parties(plan: Plan) -> tuple[Parties, list[Official]]:
    """Return made-up keys of everybody whom the made-up area names, and its officials."""
    keys = make_world(until=Phase.SETUP).keys
    officials = [
        Official(name, seed) for name, seed in zip(area.OFFICIALS, keys.officials.values(), strict=True)
    ]
    spare = iter(issuer_keys())
    partners = [
        PartnerKeys(
            issuers={
                style.id: Rsa(next(spare).public.modulus.to_bytes(384, "big"))
                for style in plan.styles
                if name in style.issuers
            },
            partner=Partner(
                id=name,
                title=title,
                trustee=Key(X25519PrivateKey.from_private_bytes(trustee).public_key().public_bytes_raw()),
                witness=Official(name, witness).key,
            ),
        )
        for (name, title), witness, trustee in zip(
            area.PARTNERS.items(), keys.witnesses.values(), keys.trustees.values(), strict=True
        )
    ]
    parties = Parties(
        officials=[ListedOfficial(id=each.id, key=each.key, title=each.id) for each in officials],
        operator=Official("operator", keys.operator).key,
        partners=partners,
        registrar=Official("registrar", keys.registrar).key,
    )
    return parties, officials


@pytest.fixture
def plan() -> Plan:
    """The made-up area."""
    return area.make_plan(30, EQUAL_SHARES)


def test_a_plan_becomes_an_election(plan) -> None:
    """With everybody's keys the made-up area is a set-up that the board takes."""
    parties, officials = make_parties(plan)
    made = set_up(plan, parties, ORIGIN, RELEASES, lambda *shown: sign_manifest(officials, *shown, ORIGIN))
    assert check_set_up(made.entries, ORIGIN).manifest_hash == made.election.manifest_hash
    assert len(made.entries) == 5
    assert all(style.pad % 64 == 0 for style in made.election.styles.values())


PLAN_FAULTS = {
    "a text is missing": lambda plan: changed_record(plan, files=dict(list(plan.files.items())[1:])),
    "a file under another hash": lambda plan: changed_record(plan, files=dict.fromkeys(plan.files, b"x")),
    "a contest that is not there": lambda plan: changed_record(plan, contests=plan.contests[:1]),
    "an issuer who made no key": lambda plan: changed_record(
        plan, styles=[changed_record(plan.styles[0], issuers=["politie", "gemeente"]), plan.styles[1]]
    ),
    "a threshold that one partner could pass": lambda plan: changed_record(
        plan, thresholds=changed_record(plan.thresholds, trustees=3)
    ),
}


@pytest.mark.parametrize("fault", PLAN_FAULTS.values(), ids=PLAN_FAULTS)
def test_a_plan_that_the_board_would_refuse_is_refused_before(plan, fault) -> None:
    """Nothing is offered to the board that it would not take."""
    parties, officials = make_parties(plan)
    with pytest.raises(ConductError):
        set_up(
            fault(plan), parties, ORIGIN, RELEASES, lambda *shown: sign_manifest(officials, *shown, ORIGIN)
        )


def test_an_official_signs_no_manifest_of_another_set_up(plan) -> None:
    """The manifest has to name exactly what was shown, and the official's own key."""
    parties, officials = make_parties(plan)

    def sign_less(manifest, entries):
        return sign_manifest(officials, manifest, entries[:-1], ORIGIN)

    with pytest.raises(ConductError, match="another set-up"):
        set_up(plan, parties, ORIGIN, RELEASES, sign_less)
    strangers = [Official(each.id, bytes([number] * 32)) for number, each in enumerate(officials, 1)]
    with pytest.raises(ConductError, match="does not name the key"):
        set_up(plan, parties, ORIGIN, RELEASES, lambda *shown: sign_manifest(strangers, *shown, ORIGIN))


# --- counting ---


@pytest.mark.parametrize("few", [0, 400], ids=["several processes", "one process"])
def test_the_officials_count_is_the_count(monkeypatch, few) -> None:
    """The outcome does not depend on how many processes open the ballots, and progress is told."""
    monkeypatch.setattr(count, "FEW", few)
    world = make_world(until=Phase.OPENED)
    ballots, superseded = count.select_ballots(world.entries, world.board.voters.last_hashes())
    setup = (tuple(world.entries[:4]), ORIGIN)
    told: list[int] = []
    outcome = count.count_ballots(setup, world.board.trustee_keys, ballots, superseded, told.append)
    assert outcome == world.count_ballots()
    assert superseded == 4
    assert told == list(range(1, 11))
