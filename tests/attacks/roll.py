"""Attacks on roll and shares: votes for nobody, two votes for one, shares that tell voters apart."""

# ruff: noqa: E501 - a table, one row a line

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from ballots import entries as e
from ballots import manifest as m
from ballots.board import Phase
from ballots.codes import credential_seed, format_code, parse_code
from ballots.points import ed25519_public
from ballots.shares import IssuerPrivateKey, blind, blind_sign, finalize
from ballots.signing import OfficialSignature
from ballots.verification import share_message
from ballots.voter import Share, finish_share, vote
from ballots.wire import Key, Rsa, encode
from tests.attacks.log import of_kind
from tests.attacks.rows import BOARD, ISSUER, ISSUERS, OFFICIALS, OPERATOR, REGISTRAR, VOTER, Attack
from tests.attacks.scenes import Entry, Record, broken, call, entry_after, record_of, refused
from tests.forge import forge_changed_style, forge_share
from tests.simulator import World, changed, issuer_keys, make_world
from tests.stages import make_replace, world_at
from tests.tally.drafts import draft, draft_of
from tests.vector_calls import Given


def at_voting() -> World:
    """Return the board of stages.py on which four have shares; it is not changed."""
    return world_at("voting")


# --- the roll ---


def replacement(registrar: str, officials: tuple[str, str]) -> Callable[[], Entry]:
    """A credential of the attacker's own in place of a resident's, signed by whoever is named in each place."""

    def scene() -> Entry:
        world = at_voting()
        entry = make_replace(world, b"the attacker's", [world.residents[5].credential])
        keys = world.keys.officials | {"operator": world.keys.operator, "registrar": world.keys.registrar}
        signatures = [
            OfficialSignature(official=place, signature=world.sign(keys[who], entry))
            for place, who in zip(world.keys.officials, officials, strict=True)
        ]
        signed = changed(entry, registrar=world.sign(keys[registrar], entry), signatures=signatures)
        return entry_after(world, signed)

    return scene


def replayed_replacement() -> Entry:
    """The replacement that stands already, once more."""
    world = at_voting()
    return entry_after(world, world.entries[of_kind(world.entries, "replace")[1]])


def foreign_replacement() -> Entry:
    """A replacement that the same officials and registrar signed for another election, with the same keys."""
    world, other = at_voting(), make_world(until=Phase.VOTING, releases=[1, 2, 3])
    assert other.keys == world.keys
    return entry_after(world, make_replace(other, b"the attacker's", [world.residents[5].credential]))


def page_changed(world: World, resign: bool) -> list[bytes]:
    entries = list(world.entries)
    place = of_kind(entries, "roll")[0]
    page = e.parse_entry(entries[place])
    assert isinstance(page, e.Roll)
    own = e.Credential(key=Key(ed25519_public(b"the attacker's".ljust(32))), style="adult")
    page = changed(page, credentials=[own, *page.credentials[1:]])
    if resign:
        page = changed(page, signature=world.sign(world.keys.registrar, page))
    entries[place] = encode(page)
    return entries


def swapped_on_the_roll(resign: bool) -> Callable[[], Record]:
    """A line of the logged roll is the attacker's; the page is signed anew or not, the log by all."""

    def scene() -> Record:
        record = draft(Phase.VOTING)
        record.entries = page_changed(record.world, resign)
        return record_of(record)

    return scene


def page_more() -> Entry:
    world = make_world(until=Phase.VOTING)
    own = e.Credential(key=Key(ed25519_public(b"the attacker's".ljust(32))), style="adult")
    page = changed(world.make_roll_page(4, []), credentials=[own])
    return entry_after(world, changed(page, signature=world.sign(world.keys.registrar, page)))


def slack_of_a_replacement() -> Record:
    """Registrar and two officials together replace somebody; nothing is broken, and the slack counts it."""
    world = make_world(until=Phase.VOTING)
    world.append(make_replace(world, b"the attacker's", [world.residents[5].credential]))
    return record_of(draft_of(world))


# --- asking ---


def foreign_request() -> Entry:
    """A request signed for another election by a credential that stands on both rolls."""
    world, other = at_voting(), make_world(until=Phase.VOTING, releases=[1, 2, 3])
    return entry_after(world, other.ask(5).request.request)


def for_somebody(world: World) -> e.Request:
    """Return a request in a resident's name, signed by the operator."""
    request = world.ask(5).request.request
    return changed(request, signature=world.sign(world.keys.operator, request))


def foreign_code() -> Entry:
    """The code of a letter, used under another manifest: it gives another credential there."""
    world, other = at_voting(), make_world(until=Phase.VOTING, seed="foreign")
    symbols = parse_code(format_code(12345))
    mine, theirs = (credential_seed(symbols, each.election.manifest_hash) for each in (world, other))
    assert mine != theirs
    request = changed(world.ask(5).request.request, credential=Key(ed25519_public(theirs)))
    return entry_after(world, changed(request, signature=world.sign(theirs, request)))


