"""Change a good record at random, as a number decides: bits, bytes, files, entries, JSON members.

    python -m tests.attacks.mutations --count 20000 --start 100000 [--second]

What a change does not undo is signed by nobody, by the operator, or by the operator and all partners.
"""

import argparse
import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ballots import entries as e
from ballots.board import Phase
from ballots.note import format_signature_lines, parse_note
from ballots.wire import content_hash
from tally.audit.report import make_report
from tests.attacks.harmless import normal_form
from tests.attacks.regions import Region, regions_of
from tests.attacks.scenes import Judge, python_judge
from tests.materials import write_record
from tests.records import Files, in_base64
from tests.second import Second
from tests.simulator import World, make_world
from tests.stages import make_replace
from tests.tally.drafts import Into, audited, draft_of, head_of


@dataclass(frozen=True)
class Base:
    """The smallest certified record that has an entry of every kind."""

    world: World
    files: Files
    regions: list[Region]

    @property
    def manifest(self) -> bytes:
        """The hash that the auditor has."""
        return self.world.election.manifest_hash


@cache
def base() -> Base:
    """Return the record that is changed."""
    world = make_world(
        until=Phase.VOTING,
        partners=4,
        trustees=3,
        witnesses=3,
        residents={"adult": 3},
        page=8,
        pad=150,
    )
    reason = "fout hersteld"
    world.append(
        world.by_officials(e.Bundle(hash=content_hash(b"new"), number=1, reason=reason, signatures=[]))
    )
    world.append(make_replace(world, b"new", [world.residents[2].credential]))
    shares = [world.get_share(number) for number in range(2)]
    for share, number in ((shares[0], 0), (shares[1], 1), (shares[0], 2)):
        world.cast(share, world.some_choices("adult", number))
    world.release(3)
    world.close()
    world.open()
    world.count()
    world.certify(lambda official: make_report(official, audited(world)))
    files = draft_of(world).contents()
    return Base(world, files, regions_of(files))


@dataclass(frozen=True)
class Mutation:
    """A changed record, and in words what was done."""

    files: Files
    told: str


def mutate(number: int) -> Mutation:
    """Return the change of this number. The first ones flip a bit in each region, one after another."""
    draw = random.Random(f"mutation {number}")
    if number < len(base().regions):
        return _flip(draw, base().regions[number])
    return draw.choice(KINDS)(draw)


def is_harmless(files: Files) -> bool:
    """Say whether a record differs from the base in nothing but what harmless.py allows."""
    return normal_form(files, base().world) == _normal_base()


@cache
def _normal_base() -> dict[str, object]:
    return normal_form(base().files, base().world)


# --- bytes, under the old signatures ---


def _with(path: str, raw: bytes | None, told: str) -> Mutation:
    files = {each: content for each, content in base().files.items() if each != path}
    return Mutation(files if raw is None else files | {path: raw}, told)


def _flip(draw: random.Random, region: Region) -> Mutation:
    raw = bytearray(base().files[region.path])
    at, bit = draw.randrange(region.start, region.end), draw.randrange(8)
    raw[at] ^= 1 << bit
    return _with(region.path, bytes(raw), f"bit {bit} of byte {at} of {region.path} ({region.name})")


def flip_anywhere(draw: random.Random) -> Mutation:
    """One bit, each byte of the record as likely."""
    regions = base().regions
    return _flip(draw, draw.choices(regions, [region.end - region.start for region in regions])[0])


def change_region(draw: random.Random) -> Mutation:
    """A piece dropped, doubled, overwritten by another one, or the file cut off or extended there."""
    region = draw.choice(base().regions)
    other = draw.choice(base().regions)
    raw = base().files[region.path]
    piece, rest = raw[region.start : region.end], raw[region.end :]
    strange = base().files[other.path][other.start : other.end]
    made = {
        "drop": raw[: region.start] + rest,
        "double": raw[: region.end] + piece + rest,
        "overwrite": raw[: region.start] + strange + rest,
        "insert": raw[: region.start] + strange + raw[region.start :],
        "cut": raw[: region.start],
        "extend": raw + strange,
        "randomise": raw[: region.start] + draw.randbytes(len(piece)) + rest,
    }
    how = draw.choice(list(made))
    return _with(region.path, made[how], f"{how} {region.name} of {region.path} (other: {other.name})")


