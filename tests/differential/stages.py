"""A small election at every point of its course, with the entries that may come next and all its keys.

Small, because the whole board is replayed for every call: three partners, five residents.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ballots import entries as e
from ballots.board import Phase
from ballots.points import ed25519_public, sign_ed25519
from ballots.voter import Share
from ballots.wire import H, Hash, encode
from tally.outcome import tally_entry
from tests.differential.spellings import Members, Tree, spell
from tests.forge import forge_share, make_certify
from tests.simulator import Resident, World, changed, make_world, sorted_ballots
from tests.stages import make_replace

SMALL: dict[str, object] = {
    "partners": 3,
    "trustees": 2,
    "witnesses": 3,
    "residents": {"adult": 3, "youth": 2},
    "page": 3,
    "release_minimum": 1,
}


@dataclass
class Stage:
    """A world and the entries that it would take next; none of the latter is on its board."""

    world: World
    nexts: list[bytes]
    seeds: dict[bytes, bytes] = field(default_factory=dict)
    """Private seeds of credentials and voting keys by public key."""

    @property
    def entries(self) -> list[str]:
        """The entries that stand, as text."""
        return [raw.decode() for raw in self.world.entries]


@cache
def stage(point: str) -> Stage:
    """Return the stage at a point of POINTS; refused entries leave it as it is."""
    made = POINTS[point]()
    for who in made.world.residents:
        made.seeds[who.credential] = who.credential_seed
    return made


def _stage(world: World, *nexts: e.Entry | bytes, shares: list[Share] | None = None) -> Stage:
    raws = [each if isinstance(each, bytes) else encode(each) for each in nexts]
    seeds = {ed25519_public(share.voting_seed): share.voting_seed for share in shares or ()}
    return Stage(world, raws, seeds)


def _set_up() -> Stage:
    world = make_world(until=Phase.SETUP, **SMALL)
    return _stage(world, world.make_style("adult"), world.make_contest())


def _before_manifest() -> Stage:
    world = make_world(until=Phase.SETUP, **SMALL)
    for style in world.options.residents:
        world.append(world.make_style(style))
    world.append(world.make_contest())
    return _stage(world, world.make_manifest(), world.make_style("adult"), world.make_contest())


def _roll() -> Stage:
    world = make_world(until=Phase.ROLL, **SMALL)
    return _stage(world, world.make_roll_page(1, world.residents[:3]))


def _enrolled() -> Stage:
    world = make_world(until=Phase.ROLL, **SMALL)
    world.enrol()
    return _stage(
        world,
        world.make_seal(),
        world.make_roll_page(3, [Resident(credential_seed=b"late" * 8, style="adult")]),
    )


def _sealed() -> Stage:
    world = make_world(until=Phase.SEALED, **SMALL)
    return _stage(world, world.make_start())


def _voting() -> Stage:
    """Two have voted in release 1; another has asked."""
    world = make_world(until=Phase.VOTING, **SMALL)
    shares = [world.get_share(number) for number in range(3)]
    for number in range(2):
        world.cast(shares[number], world.some_choices("adult", number))
    world.release(1)
    return _stage(
        world,
        world.ask(4).request.request,
        make_replace(world, b"walk-in"),
        make_replace(world, b"new", [world.residents[4].credential], style="youth"),
        world.by_officials(e.Bundle(hash=Hash(bytes(32)), number=1, reason="hersteld", signatures=[])),
        e.Release(count=2, number=2, style="adult"),
        world.make_close(),
        shares=shares,
    )


def _releasing() -> Stage:
    """A second and a first revision are announced; the lower one stands next."""
    world, shares = _with_votes()
    ballots = [world.cast(shares[number], world.some_choices("adult", number)) for number in (0, 2)]
    waiting = sorted_ballots(ballots)
    world.append(e.Release(count=2, number=2, style="adult"))
    return _stage(world, *waiting, shares=shares)


def _with_votes() -> tuple[World, list[Share]]:
    made = _voting()
    shares = [Share(signatures=[], style="adult", voting_seed=seed) for seed in made.seeds.values()]
    world = made.world
    signed = {
        ballot.voting_key: ballot
        for ballot in map(e.parse_entry, world.entries)
        if isinstance(ballot, e.Ballot)
    }
    for index, share in enumerate(shares):
        known = signed.get(ed25519_public(share.voting_seed))  # type: ignore[call-overload]
        signatures = known.share if known else _share_of(world, share.voting_seed)
        shares[index] = changed(share, signatures=signatures)
    return world, shares


def _share_of(world: World, voting_seed: bytes) -> list[bytes]:
    return list(forge_share(world, ed25519_public(voting_seed)))


def _last_of_release() -> Stage:
    made = stage("releasing")
    again, shares = _with_votes()
    again.append(e.Release(count=2, number=2, style="adult"))
    again.append(made.nexts[0])
    return _stage(again, made.nexts[1], made.nexts[0], shares=shares)


def _closed() -> Stage:
    world = make_world(until=Phase.CLOSED, **SMALL)
    return _stage(world, world.make_trustee_key("partner-1"), world.make_trustee_key("partner-3"))


def _opened() -> Stage:
    world = make_world(until=Phase.OPENED, **SMALL)
    return _stage(world, tally_entry(world.count_ballots()), world.make_trustee_key("partner-1"))


def _counted() -> Stage:
    world = make_world(until=Phase.COUNTED, **SMALL)
    return _stage(world, make_certify(world), world.make_trustee_key("partner-1"))


def _certified() -> Stage:
    world = make_world(until=Phase.COUNTED, **SMALL)
    world.append(make_certify(world))
    return _stage(world, world.make_trustee_key("partner-1"), world.entries[-1])


POINTS: dict[str, Callable[[], Stage]] = {
    "set-up": _set_up,
    "before the manifest": _before_manifest,
    "roll": _roll,
    "enrolled": _enrolled,
    "sealed": _sealed,
    "voting": _voting,
    "releasing": _releasing,
    "the last of a release": _last_of_release,
    "closed": _closed,
    "opened": _opened,
    "counted": _counted,
    "certified": _certified,
}


# --- signing what was changed ---


SIGNATURES = ("signature", "signatures", "registrar")


def signed_again(made: Stage, tree: Tree) -> Tree:
    """Return the tree of an entry with the signatures of whoever signs its kind, over what it says now.

    Where an entry names a signer whose key nobody here has, the old signature stays.
    """
    if not isinstance(tree, Members):
        return tree
    fields = {name: value for name, value in tree if isinstance(name, str)}
    kind = fields.get("kind")
    hidden = ("signature",) if kind not in SIGNED_BY_TWO else ("signatures",)
    if kind in ("seal", "replace"):
        hidden = ("signatures", "registrar")
    bare = spell(Members([pair for pair in tree if pair[0] not in hidden]))
    manifest = made.world.election.manifest_hash if kind != "manifest" and made.world.board.election else b""
    message = H("signature", kind, manifest, bare) if isinstance(kind, str) and kind.isascii() else b""
    return Members([[name, _signature(made, name, value, fields, message)] for name, value in tree])


SIGNED_BY_TWO = ("manifest", "seal", "start", "bundle", "replace", "close", "certify")


def _signature(made: Stage, name: str, value: Tree, fields: dict[str, Tree], message: bytes) -> Tree:
    kind, keys = fields.get("kind"), made.world.keys
    if name == "signatures" and kind in SIGNED_BY_TWO and isinstance(value, list):
        return [_by_official(made, each, message) for each in value]
    seed: bytes | None = None
    if name == "registrar" and kind in ("seal", "replace"):
        seed = keys.registrar
    elif name == "signature":
        seed = {
            "roll": lambda: keys.registrar,
            "request": lambda: made.seeds.get(_bytes(fields.get("credential"))),
            "ballot": lambda: made.seeds.get(_bytes(fields.get("voting_key"))),
            "trustee-key": lambda: keys.witnesses.get(_text(fields.get("partner"))),
        }.get(_text(kind), lambda: None)()
    return value if seed is None else _spelled(sign_ed25519(seed, message))


def _by_official(made: Stage, each: Tree, message: bytes) -> Tree:
    if not isinstance(each, Members):
        return each
    seed = made.world.keys.officials.get(_text(dict(map(tuple, each)).get("official")))
    if seed is None:
        return each
    signature = _spelled(sign_ed25519(seed, message))
    return Members([[name, signature if name == "signature" else value] for name, value in each])


def _text(value: Tree) -> str:
    return value if isinstance(value, str) else ""


def _bytes(value: Tree) -> bytes:
    try:
        return base64.urlsafe_b64decode(_text(value) + "=" * (-len(_text(value)) % 4))
    except ValueError:
        return b""


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def kind_of_raw(raw: bytes) -> str:
    """Return the kind of a good entry."""
    return str(json.loads(raw)["kind"])