# --- shares ---


def voted_with(make: Callable[[World, bytes], list[Rsa]], style: str = "adult") -> Callable[[], Entry]:
    """A good ballot but for its share, which `make` makes for a voting key."""

    def scene() -> Entry:
        world = world_at("releasing" if style == "adult" else "releasing youth")
        seed = b"v" * 32
        share = Share(signatures=make(world, ed25519_public(seed)), style=style, voting_seed=seed)
        return entry_after(world, vote(world.election, share, world.some_choices(style, 1), world.draw))

    return scene


def of_style(style: str) -> Callable[[World, bytes], list[Rsa]]:
    return lambda world, key: forge_share(world, key, style)


def of_another_election(world: World, key: bytes) -> list[Rsa]:
    """All issuers' signatures for this voting key, in an election with the same keys and another manifest."""
    other = make_world(until=Phase.ROLL, releases=[1, 2, 3])
    assert other.keys == world.keys
    return forge_share(other, key)


def signed_by(*keys: Callable[[World], IssuerPrivateKey]) -> Callable[[World, bytes], list[Rsa]]:
    """Signatures by the given keys, in this order."""

    def make(world: World, voting_key: bytes) -> list[Rsa]:
        message = share_message(world.election.manifest_hash, "adult", voting_key)
        published = world.election.issuers("adult")
        return [
            Rsa(_sign(key(world), message, world, below.modulus))
            for key, below in zip(keys, published, strict=True)
        ]

    return make


def _sign(key: IssuerPrivateKey, message: bytes, world: World, below: int) -> bytes:
    """Return a signature that is a number below another modulus, so that its size does not betray it."""
    while True:
        blinded, inverse = blind(key.public, message, world.draw(48), world.draw)
        signature = finalize(key.public, message, blind_sign(key, blinded, world.draw), inverse)
        if int.from_bytes(signature, "big") < below:
            return signature


def issuer(number: int) -> Callable[[World], IssuerPrivateKey]:
    return lambda world: world.keys.issuers["adult", f"partner-{number}"]


def foreign(world: World) -> IssuerPrivateKey:
    """Return a key that is no issuer's here: the one that an issuer keeps for this voter alone."""
    return issuer_keys()[5]


def youths(world: World) -> IssuerPrivateKey:
    return world.keys.issuers["youth", "partner-1"]


def with_salt(length: int) -> Callable[[World, bytes], list[Rsa]]:
    """Signatures with a salt of another length, by both issuers."""

    def make(world: World, voting_key: bytes) -> list[Rsa]:
        message = share_message(world.election.manifest_hash, "adult", voting_key)
        pss = padding.PSS(padding.MGF1(SHA384()), length)
        keys = [world.keys.issuers["adult", f"partner-{number}"] for number in (1, 2)]
        return [Rsa(private_key(key).sign(message, pss, SHA384())) for key in keys]

    return make


def private_key(key: IssuerPrivateKey) -> rsa.RSAPrivateKey:
    """Return an issuer's key as the library has it, for what our own code does not do."""
    numbers = rsa.RSAPrivateNumbers(
        p=key.p,
        q=key.q,
        d=pow(65537, -1, (key.p - 1) * (key.q - 1)),
        dmp1=key.d_p,
        dmq1=key.d_q,
        iqmp=key.q_inverse,
        public_numbers=rsa.RSAPublicNumbers(65537, key.public.modulus),
    )
    return numbers.private_key()


def not_unblinded(world: World, voting_key: bytes) -> list[Rsa]:
    message = share_message(world.election.manifest_hash, "adult", voting_key)
    signatures = []
    for number in (1, 2):
        key = issuer(number)(world)
        blinded, _ = blind(key.public, message, world.draw(48), world.draw)
        signatures.append(Rsa(blind_sign(key, blinded, world.draw)))
    return signatures


def negated(world: World, voting_key: bytes) -> list[Rsa]:
    """n - s in place of s: the other root of an even power, and none of an odd one."""
    key = issuer(1)(world)
    first, second = forge_share(world, voting_key)
    other = key.public.modulus - int.from_bytes(first, "big")
    return [Rsa(other.to_bytes(384, "big")), second]


def turned(world: World, voting_key: bytes) -> list[Rsa]:
    return forge_share(world, voting_key)[::-1]


def same_style_key_twice(world: World) -> m.Style:
    style = world.make_style("adult")
    first, second = style.issuers
    return changed(style, issuers=[first, changed(second, key=first.key)])


