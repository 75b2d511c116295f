"""Makes the entries that attackers would: right but for one thing, and signed all the same.

One maker a kind of entry; the table is board_cases.py, the elections stand in stages.py.
"""

from collections.abc import Callable

from nacl.bindings import crypto_core_ed25519_add

from ballots import entries as e
from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import longest_choices
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public
from ballots.sealing import FIRST
from ballots.shares import blind, blind_sign, finalize
from ballots.signing import Signed
from ballots.verification import share_message
from ballots.voter import Share, vote
from ballots.wire import Box, Hash, Key, Rsa, Signature, encode
from tests.simulator import World, changed, make_world
from tests.stages import shares

Entry = e.Entry | bytes


TORSION = bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")


"""An Ed25519 point of order 2."""


IDENTITY = bytes([1]) + bytes(31)


MIXED = crypto_core_ed25519_add(ed25519_public(b"m" * 32), TORSION)


"""A point of order 2L."""


def forge_share(world: World, voting_key: bytes, style: str = "adult") -> list[Rsa]:
    """Return a share for any voting key, as all issuers together could make it."""
    message = share_message(world.election.manifest_hash, style, voting_key)
    signatures = []
    for (of, _), key in world.keys.issuers.items():
        if of == style:
            blinded, inverse = blind(key.public, message, world.draw(48), world.draw)
            answer = blind_sign(key, blinded, world.draw)
            signatures.append(Rsa(finalize(key.public, message, answer, inverse)))
    return signatures


def forge_changed_style(world: World) -> Entry:
    """Return the second revision of an adult's ballot, as a ballot of youth with a share for it."""
    seed = shares(world)[0].voting_seed
    share = Share(
        signatures=forge_share(world, ed25519_public(seed), "youth"), style="youth", voting_seed=seed
    )
    previous = world.board.voters.find(ed25519_public(seed))[2]
    return vote(world.election, share, world.some_choices("youth", 1), world.draw, 2, previous)


def signed_anew(world: World, entry: Signed, **fields: object) -> Entry:
    """Return the entry changed and signed anew by whoever signs that kind."""
    entry = changed(entry, **fields)
    if hasattr(entry, "signatures"):
        entry = world.by_officials(entry)
    if isinstance(entry, e.Roll):
        entry = changed(entry, signature=world.sign(world.keys.registrar, entry))
    if isinstance(entry, e.Seal | e.Replace):
        entry = changed(entry, registrar=world.sign(world.keys.registrar, entry))
    return entry  # type: ignore[return-value]


def forge_style(**fields: object) -> Callable[[World], Entry]:
    return lambda world: changed(world.make_style("adult"), **fields)


def forge_issuer_key(modulus: int) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        style = world.make_style("adult")
        first = m.Issuer(key=Rsa(modulus.to_bytes(384, "big")), partner=style.issuers[0].partner)
        return changed(style, issuers=[first, style.issuers[1]])

    return make


def forge_contest(**fields: object) -> Callable[[World], Entry]:
    return lambda world: changed(world.make_contest(), **fields)


def forge_pot(**fields: object) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        contest = world.make_contest()
        return changed(contest, pots=[changed(contest.pots[0], **fields)])

    return make


def forge_manifest(**fields: object) -> Callable[[World], Entry]:
    return lambda world: signed_anew(world, world.make_manifest(), **fields)


def forge_manifest_with(change: Callable[[World, m.Manifest], dict[str, object]]) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        manifest = world.make_manifest()
        return signed_anew(world, manifest, **change(world, manifest))

    return make


def forge_partner_key(name: str, key: bytes) -> Callable[[World, m.Manifest], dict[str, object]]:
    return lambda world, manifest: {
        "partners": [changed(manifest.partners[0], **{name: Key(key)}), *manifest.partners[1:]]
    }


def forge_limits(**fields: object) -> Callable[[World, m.Manifest], dict[str, object]]:
    return lambda world, manifest: {"limits": [changed(manifest.limits[0], **fields), *manifest.limits[1:]]}


def forge_thresholds(**numbers: int) -> Callable[[World], Entry]:
    return forge_manifest_with(
        lambda world, manifest: {"thresholds": changed(manifest.thresholds, **numbers)}
    )


def forge_other_setup(change: Callable[[World], list[Entry]]) -> Callable[[World], Entry]:
    """Return the manifest over a set-up of its own; it is refused on a fresh board that holds that set-up."""

    def make(world: World) -> Entry:
        other = make_world(until=Phase.SETUP)
        for entry in change(other):
            other.append(entry)
        return PairedSetup(other.entries, encode(other.make_manifest()))

    return make


