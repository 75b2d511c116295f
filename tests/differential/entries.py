"""Entries that are nearly good, at every point of a board: changed in meaning, and mostly signed again."""

import base64
from copy import deepcopy
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ballots.errors import ProtocolError
from ballots.merkle import leaf_hash
from ballots.wire import Hash, encode
from tests.differential.points import NOT_CANONICAL, SMALL_ORDER, X25519_EDGES
from tests.differential.spellings import (
    EDITS_OF,
    Draw,
    Members,
    Tree,
    draw_edit,
    draw_place,
    edge_number,
    other_text,
    parse,
    places,
    spell,
)
from tests.differential.stages import POINTS, SIGNATURES, Stage, signed_again, stage
from tests.differential.verdicts import Call
from tests.simulator import changed

Given = dict[str, Any]
BOARD_POINTS = (*POINTS, "releasing", "releasing", "the last of a release", "voting", "voting")
"""The points of a board; those with most rules are drawn more often."""


@st.composite
def entry_calls(draw: Draw, points: tuple[str, ...] = BOARD_POINTS) -> Call:
    """Return an entry to put on a board: one that may come next, changed."""
    made = stage(draw(st.sampled_from(points)))
    source = stage(draw(st.sampled_from(points))) if draw(st.integers(0, 9)) == 0 else made
    raw = draw(st.sampled_from(source.nexts))
    entry = draw_entry(draw, made, raw)
    return Call("board", {"entries": made.entries, "entry": as_text(entry)})


@st.composite
def setup_calls(draw: Draw) -> Call:
    """Return a manifest over a set-up of which one entry says something else."""
    made = deepcopy(stage("set-up"))
    world = made.world
    setup = [world.make_style("adult"), world.make_style("youth"), world.make_contest()]
    other = draw(st.integers(0, 2))
    for place, each in enumerate(setup):
        raw = encode(each)
        if place == other:
            raw = draw_meaning(draw, made, raw)
        try:
            world.append(raw)
        except ProtocolError:
            return Call("board", {"entries": made.entries, "entry": as_text(raw)})
    manifest = world.make_manifest()
    if draw(st.booleans()):
        manifest = world.by_officials(
            changed(manifest, setup=[Hash(leaf_hash(raw)) for raw in world.entries])
        )
    return Call("board", {"entries": made.entries, "entry": encode(manifest).decode()})


def as_text(raw: bytes) -> str:
    """Return an entry as a text; what is not UTF-8 is the business of the call `entry`."""
    return raw.decode("utf-8", "replace")


def draw_entry(draw: Draw, made: Stage, raw: bytes) -> bytes:
    """Return an entry changed in meaning or in spelling."""
    if draw(st.integers(0, 7)) == 0:
        tree = draw_edit(draw, parse(raw))
        return spell(signed_again(made, tree) if draw(st.booleans()) else tree)
    return draw_meaning(draw, made, raw)


def draw_meaning(draw: Draw, made: Stage, raw: bytes) -> bytes:
    """Return an entry with one value changed into another of its kind, signed again in most cases."""
    tree = parse(raw)
    if not isinstance(tree, list) or not tree:
        return spell(tree)
    holder, at = draw_place(draw, tree, within=True)
    value = holder[at]
    if isinstance(value, str):
        holder[at] = _other_string(draw, made, value)
    elif isinstance(value, bool | int):
        holder[at] = edge_number(draw, value)
    else:
        edits = [*EDITS_OF[type(value)], _another_like_it]
        holder[at] = edits[draw(st.integers(0, len(edits) - 1))](draw, value)
    at_signature = _is_signature(tree, holder)
    if at_signature or draw(st.integers(0, 9)) == 0:
        return spell(tree)
    return spell(signed_again(made, tree))


def _another_like_it(draw: Draw, value: Any) -> Any:
    """Return a list with one more object that is like one of it, but of another id."""
    members = [each for each in value if isinstance(each, Members)] if isinstance(value, list) else []
    if not members or isinstance(value, Members):
        return value
    pairs = draw(st.sampled_from(members))
    return [*value, Members([[name, "another" if name == "id" else other] for name, other in pairs])]


def _is_signature(tree: Tree, holder: Any) -> bool:
    """Say whether a change was made within a signature."""
    if not isinstance(tree, Members):
        return False
    for pair in tree:
        if pair[0] not in SIGNATURES:
            continue
        if holder is pair or (
            isinstance(pair[1], list) and any(holder is each for each, _ in places(pair[1]))
        ):
            return True
    return False


@cache
def _pool() -> dict[int, list[str]]:
    """Return the strings of all stages, by length; short ones are under 0."""
    pool: dict[int, set[str]] = {}
    for point in POINTS:
        made = stage(point)
        for raw in [*made.world.entries[-2:], *made.world.entries[:5], *made.nexts]:
            for holder, at in places(parse(raw)):
                if isinstance(holder[at], str):
                    pool.setdefault(_length(holder[at]), set()).add(holder[at])
    keys = [bytes.fromhex(each) for each in SMALL_ORDER + NOT_CANONICAL]
    keys += [each.to_bytes(32, "little") for each in X25519_EDGES]
    pool[43] |= {base64.urlsafe_b64encode(raw).rstrip(b"=").decode() for raw in keys}
    pool[0] |= set(WORDS)
    return {length: sorted(strings) for length, strings in pool.items()}


WORDS = (
    "apart", "together", "decide", "labelled", "advice", "approval", "knapsack", "points", "ranking",
    "inform", "co-decide", "greedy", "equal-shares", "adult", "youth", "elders",
)  # fmt: skip
"""Words that entries choose among, and one that they do not know."""


def _length(value: str) -> int:
    return len(value) if len(value) > 40 else 0


def _other_string(draw: Draw, made: Stage, value: str) -> Any:
    kind = draw(st.integers(0, 3))
    if kind <= 1 and value in WORDS:
        return draw(st.sampled_from(WORDS))
    known = _pool().get(_length(value), [])
    if kind <= 1 and known:
        return draw(st.sampled_from(known))
    if kind == 2 and len(value) > 40:
        raw = bytearray(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        if raw:
            raw[draw(st.integers(0, len(raw) - 1))] ^= 1 << draw(st.integers(0, 7))
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return other_text(draw, value)