def key_for_a_voter() -> Given:
    """What a voter's client sees of an issuer that signs with a key kept for this voter alone."""
    world = at_voting()
    message = share_message(world.election.manifest_hash, "adult", ed25519_public(b"v" * 32))
    published = issuer(1)(world)
    return {
        "p": f"{published.p:x}",
        "q": f"{published.q:x}",
        "message": message.hex(),
        "signature": _sign(foreign(world), message, world, published.public.modulus).hex(),
    }


def unused_request() -> Record:
    """All issuers vote in place of somebody who asked and did not vote: the limit that section 0 tells."""
    world = make_world(until=Phase.VOTING)
    world.cast(world.get_share(0), world.some_choices("adult", 0))
    world.get_share(1)
    asking = world.ask(2)
    share = finish_share(world.election, asking, world.sign_blinded(asking))
    world.cast(share, world.some_choices("adult", 2))
    world.release(1)
    return record_of(draft_of(world))


ROWS = [
    Attack(OPERATOR, "replaces a resident's credential by one of its own", "E03 signature-wrong", replacement("operator", ("operator", "operator"))),
    Attack("the operator and one official", "replace a credential, the operator signing for the other official", "E03 signature-wrong", replacement("registrar", ("anna", "operator"))),
    Attack("the operator and two officials", "replace a credential without the registrar", "E04 signature-wrong", replacement("operator", ("anna", "bert"))),
    Attack("the operator and the registrar", "replace a credential without officials", "E03 signature-wrong", replacement("registrar", ("registrar", "operator"))),
    Attack("one official", "signs a replacement twice", "E03 officials", refused("a replacement by one official twice")),
    Attack(OPERATOR, "logs a replacement once more", "R02 roll-key", replayed_replacement),
    Attack(OPERATOR, "logs a replacement that was signed for another election", "E03 signature-wrong", foreign_replacement),
    Attack("registrar and two officials", "replace somebody who has asked", "R09 replace-requested", refused("revoking who has asked")),
    Attack("registrar and two officials", "replace one credential twice", "R09 replace-unknown", refused("revoking twice")),
    Attack("registrar and two officials", "replace a credential of another style", "R09 replace-unknown", refused("revoking in another style")),
    Attack("registrar and two officials", "replace somebody who is not on the roll", "R09 replace-unknown", refused("revoking a stranger")),
    Attack("registrar and two officials", "add somebody beyond the allowance", "R10 replace-allowance", refused("a walk-in beyond the allowance")),
    Attack("registrar and two officials", "add a credential that somebody has already", "R02 roll-key", refused("a walk-in who is on the roll")),
    Attack("registrar and two officials", "add a key for which anybody can sign", "R02 point-small-order", refused("a replacement by a key of small order")),
    Attack("registrar and two officials", "replace a credential by the rules", "slack 1", slack_of_a_replacement),
    Attack(BOARD, "change a line of the logged roll", "E04", swapped_on_the_roll(resign=False)),
    Attack("the registrar, the operator and all partners", "change a line of the roll after its seal", "R05", swapped_on_the_roll(resign=True)),
    Attack("the registrar, the operator and all partners", "add a page to the roll after its seal", "E02 phase", page_more),
    Attack(REGISTRAR, "puts one credential on the roll twice", "R02 roll-key", refused("a credential twice")),
    Attack(REGISTRAR, "puts the operator's key on the roll", "R02 roll-key", refused("the operator's key on the roll")),
    Attack(REGISTRAR, "puts an official's key on the roll", "R02 roll-key", refused("an official's key on the roll")),
    Attack(REGISTRAR, "puts a key on the roll for which anybody can sign", "R02 point-small-order", refused("a credential of small order")),
    Attack(REGISTRAR, "leaves a page out", "R01 roll-page", refused("a page left out")),
    Attack(REGISTRAR, "enrols for a style that nobody set up", "R03 roll-style", refused("an unknown style on the roll")),
    Attack("registrar and two officials", "seal more credentials than there are people", "R04 seal-population", refused("more credentials than people")),
    Attack("registrar and two officials", "seal another number than the roll has", "R04 seal-sizes", refused("a wrong size")),
    Attack("registrar and two officials", "seal another roll", "R05 seal-root", refused("a wrong root over the pages")),
    Attack(OFFICIALS, "start with a style so small that its votes are no secret", "R06 start-minimum", refused("a style below the smallest roll")),
    Attack(OFFICIALS, "start though a partner never opened a box", "R07 start-rehearsals", refused("a rehearsal left out")),
    Attack(OFFICIALS, "make up a partner's rehearsal", "R07 signature-wrong", refused("a rehearsal with another seed")),
    Attack(OFFICIALS, "skip a number of the booth's scripts, to hide one", "R08 bundle-number", refused("a bundle with number 2 first")),
    Attack("somebody not on the roll", "asks for a share", "Q01 request-unknown", refused("asking without being on the roll")),
    Attack("somebody not on the roll", "asks with the code of another election's letter", "Q01 request-unknown", foreign_code),
    Attack(VOTER, "asks with a credential that was revoked", "Q01 request-revoked", refused("asking when revoked")),
    Attack(VOTER, "asks for a share of another style", "Q01 request-style", refused("asking for another style")),
    Attack(VOTER, "asks twice", "Q02 request-twice", refused("asking twice")),
    Attack(VOTER, "asks for one blinded message only", "Q03 request-blinded", refused("one blinded message")),
    Attack(VOTER, "asks after the close", "E02 phase", refused("a request after the close")),
    Attack(VOTER, "asks in the middle of a release", "E02 phase", refused("a request within a release")),
    Attack(OPERATOR, "asks in a resident's name", "Q04 signature-wrong", lambda: entry_after(at_voting(), for_somebody(at_voting()))),
    Attack(OPERATOR, "logs a request that was signed for another election", "Q04 signature-wrong", foreign_request),
    Attack(VOTER, "votes with a share of another style", "B08 share-wrong", voted_with(of_style("youth"))),
    Attack(VOTER, "votes with a share of another election with the same issuers' keys", "B08 share-wrong", voted_with(of_another_election)),
    Attack(ISSUER, "signs in both issuers' places", "B08 share-wrong", voted_with(signed_by(issuer(1), issuer(1)))),
    Attack(ISSUER, "signs alone, the other place with a key of its own", "B08 share-wrong", voted_with(signed_by(issuer(1), foreign))),
    Attack(ISSUER, "sends its one signature twice", "B08 share-wrong", refused("a share by one issuer twice")),
    Attack(ISSUER, "sends its one signature alone", "B04 ballot-length", refused("a share signature too few")),
    Attack(ISSUER, "signs with its key of another style", "B08 share-wrong", voted_with(signed_by(youths, issuer(2)))),
    Attack(ISSUER, "keeps a key for one voter, to know their ballot again", "B08 share-wrong", voted_with(signed_by(foreign, issuer(2)))),
    Attack(ISSUER, "keeps a key for one voter: their client sees it", "share-wrong", lambda: call("share-verify", **key_for_a_voter())),
    Attack(ISSUERS, "sign without a salt, so that shares can be told apart", "B08 share-wrong", voted_with(with_salt(0))),
    Attack(ISSUERS, "sign with a salt of 47 bytes", "B08 share-wrong", voted_with(with_salt(47))),
    Attack(ISSUERS, "sign with a salt of 49 bytes", "B08 share-wrong", voted_with(with_salt(49))),
    Attack(VOTER, "votes with the blind signatures as they came", "B08 share-wrong", voted_with(not_unblinded)),
    Attack(VOTER, "puts the issuers' signatures in the other order", "B08 share-wrong", voted_with(turned)),
    Attack(VOTER, "makes a second share of one: modulus less signature", "B08 share-wrong", voted_with(negated)),
    Attack(VOTER, "makes a second spelling of a share: signature plus modulus", "B08 share-range", refused("a share signature above the modulus")),
    Attack(VOTER, "votes with another voter's share", "B08 share-wrong", refused("another voter's share")),
    Attack(VOTER, "votes in two styles with one voting key, all youth issuers helping", "B03 ballot-style", lambda: entry_after(world_at("releasing youth"), forge_changed_style(world_at("releasing youth")))),
    Attack(ISSUERS, "make a share that nobody asked for", "B10", broken("a ballot with a share that nobody asked for")),
    Attack(ISSUERS, "make shares first and have them asked for later", "B10", broken("requests that are logged after the ballots")),
    Attack(ISSUERS, "vote for somebody who asked and did not vote", "slack 0", unused_request),
    Attack(OFFICIALS, "take an issuer's key of 3,071 bits", "S02 issuer-key-size", refused("a key of 3,071 bits")),
    Attack(OFFICIALS, "take an even modulus", "S02 issuer-key-even", refused("an even modulus")),
    Attack(OFFICIALS, "take a modulus with a small factor", "S02 issuer-key-small-factor", refused("a modulus divisible by 3")),
    Attack(OFFICIALS, "use an issuer's key for two styles", "S02 style-key-used", refused("an issuer key of another style")),
    Attack(OFFICIALS, "give two issuers one key", "S02 style-key-used", lambda: entry_after(world_at("set-up"), same_style_key_twice(world_at("set-up")))),
    Attack(OFFICIALS, "make one partner both issuers", "S01 style-issuers", refused("a style with one issuer twice")),
    Attack(OFFICIALS, "set up a style with one issuer", "S01 style-issuers", refused("a style with one issuer")),
    Attack(OFFICIALS, "name an issuer that is no partner", "S08 manifest-references", refused("an issuer that is no partner")),
]  # fmt: skip
