"""Attacks on a voter's client: promises, receipts, set-up and answers that are not what the voter should get.

The attacker is the operator, who serves everything that the client reads.
"""

# ruff: noqa: E501 - a table, one row a line

from collections.abc import Callable
from functools import cache
from typing import Any

from ballots.board import Phase
from ballots.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from ballots.receipt import HOUR, Promise, is_broken, make_promise
from ballots.tlog_proof import TlogProof, format_proof
from ballots.wire import Rsa, Signature, encode
from tests.attacks.log import drop_ballot, of_kind
from tests.attacks.rows import BOARD, ISSUER, OPERATOR, Attack, at_node
from tests.attacks.scenes import Calls, Entry, Node, Record, call, entry_after
from tests.forge import forge_partner_key
from tests.simulator import RELEASES, World, changed, hash_reader, issuer_keys, make_world
from tests.stages import world_at
from tests.tally.break_makers import OTHER
from tests.tally.drafts import draft, head_of
from tests.vector_inputs import voter_given
from tests.vector_inputs_log import make_setup, texts

# --- promises and receipts ---


@cache
def counted() -> World:
    """Return a counted election; it is not changed."""
    return make_world()


def leaves_of(world: World) -> list[bytes]:
    return [leaf_hash(raw) for raw in world.entries]


def ballot(number: int = 0) -> int:
    """Return the place of a voter's ballot."""
    return of_kind(counted().entries, "ballot")[number]


def mine() -> bytes:
    """Return the entry hash of the voter's ballot."""
    return leaves_of(counted())[ballot()]


def promise_of(world: World, entry_hash: bytes, operator: bytes | None = None) -> Promise:
    return make_promise(world.election, operator or world.keys.operator, entry_hash)


def promised(make: Callable[[], Promise]) -> Callable[[], Calls]:
    """The voter gets this promise for their ballot."""
    return lambda: call(
        "promise-verify",
        setup=texts(make_setup(counted())),
        promise=encode(make()).decode(),
        ballot=mine().hex(),
    )


def swapped() -> Promise:
    return promise_of(counted(), leaves_of(counted())[ballot(1)])


def renamed() -> Promise:
    """Another voter's promise with this voter's ballot in it."""
    return changed(swapped(), ballot=promise_of(counted(), mine()).ballot)


def later() -> Promise:
    """A promise by the operator for a day after the last release."""
    world = counted()
    promise = changed(promise_of(world, mine()), deadline=RELEASES[-1] + 86_400)
    return changed(promise, signature=world.sign(world.keys.operator, promise))


def of_another_election() -> Promise:
    other = make_world(until=Phase.ROLL, pad=600)
    assert other.keys == counted().keys
    return promise_of(other, mine())


def unsigned() -> Promise:
    return changed(promise_of(counted(), mine()), signature=Signature(bytes(64)))


def receipt(**fields: Callable[[], Any]) -> Callable[[], Calls]:
    """The voter gets a receipt that is right but for these parts of its proof."""

    def scene() -> Calls:
        world = counted()
        leaves = leaves_of(world)
        honest = {
            "checkpoint": world.checkpoint,
            "extra": lambda: b"",
            "hashes": lambda: tuple(inclusion_proof(ballot(), len(leaves), hash_reader(leaves))),
            "index": ballot,
        }
        proof = TlogProof(**{name: make() for name, make in (honest | fields).items()})
        return _shown(format_proof(proof).decode())

    return scene


def _shown(proof: str) -> Calls:
    world = counted()
    promise = encode(promise_of(world, mine())).decode()
    setup = texts(make_setup(world))
    return call("receipt", setup=setup, promise=promise, proof=proof, ballot=mine().hex())


def anothers_receipt() -> Calls:
    """The whole receipt of another voter, whose ballot stands on the board."""
    world, place = counted(), ballot(1)
    proof = TlogProof(
        checkpoint=world.checkpoint(), extra=b"", hashes=proof_of(place, world.entries), index=place
    )
    theirs = encode(promise_of(world, leaves_of(world)[place])).decode()
    setup, shown = texts(make_setup(world)), format_proof(proof).decode()
    return call("receipt", setup=setup, promise=theirs, proof=shown, ballot=mine().hex())