class PairedSetup(bytes):
    """A manifest's bytes, and the set-up entries that it belongs to."""

    entries: list[bytes]

    def __new__(cls, entries: list[bytes], raw: bytes) -> "PairedSetup":
        made = super().__new__(cls, raw)
        made.entries = entries
        return made


def forge_longest(world: World) -> int:
    style = world.make_style("adult")
    return longest_choices([(style.contests[0], world.make_contest())])


def forge_roll_page(**fields: object) -> Callable[[World], Entry]:
    return lambda world: signed_anew(world, world.make_roll_page(2, world.residents[4:8]), **fields)


def forge_roll_line(key: Callable[[World], bytes], style: str = "adult") -> Callable[[World], Entry]:
    return lambda world: signed_anew(
        world, world.make_roll_page(2, []), credentials=[e.Credential(key=Key(key(world)), style=style)]
    )


def forge_seal(**fields: object) -> Callable[[World], Entry]:
    return lambda world: signed_anew(world, world.make_seal(), **fields)


def forge_seal_style(**fields: object) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        seal = world.make_seal()
        return signed_anew(world, seal, styles=[changed(seal.styles[0], **fields), *seal.styles[1:]])

    return make


def forge_start(**fields: object) -> Callable[[World], Entry]:
    return lambda world: signed_anew(world, world.make_start(), **fields)


def forge_rehearsals(change: Callable[[list[e.Rehearsal]], list[e.Rehearsal]]) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        start = world.make_start()
        return signed_anew(world, start, rehearsals=change(start.rehearsals))

    return make


def forge_request(resident: int, **fields: object) -> Callable[[World], Entry]:
    """Return a request with other members, signed by the credential all the same."""

    def make(world: World) -> Entry:
        who = world.residents[resident]
        request = changed(world.ask(resident).request.request, **fields)
        return changed(request, signature=world.sign(who.credential_seed, request))

    return make


def forge_stranger(world: World) -> Entry:
    seed = b"stranger".ljust(32, b".")
    request = changed(world.ask(5).request.request, credential=Key(ed25519_public(seed)))
    return changed(request, signature=world.sign(seed, request))


def forge_ballot(of: int = 2, **fields: object) -> Callable[[World], Entry]:
    """Return the ballot of a share that waits, with other members and a good signature."""

    def make(world: World) -> Entry:
        key = ed25519_public(shares(world)[of].voting_seed)
        ballot = next(each for each in world.urn if each.voting_key == key)
        changed_ballot = changed(ballot, **fields)
        return changed(changed_ballot, signature=world.sign(shares(world)[of].voting_seed, changed_ballot))

    return make


def forge_ballot_with(
    change: Callable[[World, e.Ballot], dict[str, object]], share: int = 2
) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        key = ed25519_public(shares(world)[share].voting_seed)
        ballot = next(each for each in world.urn if each.voting_key == key)
        return forge_ballot(share, **change(world, ballot))(world)

    return make


def forge_box(enc: bytes) -> Callable[[World], Entry]:
    return forge_ballot_with(
        lambda world, ballot: {"boxes": [Box(enc + ballot.boxes[0][32:]), *ballot.boxes[1:]]}
    )


def forge_bad_signature(change: Callable[[bytes], bytes]) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        ballot = e.parse_entry(world.waiting[0])  # type: ignore[attr-defined]
        return changed(ballot, signature=Signature(change(ballot.signature)))  # type: ignore[type-var]

    return make


def forge_revision(
    revision: int, previous: Callable[[World], bytes], share: int = 0
) -> Callable[[World], Entry]:
    return lambda world: vote(
        world.election,
        shares(world)[share],
        world.some_choices("adult", 2),
        world.draw,
        revision,
        previous(world),
    )


def forge_last_of(share: int) -> Callable[[World], bytes]:
    def find(world: World) -> bytes:
        found = world.board.voters.find(ed25519_public(shares(world)[share].voting_seed))
        return found[2] if found else FIRST

    return find


def forge_second_issuer_twice(world: World, ballot: e.Ballot) -> dict[str, object]:
    return {"share": [ballot.share[0], ballot.share[0]]}


def forge_share_above_modulus(world: World, ballot: e.Ballot) -> dict[str, object]:
    return {"share": [Rsa(b"\xff" * 384), ballot.share[1]]}


