"""Attacks on ballots: copies, second spellings, keys for which anybody can sign, revisions out of order."""

# ruff: noqa: E501 - a table, one row a line

from collections.abc import Callable

from nacl.bindings import crypto_core_ed25519_add, crypto_scalarmult_ed25519_base_noclamp

from ballots import entries as e
from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.points import L, ed25519_public, sign_ed25519
from ballots.sealing import FIRST
from ballots.voter import vote
from ballots.wire import Bytes, Hash, Key, Signature, encode
from tests.attacks.rows import BOARD, OPERATOR, VOTER, Attack
from tests.attacks.scenes import Calls, Entry, Record, call, entry_after, record_of, refused
from tests.forge import IDENTITY, MIXED, TORSION, forge_share
from tests.simulator import World, changed, make_world
from tests.stages import shares, world_at
from tests.tally.drafts import draft_of

# --- signatures and keys ---


def scalar(number: int) -> bytes:
    return (number % L).to_bytes(32, "little")


def signed_by_nobody(world: World) -> Entry:
    """A ballot whose voting key is the identity: S * B = R holds whatever was signed."""
    return _with_key(world, IDENTITY, crypto_scalarmult_ed25519_base_noclamp(scalar(7)) + scalar(7))


def _with_key(world: World, key: bytes, signature: bytes) -> Entry:
    """Return a ballot of this voting key, for which all issuers made a share, with this signature."""
    made = changed(
        world.urn[0],
        voting_key=Key(key),
        share=forge_share(world, key),
        signature=Signature(signature),
    )
    return entry_after(world, made)


def torsion_in_r() -> Entry:
    """R with a point of order 2 added, and S for it: a check with the cofactor takes it for the voter's."""
    world = world_at("releasing")
    ballot = e.parse_entry(world.waiting[0])  # type: ignore[attr-defined]
    share = next(s for s in shares(world)[2:] if ed25519_public(s.voting_seed) == ballot.voting_key)  # type: ignore[union-attr]
    message = world.message(ballot)  # type: ignore[arg-type]
    return entry_after(world, changed(ballot, signature=Signature(mixed_r(share.voting_seed, message))))  # type: ignore[type-var]