def respelled() -> Calls:
    (made,) = receipt()().calls
    return _shown(made[1]["proof"].replace("index ", "index 0", 1))


def early_head() -> bytes:
    """Return a witnessed checkpoint from before the ballot."""
    world = counted()
    return head_of(world, world.entries[: ballot()])


def proof_of(place: int, entries: list[bytes]) -> tuple[bytes, ...]:
    leaves = [leaf_hash(raw) for raw in entries]
    return tuple(inclusion_proof(place, len(leaves), hash_reader(leaves)))


def without_it() -> list[bytes]:
    """Return the log without the voter's ballot: what the operator would rather show."""
    entries = list(counted().entries)
    drop_ballot(entries)
    return entries


def in_another_tree() -> tuple[bytes, ...]:
    """Return a proof in a tree of the operator's own, which has the ballot in another place."""
    return proof_of(ballot() - 1, without_it())


def dropped() -> Calls:
    """The log without the ballot, as if it grew from the one that the voter's receipt stands in."""
    world = counted()
    old, new = leaves_of(world)[: ballot() + 1], [leaf_hash(raw) for raw in without_it()]
    proof = [each.hex() for each in consistency_proof(len(old), len(new), hash_reader(new))]
    return call(
        "consistency",
        old_size=len(old),
        old_root=root_of(old).hex(),
        new_size=len(new),
        new_root=root_of(new).hex(),
        proof=proof,
    )


def kept_back() -> Node:
    """A checkpoint that w partners cosigned an hour after the deadline has no such ballot."""
    return _promise_with([RELEASES[-1] + HOUR] * counted().options.witnesses, RELEASES[-1] + HOUR)


def silent() -> Node:
    """No witnessed checkpoint has appeared two hours after the deadline."""
    return _promise_with([], RELEASES[-1] + 2 * HOUR + 1)


def _promise_with(times: list[int], now: int) -> Node:
    promise, threshold = promise_of(counted(), mine()), counted().options.witnesses
    return Node(lambda: "broken" if is_broken(promise, times, threshold, False, now) else "kept")


# --- set-up ---


def served_setup(kind: str, change: Callable[[World, Any], dict[str, Any]]) -> Callable[[], Entry]:
    """The client reads another style or contest, and the manifest that everybody has."""

    def scene() -> Entry:
        world = make_world(until=Phase.ROLL)
        entries = [*world.entries]
        manifest = entries.pop()
        place = of_kind(entries, kind)[0]
        made = world.make_style("adult") if kind == "style" else world.make_contest()
        entries[place] = encode(changed(made, **change(world, made)))
        entry = entry_after(world_at("before the manifest"), manifest)
        entry.draft.entries[:] = [*entries, manifest]
        return Entry(entry.draft, manifest, entries)

    return scene


def own_issuer(world: World, style: Any) -> dict[str, Any]:
    """Return an issuer key for this voter alone."""
    key = Rsa(issuer_keys()[5].public.modulus.to_bytes(384, "big"))
    return {"issuers": [changed(style.issuers[0], key=key), style.issuers[1]]}


def other_trustee() -> Entry:
    """The client reads a manifest in which a trustee's key is the operator's own."""
    world = world_at("before the manifest")
    manifest = world.make_manifest()
    forged = changed(manifest, **forge_partner_key("trustee", OTHER[:31] + b"\0")(world, manifest))
    return entry_after(world, forged)


def foreign_setup() -> Record:
    """A whole set-up by other officials, to a client that has the manifest hash of the letter."""
    record = draft(Phase.ROLL, seed="the operator's own")
    return Record(record.contents(), counted().election.manifest_hash)


# --- answers of issuers ---


def answered(*names: str) -> Callable[[], Calls]:
    """The issuers answer so; see `voter_given`."""

    def scene() -> Calls:
        given, answers = voter_given()
        return call("finish-share", **given, answers=[answers[name].hex() for name in names])

    return scene