def swap_regions(draw: random.Random) -> Mutation:
    """Two pieces of one file change places."""
    first = draw.choice(base().regions)
    second = draw.choice([region for region in base().regions if region.path == first.path])
    first, second = sorted((first, second), key=lambda region: region.start)
    raw = base().files[first.path]
    made = (
        raw[: first.start]
        + raw[second.start : second.end]
        + raw[first.end : second.start]
        + raw[first.start : first.end]
        + raw[second.end :]
    )
    told = f"{first.name} and {second.name} of {first.path} change places"
    return _with(first.path, raw if first == second else made, told)


def change_files(draw: random.Random) -> Mutation:
    """A file dropped, moved, copied, emptied, or two exchanged."""
    files = dict(base().files)
    path, other = draw.sample(sorted(files), 2)
    how = draw.choice(["drop", "move", "copy", "empty", "exchange", "replace"])
    match how:
        case "drop":
            del files[path]
        case "move":
            files[_elsewhere(draw, path)] = files.pop(path)
        case "copy":
            files[_elsewhere(draw, path)] = files[path]
        case "empty":
            files[path] = b""
        case "exchange":
            files[path], files[other] = files[other], files[path]
        case "replace":
            files[path] = files[other]
    return Mutation(files, f"{how} {path} (other: {other})")


def _elsewhere(draw: random.Random, path: str) -> str:
    return draw.choice(
        [
            f"{path}.old",
            f"files/{draw.randbytes(32).hex()}",
            f"tile/0/{draw.randrange(1000):03}.p/{draw.randrange(1, 256)}",
            f"tile/entries/{draw.randrange(3):03}.p/{draw.randrange(1, 256)}",
            f"tile/1/000.p/{draw.randrange(1, 256)}",
            path.upper(),
        ]
    )


# --- entries, with tiles and root made anew ---


def entries_of() -> list[bytes]:
    """Return the entries of the base."""
    return list(base().world.entries)


def _relogged(
    draw: random.Random, entries: list[bytes], told: str, files: dict[bytes, bytes] | None = None
) -> Mutation:
    """Make the log of these entries, and let somebody sign it."""
    world = base().world
    honest = parse_note(base().files["checkpoint"])
    by = draw.choice(["nobody", "the operator", "everybody", "everybody", "everybody"])
    head = head_of(world, entries, witnesses=None if by == "everybody" else {})
    if by == "nobody":
        head = base().files["checkpoint"]
    elif by == "the operator" and draw.random() < 0.5:
        head += format_signature_lines(honest.signatures[1:]).encode()
    made: dict[str, bytes] = {}
    write_record(Into(made), entries, world.files if files is None else files, head)
    return Mutation(made, f"{told}, signed by {by}")


def change_entries(draw: random.Random) -> Mutation:
    """An entry dropped, doubled, moved, exchanged with another, or everything after it left out."""
    entries = entries_of()
    place, other = draw.sample(range(len(entries)), 2)
    how = draw.choice(["drop", "double", "exchange", "move", "cut", "repeat"])
    match how:
        case "drop":
            del entries[place]
        case "double":
            entries.insert(place, entries[place])
        case "exchange":
            entries[place], entries[other] = entries[other], entries[place]
        case "move":
            entries.insert(other, entries.pop(place))
        case "cut":
            del entries[place:]
        case "repeat":
            entries.append(entries[place])
    return _relogged(draw, entries, f"{how} entry {place} (other: {other})")


def change_bytes(draw: random.Random) -> Mutation:
    """An entry with a bit flipped, cut, extended, or spliced with another one."""
    entries = entries_of()
    place, other = draw.sample(range(len(entries)), 2)
    raw, strange = entries[place], entries[other]
    at = draw.randrange(len(raw))
    flipped = bytearray(raw)
    flipped[at] ^= 1 << draw.randrange(8)
    made = {
        "flip": bytes(flipped),
        "cut": raw[:at],
        "extend": raw + strange[: draw.randrange(1, 9)],
        "splice": raw[:at] + strange[at:],
        "space": raw[:at] + b" " + raw[at:],
    }
    how = draw.choice(list(made))
    entries[place] = made[how]
    return _relogged(draw, entries, f"{how} entry {place} at {at} (other: {other})")


def change_member(draw: random.Random) -> Mutation:
    """An entry in its one spelling, with one member another."""
    entries = entries_of()
    place = draw.randrange(len(entries))
    value = json.loads(entries[place])
    told = change_value(draw, value, json.loads(draw.choice(entries)))
    entries[place] = canonical(value)
    return _relogged(draw, entries, f"entry {place}: {told}")