def mixed_r(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a signer who adds a point of order 2 to R before they hash it."""
    import hashlib

    digest = hashlib.sha512(seed).digest()
    a = int.from_bytes(bytes([digest[0] & 248, *digest[1:31], digest[31] & 127 | 64]), "little")
    r = crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(scalar(9)), TORSION)
    k = int.from_bytes(hashlib.sha512(r + ed25519_public(seed) + message).digest(), "little")
    return r + scalar(9 + k * a)


def signature(change: Callable[[bytes], bytes]) -> Callable[[], Calls]:
    """A good signature, put otherwise."""

    def scene() -> Calls:
        seed, message = b"seed".ljust(32, b"."), b"message"
        given = {"key": ed25519_public(seed), "message": message, "signature": sign_ed25519(seed, message)}
        told = {name: value.hex() for name, value in given.items()}
        return call("ed25519-verify", **told | {"signature": change(given["signature"]).hex()})

    return scene


# --- copies ---


def taken(**fields: Callable[[World, e.Ballot], object]) -> Callable[[], Entry]:
    """Voter 3 takes over parts of voter 2's waiting ballot, and signs what comes of it."""

    def scene() -> Entry:
        world = world_at("releasing")
        theirs, mine = (_waiting(world, number) for number in (2, 3))
        made = changed(mine, **{name: take(world, theirs) for name, take in fields.items()})
        made = changed(made, signature=world.sign(shares(world)[3].voting_seed, made))
        return entry_after(world, made)

    return scene


def _waiting(world: World, number: int) -> e.Ballot:
    key = ed25519_public(shares(world)[number].voting_seed)
    return next(each for each in world.urn if each.voting_key == key)


def copied() -> Calls:
    """Somebody's boxes and body under a voting key of one's own: the board takes it, the count does not."""
    world = world_at("releasing")
    theirs, mine = (_waiting(world, number) for number in (2, 3))
    made = changed(mine, body=theirs.body, boxes=theirs.boxes)
    return opened_by_all(world, changed(made, signature=world.sign(shares(world)[3].voting_seed, made)))


def copied_to_another_revision() -> Calls:
    """One's own first ballot, sent again as the second without being sealed anew."""
    world = world_at("releasing")
    first = _waiting(world, 2)
    return opened_by_all(world, changed(first, revision=2, previous=Hash(leaf_hash(encode(first)))))


def opened_by_all(world: World, ballot: e.Ballot) -> Calls:
    """Return the opening of a ballot with the keys of each choice of k trustees."""
    from itertools import combinations

    from tests.vector_inputs_log import make_setup, texts

    keys = [
        {"number": number, "key": world.keys.trustees[partner].hex()}
        for partner, number in world.election.partner_numbers.items()
    ]
    given = {"setup": texts(make_setup(world)), "ballot": encode(ballot).decode()}
    return Calls([("open", given | {"keys": list(some)}) for some in combinations(keys, world.election.k)])


# --- releases and revisions ---


def revision(number: int, share: int, previous: Callable[[World], bytes]) -> Callable[[], Entry]:
    """A second ballot of share 0, when its first two stand."""

    def scene() -> Entry:
        world = world_twice()
        made = vote(
            world.election,
            shares(world)[share],
            world.some_choices("adult", 3),
            world.draw,
            number,
            previous(world),
        )
        return entry_after(world, made)

    return scene


def world_twice() -> World:
    """Share 0 has voted twice and share 1 once; one more ballot is announced in the last release."""
    world = make_world(until=Phase.VOTING)
    world.shares = [world.get_share(number) for number in range(3)]  # type: ignore[attr-defined]
    for number in (0, 1, 0):
        world.cast(shares(world)[number], world.some_choices("adult", number))
    world.release(1)
    world.append(e.Release(count=1, number=3, style="adult"))
    return world


def ballots_of(world: World, share: int) -> list[bytes]:
    """Return the entry hashes of a share's ballots."""
    key = ed25519_public(shares(world)[share].voting_seed)
    ballots = [raw for raw in world.entries if b'"kind":"ballot"' in raw]
    return [leaf_hash(raw) for raw in ballots if e.parse_entry(raw).voting_key == key]  # type: ignore[union-attr]


def replayed() -> Entry:
    """The operator sends a voter's first ballot once more, to undo the second."""
    world = world_twice()
    first = ballots_of(world, 0)[0]
    return entry_after(world, next(raw for raw in world.entries if leaf_hash(raw) == first))


def many_of_one() -> Entry:
    """A release of the smallest size, filled by one voter's revisions round one ballot of somebody else."""
    world = make_world(until=Phase.VOTING, release_minimum=3)
    world.shares = [world.get_share(number) for number in range(2)]  # type: ignore[attr-defined]
    for number in (0, 1, 0):
        world.cast(shares(world)[number], world.some_choices("adult", number))
    world.append(e.Release(count=3, number=1, style="adult"))
    from tests.simulator import sorted_ballots

    first, second, third = sorted_ballots(world.urn)
    for raw in (first, second):
        world.append(raw)
    return entry_after(world, third)


def foreign_ballot() -> Entry:
    """A whole ballot of another election with the same keys."""
    world = world_at("releasing")
    other = make_world(until=Phase.VOTING, releases=[1, 2, 3])
    assert other.keys == world.keys
    share = other.get_share(2)
    return entry_after(world, other.cast(share, other.some_choices("adult", 2)))


def dropped_revision() -> Record:
    """The operator keeps the second revision of a ballot back, and counts the first."""
    world = make_world(until=Phase.VOTING)
    share = world.get_share(0)
    world.cast(world.get_share(1), world.some_choices("adult", 1))
    world.cast(share, world.some_choices("adult", 0))
    second = world.cast(share, world.some_choices("adult", 2))
    world.urn.remove(second)
    world.release(3)
    world.close()
    world.open()
    world.count()
    return record_of(draft_of(world))


ROWS = [
    Attack(VOTER, "sends another voter's ballot under a voting key of their own", "B08 share-wrong", taken(share=lambda w, b: b.share)),
    Attack(VOTER, "copies another voter's boxes and body, without knowing what is in them", "sealing", copied),
    Attack(VOTER, "sends their own sealed choices again as the next revision", "sealing", copied_to_another_revision),
    Attack(VOTER, "uses another voter's signature", "B09 signature-wrong", refused("another voter's signature")),
    Attack(VOTER, "uses another voter's voting key and share", "B09 signature-wrong", taken(share=lambda w, b: b.share, voting_key=lambda w, b: b.voting_key)),
    Attack(VOTER, "votes with a ballot of another election with the same keys", "B08 share-wrong", foreign_ballot),
    Attack("anybody", "changes a ballot on its way", "B09 signature-wrong", refused("a changed body under the old signature")),
    Attack(VOTER, "votes with the identity as key, for which every signature is good", "B09 point-small-order", lambda: signed_by_nobody(world_at("releasing"))),
    Attack(VOTER, "votes with a key of small order", "B09 point-small-order", refused("a voting key of small order")),
    Attack(VOTER, "votes with a key that has a part of small order, so that verifiers disagree", "B09 point-small-order", refused("a voting key with a torsion component")),
    Attack(VOTER, "signs with an R that has a part of small order, so that verifiers disagree", "B09 signature-r", torsion_in_r),
    Attack(VOTER, "signs with the identity as R", "B09 signature-r", refused("the identity as R")),
    Attack(VOTER, "signs with an R of small order", "B09 signature-r", refused("R of small order")),
    Attack("anybody", "makes a second spelling of a signature: s + L", "B09 signature-s", refused("S + L")),
    Attack("anybody", "makes a second spelling of a signature: s + 2L", "signature-s", signature(lambda s: s[:32] + (int.from_bytes(s[32:], "little") + 2 * L).to_bytes(32, "little"))),
    Attack("anybody", "turns R into its negative", "signature-wrong", signature(lambda s: s[:31] + bytes([s[31] ^ 0x80]) + s[32:])),
    Attack("anybody", "shortens a signature by a byte", "signature-length", signature(lambda s: s[:-1])),
    Attack("anybody", "lengthens a signature by a byte", "signature-length", signature(lambda s: s + b"\0")),
    Attack("anybody", "spells a key in a second way", "point-not-canonical", lambda: call("ed25519-key", key=(b"\xee" + b"\xff" * 30 + b"\x7f").hex())),
    Attack("anybody", "spells the identity with a sign", "point-not-canonical", lambda: call("ed25519-key", key=(bytes([1]) + bytes(30) + b"\x80").hex())),
    Attack("anybody", "takes a key that is no point of the curve", "point-not-on-curve", lambda: call("ed25519-key", key=(bytes([2]) + bytes(31)).hex())),
    Attack(VOTER, "takes a key of order 2L", "point-small-order", lambda: call("ed25519-key", key=MIXED.hex())),
    Attack(VOTER, "sends a body that is one byte longer, to be known by it", "B04 ballot-length", refused("a body that is one byte longer")),
    Attack(VOTER, "sends a body that is one byte shorter", "B04 ballot-length", taken(body=lambda w, b: Bytes(b.body[1:]))),
    Attack(VOTER, "leaves a trustee's box out", "B04 ballot-length", refused("a box too few")),
    Attack(VOTER, "sends a box more", "B04 ballot-length", taken(boxes=lambda w, b: [*b.boxes, b.boxes[0]])),
    Attack(VOTER, "begins a box with a key of low order", "B07 x25519-low-order", refused("a box with a key of low order")),
    Attack(VOTER, "begins a box with a second spelling", "B07 x25519-not-canonical", refused("a box with a second spelling")),
    Attack(OPERATOR, "puts a ballot into another style's release", "B03 ballot-style", refused("a ballot of a fresh voting key of another style")),
    Attack(VOTER, "votes for a style that does not exist", "B03 ballot-style", refused("an unknown style")),
    Attack(OPERATOR, "releases a ballot without announcing it", "E02 phase", refused("a ballot without a release")),
    Attack(OPERATOR, "releases fewer ballots than may hide each other", "B02 release-count", refused("a release under the minimum")),
    Attack(OPERATOR, "fills a release with one voter's revisions", "B02 release-minimum", many_of_one),
    Attack(OPERATOR, "takes a release's number twice", "B01 release-number", refused("a release number twice")),
    Attack(OPERATOR, "goes back to an earlier release", "B01 release-number", refused("a release number below another style's")),
    Attack(OPERATOR, "releases more often than the manifest says", "B01 release-number", refused("a release beyond the last")),
    Attack(OPERATOR, "orders the ballots of a release by their arrival", "B05 ballot-order", refused("a ballot in the wrong order")),
    Attack(OPERATOR, "replays a voter's first ballot, to undo the second", "B06 ballot-revision", replayed),
    Attack(VOTER, "leaves a revision out", "B06 ballot-revision", revision(4, 0, lambda w: ballots_of(w, 0)[1])),
    Attack(VOTER, "begins with revision 2", "B06 ballot-revision", revision(2, 2, lambda w: FIRST)),
    Attack(VOTER, "forks: another second revision of the first", "B06 ballot-revision", revision(2, 0, lambda w: ballots_of(w, 0)[0])),
    Attack(VOTER, "forks: a third revision of the first", "B06 ballot-previous", revision(3, 0, lambda w: ballots_of(w, 0)[0])),
    Attack(VOTER, "revises another voter's ballot", "B06 ballot-previous", revision(3, 0, lambda w: ballots_of(w, 1)[0])),
    Attack(VOTER, "begins anew with revision 1", "B06 ballot-revision", revision(1, 0, lambda w: FIRST)),
    Attack(VOTER, "hands a ballot in after the close", "E02 phase", refused("a ballot after the close")),
    Attack(BOARD, "keep a voter's second revision back (the voter's receipt shows it)", "slack 0", dropped_revision),
]  # fmt: skip