ROWS = [
    Attack(OPERATOR, "promises another voter's ballot", "promise", promised(swapped)),
    Attack(OPERATOR, "gives two voters the receipt of one ballot", "promise", anothers_receipt),
    Attack(OPERATOR, "writes this voter's ballot into another voter's promise", "signature-wrong", promised(renamed)),
    Attack(OPERATOR, "promises a later release", "promise", promised(later)),
    Attack(OPERATOR, "promises for another election", "signature-wrong", promised(of_another_election)),
    Attack(OPERATOR, "does not sign its promise", "signature-r", promised(unsigned)),
    Attack("somebody with keys of their own", "promises as the operator", "signature-wrong", promised(lambda: promise_of(counted(), mine(), OTHER))),
    Attack(OPERATOR, "proves the ballot against a checkpoint from before it", "proof-index", receipt(checkpoint=early_head)),
    Attack(OPERATOR, "proves another ballot's place in an old checkpoint", "proof-root", receipt(checkpoint=early_head, index=lambda: 5, hashes=lambda: proof_of(5, counted().entries[: ballot()]))),
    Attack(OPERATOR, "proves another voter's ballot", "proof-root", receipt(index=lambda: ballot(1), hashes=lambda: proof_of(ballot(1), counted().entries))),
    Attack(OPERATOR, "gives the right proof with another place", "proof-root", receipt(index=lambda: ballot() ^ 1)),
    Attack(OPERATOR, "proves the ballot in a tree of its own", "proof-root", receipt(hashes=in_another_tree, index=lambda: ballot() - 1)),
    Attack(OPERATOR, "leaves a hash of the proof out", "proof-length", receipt(hashes=lambda: proof_of(ballot(), counted().entries)[:-1])),
    Attack(OPERATOR, "adds a hash to the proof", "proof-length", receipt(hashes=lambda: (*proof_of(ballot(), counted().entries), OTHER))),
    Attack(OPERATOR, "proves the ballot in a log that too few cosigned", "witness-threshold", receipt(checkpoint=lambda: counted().checkpoint(witnesses=["partner-1", "partner-2", "partner-3"]))),
    Attack(OPERATOR, "proves the ballot in a log that invented partners cosigned", "witness-threshold", receipt(checkpoint=lambda: head_of(counted(), counted().entries, witnesses={f"partner-{n}": OTHER[n:] + OTHER[:n] for n in range(7, 12)}))),
    Attack("somebody with keys of their own", "proves the ballot in a log of their own", "note-unsigned", receipt(checkpoint=lambda: head_of(counted(), counted().entries, operator=OTHER))),
    Attack(OPERATOR, "adds data to the proof that nobody asked for", "proof-form", receipt(extra=lambda: b"voter 17")),
    Attack(OPERATOR, "spells the place in a second way, to know a receipt again", "checkpoint-size", respelled),
    Attack(BOARD, "drop the ballot after its receipt, and go on with another log", "proof-root", dropped),
    at_node(OPERATOR, "keeps the ballot back an hour after its promise", "broken", kept_back),
    at_node(OPERATOR, "shows no witnessed board two hours after the promise", "broken", silent),
    Attack(OPERATOR, "serves a style with an issuer key for this voter alone", "S04 manifest-setup", served_setup("style", own_issuer)),
    Attack(OPERATOR, "serves a longer pad to this voter alone", "S04 manifest-setup", served_setup("style", lambda w, s: {"pad": s.pad + 1})),
    Attack(OPERATOR, "serves a contest with another cost", "S04 manifest-setup", served_setup("contest", lambda w, c: {"projects": [changed(c.projects[0], cost=1), *c.projects[1:]]})),
    Attack(OPERATOR, "serves a contest with another project's text", "S04 manifest-setup", served_setup("contest", lambda w, c: {"projects": [changed(c.projects[0], text=c.projects[1].text), *c.projects[1:]]})),
    Attack(OPERATOR, "serves a manifest with a trustee key of its own", "E03 signature-wrong", other_trustee),
    Attack(OPERATOR, "serves a set-up and manifest of its own making, with its own officials", "S10", foreign_setup),
    Attack(ISSUER, "answers with a key for this voter alone", "share-wrong", answered("first", "foreign")),
    Attack(ISSUER, "answers with the signature of another message", "share-wrong", answered("first", "another message")),
    Attack(ISSUER, "answers with nothing", "share-wrong", answered("first", "nothing")),
    Attack(ISSUER, "answers with a byte less", "share-length", answered("first", "short")),
    Attack(OPERATOR, "swaps the issuers' answers", "share-wrong", answered("second", "first")),
]  # fmt: skip