def forge_without_salt(world: World, ballot: e.Ballot) -> dict[str, object]:
    """A share signature that is right but for its salt of length 0."""
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA384

    key = world.keys.issuers["adult", "partner-1"]
    numbers = rsa.RSAPrivateNumbers(
        p=key.p,
        q=key.q,
        d=pow(65537, -1, (key.p - 1) * (key.q - 1)),
        dmp1=key.d_p,
        dmq1=key.d_q,
        iqmp=key.q_inverse,
        public_numbers=rsa.RSAPublicNumbers(65537, key.public.modulus),
    )
    message = share_message(world.election.manifest_hash, "adult", ballot.voting_key)
    pss = padding.PSS(padding.MGF1(SHA384()), 0)
    return {"share": [Rsa(numbers.private_key().sign(message, pss, SHA384())), ballot.share[1]]}


def forge_close(**fields: object) -> Callable[[World], Entry]:
    return lambda world: signed_anew(world, world.make_close(), **fields)


def forge_trustee_key(partner: str, **fields: object) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        entry = changed(world.make_trustee_key("partner-1"), **({"partner": partner} | fields))
        signer = world.keys.witnesses.get(partner, bytes(32))
        return changed(entry, signature=world.sign(signer, entry))

    return make


def forge_published_again(world: World) -> Entry:
    return world.make_trustee_key("partner-6")


def forge_tally(change: Callable[[e.Tally], dict[str, object]]) -> Callable[[World], Entry]:
    def make(world: World) -> Entry:
        from tally.outcome import tally_entry

        tally = tally_entry(world.count_ballots())
        return changed(tally, **change(tally))  # type: ignore[type-var]

    return make


def make_certify(world: World, **fields: object) -> e.Certify:
    """Return a certify over made-up reports, signed."""
    tally = next(leaf_hash(raw) for raw in world.entries if b'"kind":"tally"' in raw)
    reports = [e.Report(hash=Hash(who.encode().ljust(32)), official=who) for who in world.keys.officials]
    entry = e.Certify(
        reports=reports,
        root=Hash(world.board.root()),
        signatures=[],
        size=world.board.size,
        tally=Hash(tally),
    )
    return world.by_officials(changed(entry, **fields))


def forge_certify(**fields: object) -> Callable[[World], Entry]:
    return lambda world: make_certify(world, **fields)


def forge_turned(entry: Signed) -> Entry:
    return changed(entry, signatures=entry.signatures[::-1])  # type: ignore[attr-defined, return-value]


def forge_one_official_twice(entry: Signed) -> Entry:
    return changed(entry, signatures=[entry.signatures[0]] * 2)  # type: ignore[attr-defined, return-value]


def forge_foreign_official(entry: Signed) -> Entry:
    first, second = entry.signatures  # type: ignore[attr-defined]
    return changed(entry, signatures=[first, changed(second, official="carla")])  # type: ignore[return-value]


def forge_wrong_hand(entry: Signed) -> Entry:
    first, second = entry.signatures  # type: ignore[attr-defined]
    return changed(entry, signatures=[first, changed(second, signature=first.signature)])  # type: ignore[return-value]


def forge_order_case(world: World) -> Entry:
    """Return a first revision whose entry hash is below that of the ballot that stands."""
    stands = leaf_hash(world.entries[-1])
    for number in range(200):
        ballot = vote(world.election, shares(world)[3], world.some_choices("adult", number), world.draw)
        if leaf_hash(encode(ballot)) < stands:
            return ballot
    raise AssertionError("expected a lower hash within 200 ballots")


def forge_other_style(world: World) -> Entry:
    """Return a good ballot of the youth style, inside a release of adults."""
    other = make_world(until=Phase.VOTING)
    share = other.get_share(7)
    return other.cast(share, other.some_choices("youth", 0))


def forge_fresh_youth(world: World) -> Entry:
    """Return a good first ballot of youth by a voting key that stands nowhere yet."""
    seed = bytes(31) + b"y"
    signatures = forge_share(world, ed25519_public(seed), "youth")
    share = Share(signatures=signatures, style="youth", voting_seed=seed)
    return vote(world.election, share, world.some_choices("youth", 0), world.draw)


def forge_late_ballot(world: World) -> Entry:
    return next(e.parse_entry(raw) for raw in world.entries if b'"kind":"ballot"' in raw)
