"""Made-up elections at named points, for entries that the board must refuse there (board_cases.py)."""

from collections.abc import Callable
from functools import cache

from ballots import entries as e
from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public
from ballots.voter import Share
from ballots.wire import Key, encode
from tests.simulator import NO_SIGNATURE, World, changed, make_world


@cache
def world_at(point: str) -> World:
    """Return the world of a named point; refused entries leave it as it is."""
    if point in POINTS:
        return POINTS[point]()
    return make_world(until=Phase(point))


def _empty() -> World:
    return make_world(until=Phase.SETUP)


def _with_style() -> World:
    world = _empty()
    world.append(world.make_style("adult"))
    return world


def _before_manifest() -> World:
    world = _with_style()
    world.append(world.make_style("youth"))
    world.append(world.make_contest())
    return world


def _roll() -> World:
    world = make_world(until=Phase.ROLL)
    world.append(world.make_roll_page(1, world.residents[:4]))
    return world


def _all_enrolled() -> World:
    world = make_world(until=Phase.ROLL)
    world.enrol()
    return world


def _sealed() -> World:
    world = _all_enrolled()
    world.append(world.make_seal())
    return world


def _voting() -> World:
    """Residents 0 to 3 have shares in `shares`; the first two have voted; 5 walked in and 4 was replaced."""
    world = make_world(until=Phase.VOTING)
    world.shares = [world.get_share(number) for number in range(4)]  # type: ignore[attr-defined]
    for number in range(2):
        world.cast(world.shares[number], world.some_choices("adult", number))  # type: ignore[attr-defined]
    world.release(1)
    world.append(make_replace(world, adds=b"walk-in"))
    world.append(make_replace(world, adds=b"new", revokes=[world.residents[4].credential]))
    return world


def _releasing() -> World:
    """Ballots of shares 2 and 3 are announced in release 2; none stands yet. `waiting` holds them sorted."""
    world = _voting()
    ballots = [world.cast(shares(world)[number], world.some_choices("adult", number)) for number in (2, 3)]
    world.waiting = sorted(map(encode, ballots), key=leaf_hash)  # type: ignore[attr-defined]
    world.append(e.Release(count=2, number=2, style="adult"))
    return world


def _releasing_again() -> World:
    """One ballot, the second revision of share 0, is announced in the last release."""
    world = _voting()
    world.append(e.Release(count=1, number=3, style="adult"))
    return world


def _releasing_one_voter() -> World:
    """Two ballots are announced in release 2, the first stands; the other may not be the same voter's."""
    world = _voting()
    share = shares(world)[2]
    first = world.cast(share, world.some_choices("adult", 1))
    world.append(e.Release(count=2, number=2, style="adult"))
    world.append(first)
    return world


def _released_twice() -> World:
    """Adults had releases 1 and 2; youth none."""
    world = _releasing()
    for raw in world.waiting:  # type: ignore[attr-defined]
        world.append(raw)
    return world


def _releasing_youth() -> World:
    """A ballot of youth is announced in the last release; the shares are those of adults who voted."""
    world = _voting()
    world.append(e.Release(count=1, number=3, style="youth"))
    return world


def _full_setup() -> World:
    """A thousand contests stand."""
    world = _empty()
    contest = world.make_contest()
    small = changed(contest, projects=contest.projects[:1], pots=[changed(contest.pots[0], title="P")])
    for number in range(1000):
        world.append(changed(small, id=f"contest-{number}"))
    return world


def _counted() -> World:
    return make_world(until=Phase.COUNTED)


POINTS: dict[str, Callable[[], World]] = {
    "set-up": _empty,
    "a full set-up": _full_setup,
    "a style": _with_style,
    "before the manifest": _before_manifest,
    "a page of the roll": _roll,
    "the whole roll": _all_enrolled,
    "sealed": _sealed,
    "sealed with a small style": lambda: make_world(until=Phase.SEALED, roll_minimum=5),
    "voting": _voting,
    "releasing": _releasing,
    "released twice": _released_twice,
    "releasing youth": _releasing_youth,
    "releasing a second revision": _releasing_again,
    "releasing one voter twice": _releasing_one_voter,
    "counted": _counted,
}


def shares(world: World) -> list[Share]:
    """Return the shares of the first residents."""
    return world.shares  # type: ignore[attr-defined, no-any-return]


def make_replace(
    world: World, adds: bytes, revokes: list[bytes] | None = None, style: str = "adult"
) -> e.Replace:
    """Return a signed `replace`; `adds` is a label for the new credential's seed, or a key."""
    key = adds if len(adds) == 32 else ed25519_public(adds.ljust(32, b"."))
    entry = e.Replace(
        adds=Key(key),
        registrar=NO_SIGNATURE,
        revokes=[Key(old) for old in revokes or []],
        signatures=[],
        style=style,
    )
    return changed(world.by_officials(entry), registrar=world.sign(world.keys.registrar, entry))
