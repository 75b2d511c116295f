"""The inputs of records.json: whole records, good ones and every way to break one that a check is there for."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from ballots import manifest as m
from ballots.board import Phase
from ballots.note import ED25519, VerifierKey, format_vkey
from ballots.points import ed25519_public
from ballots.tiles import format_bundle
from tests.board_cases import CASES
from tests.count_rules import EQUAL_SHARES, GREEDY
from tests.records import Files, Json, in_base64, smallest
from tests.simulator import ORIGIN, World, make_world
from tests.stages import world_at
from tests.tally.break_makers import OTHER
from tests.tally.breaks import BREAKS
from tests.tally.drafts import (
    Draft,
    certified,
    draft,
    draft_of,
    long_world,
    opened_with_bad_ballot,
)
from tests.tally.refused import draft_of_case, expected_check
from tests.tally.test_outcome import Apart, Options, play_to_opening
from tests.vector_inputs_found_records import FOUND

Input = tuple[str, str, Json]
SMALL: dict[str, Any] = {"partners": 3, "trustees": 2, "witnesses": 3, "residents": {"adult": 3}, "page": 8}


@cache
def bases() -> dict[str, Files]:
    """Return the records that cases start from."""
    return {
        "certified": certified().contents(),
        "voting": draft_of(world_at("released twice")).contents(),
        "bad choices": draft_of(opened_with_bad_ballot()).contents(),
        "small": draft(**SMALL).contents(),
        "long": draft_of(long_world()).contents(),
    }


def base_texts() -> dict[str, dict[str, str]]:
    """Return the base records as JSON has them."""
    return {name: in_base64(files) for name, files in bases().items()}


def record_inputs() -> Iterator[Input]:
    """Good records, broken ones, and records that end with an entry that the board refuses."""
    for name, make in GOOD.items():
        yield _case(name, make())
    record = draft(**SMALL)
    yield _case("without the manifest hash", record, manifest=b"")
    yield _case(
        "before the manifest, with the operator's key", draft(Phase.SETUP), operator=_operator(record)
    )
    for each in BREAKS:
        manifest = bytes(each.options.get("manifest", b""))
        seed = bytes(each.options.get("operator", b""))
        yield _case(f"{each.check} {each.name}", each.make(), manifest, vkey_of(seed) if seed else "")
    for name, make in FOUND.items():
        yield _case(name, make(), manifest=OTHER if "where the auditor has" in name else None)
    before = draft_of(world_at("before the manifest"))
    yield _case("set-up only, with the operator's key", before, operator=vkey_of(before.world.keys.operator))
    yield _case("L02 set-up only, with another operator's key", before, operator=vkey_of(OTHER))
    seen: set[tuple[str, str]] = set()
    for case in CASES:
        if case.at == "a full set-up":  # a thousand contests are too much for a file
            continue
        record, raw = draft_of_case(case)
        check = expected_check(case, raw)
        if (check, case.reason) not in seen:
            seen.add((check, case.reason))
            yield _case(f"{check} {case.name}", record, manifest=b"")


def _case(name: str, record: Draft, manifest: bytes | None = None, operator: str = "") -> Input:
    """Return a case; without a manifest hash it is the record's own, b"" for none."""
    if manifest is None:
        election = record.world.board.election
        manifest = election.manifest_hash if election else b""
    base, changes = smallest(bases(), record.contents())
    given = {"base": base, "changes": changes, "manifest": manifest.hex(), "operator": operator}
    return name, "audit", given


def vkey_of(seed: bytes) -> str:
    return format_vkey(VerifierKey(key=ed25519_public(seed), name=ORIGIN, type=ED25519))


def _operator(record: Draft) -> str:
    return format_vkey(record.world.election.operator_vkey)


def _old_tiles() -> Draft:
    record = draft(**SMALL)
    files = record.contents()
    tile = files[f"tile/0/000.p/{len(record.entries)}"]
    record.changes = {f"tile/0/000.p/{width}": tile[: 32 * width] for width in (1, 7)}
    record.changes |= {
        f"tile/entries/000.p/{width}": format_bundle(record.entries[:width]) for width in (1, 7)
    }
    return record


def _script_beside() -> Draft:
    record = draft(**SMALL)
    record.world.add_file(b"script")
    return draft_of(record.world)


def _slack(rule: m.Rule) -> Callable[[], Draft]:
    """Two of three asked, one voted, twice; somebody walked in."""

    def make() -> Draft:
        world = make_world(until=Phase.VOTING, rule=rule, **SMALL)
        share = world.get_share(0)
        world.get_share(1)
        world.cast(share, world.some_choices("adult", 0))
        world.cast(share, world.some_choices("adult", 2))
        world.release(3)
        return _counted(world)

    return make


def _counted(world: World) -> Draft:
    world.close()
    world.open()
    world.count()
    return draft_of(world)


def _all_keys(first: list[str]) -> Draft:
    """The keys of k trustees before the tally, those of others after it."""
    world = make_world(until=Phase.CLOSED, **SMALL)
    world.open(first)
    world.count()
    world.open([partner for partner in world.keys.trustees if partner not in first])
    return draft_of(world)


def _method(method: m.Method, rule: m.Rule) -> Callable[[], Draft]:
    return lambda: draft(methods={"adult": method}, rule=rule, **SMALL)


def _apart() -> Draft:
    world = play_to_opening(Apart(Options()))
    world.count()
    return draft_of(world)


def _bad_choices() -> Draft:
    world = opened_with_bad_ballot()
    world.count()
    return draft_of(world)


def _empty_election() -> Draft:
    return _counted(make_world(until=Phase.VOTING, **SMALL))


GOOD: dict[str, Callable[[], Draft]] = {
    "certified": certified,
    "counted": draft,
    "counted, small": lambda: draft(**SMALL),
    "opened": lambda: draft(Phase.OPENED),
    "closed": lambda: draft(Phase.CLOSED),
    "voting": lambda: draft_of(world_at("released twice")),
    "within a release": lambda: draft_of(world_at("releasing")),
    "sealed": lambda: draft(Phase.SEALED),
    "a manifest and no roll": lambda: draft(Phase.ROLL),
    "set-up only": lambda: draft_of(world_at("before the manifest")),
    "no entries": lambda: draft(Phase.SETUP),
    "a full tile": lambda: draft_of(long_world()),
    "old partial tiles": _old_tiles,
    "the booth's script beside": _script_beside,
    "slack, greedy": _slack(GREEDY),
    "slack, Equal Shares": _slack(EQUAL_SHARES),
    "keys of the first trustees": lambda: _all_keys(["partner-1", "partner-2"]),
    "keys of the last trustees": lambda: _all_keys(["partner-3", "partner-2"]),
    "points": _method(m.Points(maximum=3, total=4), GREEDY),
    "a ranking": _method(m.Ranking(minimum=1, maximum=4), EQUAL_SHARES),
    "knapsack": _method(m.Knapsack(), GREEDY),
    "apart": _apart,
    "an invalid ballot": _bad_choices,
    "nobody voted": _empty_election,
}