def change_named_file(draw: random.Random) -> Mutation:
    """The outcome or a report with one member another, under its new name, and named so by the board."""
    world = base().world
    names = [name for name, raw in world.files.items() if raw.startswith(b"{")]
    name = draw.choice(names)
    value = json.loads(world.files[name])
    told = change_value(draw, value, json.loads(world.files[draw.choice(names)]))
    raw = canonical(value)
    files = {each: content for each, content in world.files.items() if each != name} | {
        content_hash(raw): raw
    }
    entries = [each.replace(_text(name), _text(content_hash(raw))) for each in entries_of()]
    return _relogged(draw, entries, f"file {name.hex()}: {told}", files)


def _text(name: bytes) -> bytes:
    return base64.urlsafe_b64encode(name).rstrip(b"=")


def canonical(value: Any) -> bytes:
    """Return JSON in the one spelling."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def change_value(draw: random.Random, value: Any, strange: Any) -> str:
    """Change one place in a value, and say which."""
    holder, key, where = draw.choice(list(_places(value)))
    how = draw.choice(["drop", "double", "change", "borrow", "retype", "add"])
    old = holder[key]
    if how == "drop":
        del holder[key]
    elif how == "double" and isinstance(holder, list):
        holder.insert(key, old)
    elif how == "add" and isinstance(holder, dict):
        holder["z" + str(key)] = old
    elif how == "borrow":
        holder[key] = draw.choice([other[name] for other, name, _ in _places(strange)])
    elif how == "retype":
        holder[key] = draw.choice([None, True, 0, -1, 2**53, 1.5, "", [], {}, [old], str(old)])
    else:
        how, holder[key] = "change", _other(draw, old)
    return f"{how} {where}"


def _places(value: Any, where: str = "") -> list[tuple[Any, Any, str]]:
    """Return every place in a value: what holds it, under which key, and its name."""
    if isinstance(value, dict):
        pairs: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    else:
        return []
    here = [(value, key, f"{where}/{key}") for key, _ in pairs]
    return here + [place for key, each in pairs for place in _places(each, f"{where}/{key}")]


def _other(draw: random.Random, old: Any) -> Any:
    """Return a value like the old one, and not it."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return draw.choice([old + 1, max(old - 1, 0) if old else 2, old * 2 + 1])
    if isinstance(old, str) and old:
        at = draw.randrange(len(old))
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return old[:at] + draw.choice([each for each in letters if each != old[at]]) + old[at + 1 :]
    if isinstance(old, list) and len(old) > 1:
        return old[1:] + old[:1] if old[1:] + old[:1] != old else old[1:]
    return "x"


KINDS: list[Callable[[random.Random], Mutation]] = [
    flip_anywhere,
    flip_anywhere,
    change_region,
    change_region,
    swap_regions,
    change_files,
    change_entries,
    change_bytes,
    change_member,
    change_member,
    change_named_file,
]


def is_accepted(judge: Judge, mutation: Mutation) -> bool:
    """Say whether an audit takes the changed record for good and for that of the auditor's election."""
    given = {"files": in_base64(mutation.files), "manifest": base().manifest.hex(), "operator": ""}
    result = judge("audit", given)["gives"]
    return bool(result["valid"] and result["anchored"])


def faults(judge: Judge, start: int, count: int) -> list[str]:
    """Return in words which changes of these numbers got the wrong verdict."""
    wrong = []
    for number in range(start, start + count):
        mutation = mutate(number)
        expected = is_harmless(mutation.files)
        if is_accepted(judge, mutation) is not expected:
            verdict = "refused" if expected else "ACCEPTED"
            wrong.append(f"{verdict}: mutation {number}: {mutation.told}")
    return wrong


def main() -> None:
    """Run more of them than the tests do."""
    parser = argparse.ArgumentParser(description="Change a good record at random; none may be accepted.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=100_000, help="the number of the first change")
    parser.add_argument("--second", action="store_true", help="judge with the second implementation")
    options = parser.parse_args()
    judge: Judge = Second().call if options.second else python_judge
    wrong: list[str] = []
    for start in range(options.start, options.start + options.count, 1000):
        wrong += faults(judge, start, min(1000, options.start + options.count - start))
        print(f"up to {start + 999}: {len(wrong)} wrong verdicts", flush=True)
    print("\n".join(wrong))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
