"""Whole records on which the two audits once differed, or might; they stand in records.json."""

from collections.abc import Callable, Sequence
from functools import partial

from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import Choices, ContestChoices
from ballots.voter import Share
from ballots.wire import encode
from tally.outcome import CountOutcome, Outcome
from tests.count_rules import EQUAL_SHARES, GREEDY
from tests.simulator import Options, World, changed, make_world
from tests.stages import make_replace, world_at
from tests.tally.break_makers import OTHER, contents_of, flip
from tests.tally.drafts import (
    Draft,
    certified,
    contest_with_files,
    draft,
    draft_of,
    forged_count,
    forged_report,
    head_of,
    long_world,
    with_bad_choices,
)
from tests.tally.test_outcome import Apart

Making = Callable[[], Draft]
FEW = {"partners": 3, "trustees": 2, "witnesses": 3, "page": 8, "release_minimum": 1}
BOTH = {"adult": 3, "youth": 2}


# --- the checkpoint and the log ---


def _changed_files(record: Draft, **changes: Callable[[bytes], bytes | None]) -> Draft:
    """Return a record with files changed: of a path of which a part is the name given, as SIZE is its size."""
    honest = contents_of(record)
    for part, change in changes.items():
        path = next(path for path in sorted(honest) if path.startswith(PLACES[part]))
        record.changes[path] = change(honest[path])
    return record


PLACES = {"bundle": "tile/entries/", "tile": "tile/0/", "parent": "tile/1/"}


def _gone(raw: bytes) -> None:
    """Leave a file out."""


def _with_old_tile(record: Draft) -> Draft:
    record.changes["tile/0/000.p/2"] = bytes(64)
    return record


def _empty_entry(raw: bytes) -> bytes:
    """Return a bundle with an empty entry in place of the second one."""
    at = 2 + int.from_bytes(raw[:2], "big")
    length = int.from_bytes(raw[at : at + 2], "big")
    return raw[:at] + b"\0\0" + raw[at + 2 + length :]


def _checkpoint(change: Callable[[bytes], bytes]) -> Draft:
    record = draft(Phase.ROLL, **FEW)
    record.changes["checkpoint"] = change(head_of(record.world, record.entries))
    return record


def _other_operator(at: str) -> Draft:
    record = draft_of(world_at(at))
    record.checkpoint = head_of(record.world, record.entries, operator=OTHER)
    return record


def _refused_in_setup() -> Draft:
    record = draft_of(world_at("a style"))
    record.entries.append(record.entries[0])
    return record


def _nothing_but(path: str) -> Draft:
    record = draft(Phase.ROLL, **FEW)
    record.changes = {each: None for each in contents_of(record) if each != path}
    return record


LOG: dict[str, Making] = {
    "L01 a checkpoint with a carriage return": lambda: _checkpoint(
        lambda raw: raw.replace(b"\n", b"\r\n", 1)
    ),
    "L01 a checkpoint that is not UTF-8": lambda: _checkpoint(lambda raw: b"\xff" + raw),
    "L01 a checkpoint of 131,073 bytes": lambda: _checkpoint(lambda raw: raw.ljust(131_073, b"x")),
    "L01 a checkpoint with a space in its origin": lambda: _checkpoint(lambda raw: b"a " + raw),
    "L01 a checkpoint of another size of root": lambda: _checkpoint(
        lambda raw: raw.replace(b"=\n", b"\n", 1)
    ),
    "a checkpoint by another operator key, before the manifest": lambda: _other_operator(
        "before the manifest"
    ),
    "L04 a missing bundle and a wrong old tile": lambda: _with_old_tile(
        _changed_files(draft(Phase.ROLL, **FEW), bundle=_gone)
    ),
    "L04 a missing bundle and a wrong hash tile": lambda: _changed_files(
        draft(Phase.ROLL, **FEW), bundle=_gone, tile=flip
    ),
    "L04 an empty entry": lambda: _changed_files(draft(Phase.ROLL, **FEW), bundle=_empty_entry),
    "L04 the second bundle, after a refused entry": lambda: _long_and_refused(bundle_too=True),
    "L05 a root of another log, after a refused entry": lambda: _long_and_refused(bundle_too=False),
    "L06 a wrong hash tile and a wrong old tile": lambda: _with_old_tile(
        _changed_files(draft(Phase.ROLL, **FEW), tile=flip)
    ),
    "L06 a full tile for a partial one, with bytes after the beginning": lambda: _full_for_partial(
        b"x" * 9000
    ),
    "L06 a full tile for a partial one, with other hashes": lambda: _full_for_partial(b"", flip),
    "L04 the second bundle, a wrong full tile": lambda: _second_bundle_gone(flip),
    "L06 two wrong hash tiles": lambda: _changed_files(draft_of(long_world()), tile=flip, parent=flip),
    "L07 two wrong old tiles": lambda: _with_files(
        draft(Phase.ROLL, **FEW), {"tile/0/000.p/3": b"", "tile/0/000.p/1": b"", "tile/entries/000.p/1": b""}
    ),
    "F01 stray files in all planes of Unicode": lambda: _with_files(
        draft(Phase.ROLL, **FEW), dict.fromkeys(("\U0001f600", "\uffff", "caf\u00e9", "z"), b"")
    ),
    "F01 stray files beyond ASCII": lambda: _with_files(
        draft(Phase.ROLL, **FEW), dict.fromkeys(("\U0001f600", "\uffff"), b"")
    ),
    "F01 stray files in folders": lambda: _with_files(
        draft(Phase.ROLL, **FEW), dict.fromkeys(("b", "a/b", "a-b", "a.b", "B"), b"")
    ),
    "a refused style, where the auditor has a manifest hash": _refused_in_setup,
    "nothing but a checkpoint": lambda: _nothing_but("checkpoint"),
    "nothing but a bundle": lambda: _nothing_but("tile/entries/000.p/4"),
}


def _full_for_partial(more: bytes, change: Callable[[bytes], bytes] = bytes) -> Draft:
    """A record in which the only hash tile stands under the path of a full one, and goes on."""
    record = draft(Phase.ROLL, **FEW)
    path = f"tile/0/000.p/{len(record.entries)}"
    record.changes = {path: None, "tile/0/000": change(contents_of(record)[path]) + more}
    return record


def _second_bundle_gone(change: Callable[[bytes], bytes]) -> Draft:
    record = _changed_files(draft_of(long_world()), tile=change)
    return _with_files(record, {f"tile/entries/001.p/{len(record.entries) - 256}": None})


def _with_files(record: Draft, files: dict[str, bytes]) -> Draft:
    record.changes |= files
    return record


def _long_and_refused(*, bundle_too: bool) -> Draft:
    """A record of two bundles, in the first of which an entry is refused."""
    record = draft_of(long_world())
    record.entries[5] = record.entries[4]
    if bundle_too:
        return _with_files(record, {f"tile/entries/001.p/{len(record.entries) - 256}": b"\0\0"})
    record.checkpoint = head_of(record.world, record.entries, root=OTHER)
    return record


# --- files, outcome, reports ---


def _two_gone() -> Draft:
    record = draft(Phase.ROLL, **FEW)
    named = sorted(path for path in contents_of(record) if path.startswith("files/"))
    record.changes = {named[2]: None, named[1]: None, named[4]: b"other", named[3]: b"other"}
    return record


def _payments_turned(outcome: Outcome) -> Outcome:
    def turned(count: CountOutcome) -> CountOutcome:
        first, *rest = count.rounds
        split = changed(first.payments[0], ballots=0)
        return changed(count, rounds=[changed(first, payments=[*first.payments, split]), *rest])

    contest = outcome.contests[0]
    return changed(outcome, contests=[changed(contest, counts=[turned(contest.counts[0])])])


def _rounds_turned(outcome: Outcome) -> Outcome:
    contest = outcome.contests[0]
    count = changed(contest.counts[0], rounds=contest.counts[0].rounds[::-1])
    return changed(outcome, contests=[changed(contest, counts=[count])])


def _contest_twice(outcome: Outcome) -> Outcome:
    return changed(outcome, contests=[*outcome.contests, *outcome.contests])


def _certified_and(change: Callable[[Draft], Draft]) -> Making:
    return lambda: change(certified())


def _both_reports(forge: Callable[[bytes], bytes], other: Callable[[bytes], bytes]) -> Draft:
    """Return a certified record of which both reports are forged, each in its own way."""
    from tally.audit.report import make_report
    from tests.tally.drafts import audited

    world = make_world()
    honest = audited(world)
    forges = {"anna": forge}
    world.certify(lambda official: forges.get(official, other)(make_report(official, honest)))
    return draft_of(world)


FILES: dict[str, Making] = {
    "F02 two files that are not there, two that are other ones": _two_gone,
    "F04 a text with a surrogate in UTF-8": lambda: contest_with_files(b"\xed\xa0\x80", b"<svg/>"),
    "F04 a text beyond Unicode": lambda: contest_with_files(b"\xf4\x90\x80\x80", b"<svg/>"),
    "a text that begins with a byte order mark": lambda: contest_with_files(
        b"\xef\xbb\xbfx", b"\xef\xbb\xbf<svg/>"
    ),
    "one file as text and picture": lambda: contest_with_files(b"<svg>", b"<svg>"),
    "a picture that is a JPEG of three bytes": lambda: contest_with_files(b"", b"\xff\xd8\xff"),
    "F05 a picture in upper case": lambda: contest_with_files(b"x", b"<SVG/>"),
    "F05 a picture that is half a PNG": lambda: contest_with_files(b"x", b"\x89PNG"),
    "T02 an outcome file that is no JSON": lambda: forged_count(lambda o: o, spell=lambda o: encode(o)[:-1]),
    "T02 an outcome file of another kind": lambda: forged_count(
        lambda o: o, spell=lambda o: encode(o).replace(b'"outcome"', b'"release"')
    ),
    "T06 a payment by nobody": lambda: forged_count(_payments_turned),
    "T06 rounds in another order": lambda: forged_count(_rounds_turned),
    "T06 a contest twice": lambda: forged_count(
        _contest_twice, lambda tally: changed(tally, contests=tally.contests[:1])
    ),
    "K02 a report that is no record": lambda: forged_report(lambda raw: b"{}"),
    "K02 a report with a number for a word": lambda: forged_report(
        lambda raw: raw.replace(b'"valid":true', b'"valid":1')
    ),
    "K02 a report with a float": lambda: forged_report(lambda raw: raw.replace(b'"slack":0', b'"slack":0.0')),
    "F03 a report of more than 65,536 bytes": lambda: forged_report(lambda raw: raw.ljust(65_537)),
    "K02 two reports that are none": lambda: _both_reports(lambda raw: b"x", lambda raw: raw + b" "),
    "K02 a report in a second spelling, one that is not valid": lambda: _both_reports(
        lambda raw: raw + b" ", lambda raw: raw.replace(b'"valid":true', b'"valid":false')
    ),
    "K02 a certified record whose last bundle is missing": _certified_and(
        lambda record: _changed_files(record, bundle=_gone)
    ),
}


# --- the risk ---


class Priced(Apart):
    """A world with other costs, counted apart if it is told so."""

    prices: Sequence[int] = ()
    is_apart = False

    def make_contest(self) -> m.Contest:
        """Return the contest with the costs."""
        contest = super().make_contest() if self.is_apart else World.make_contest(self)
        priced = [changed(each, cost=cost) for each, cost in zip(contest.projects, self.prices, strict=True)]
        return changed(contest, projects=priced)


def _counted(
    votes: dict[str, list[list[int]]],
    walk_ins: Sequence[str] = (),
    *,
    rule: m.Rule | None = None,
    method: m.Method | None = None,
    is_apart: bool = False,
    bad: int = 0,
) -> Draft:
    """Return a count in which each resident named votes for projects by their places; some walked in."""
    residents = {style: len(votes[style]) + (bad if style == "adult" else 0) for style in votes}
    methods = dict.fromkeys(votes, method or m.Approval(minimum=0, maximum=3))
    options = FEW | {"residents": residents, "methods": methods, "rule": rule or GREEDY, "walk_ins": 3}
    world = Priced(Options(**options))
    whole = 900_000 if is_apart else 2_000_001
    world.prices, world.is_apart = (whole, whole, 1, 1, whole), is_apart
    for step in (world.set_up, world.enrol, world.start):
        step()
    for number, style in enumerate(walk_ins):
        world.append(make_replace(world, f"walk-in {number}".encode(), style=style))
    waiting = {style: list(chosen) for style, chosen in votes.items()}
    for number, who in enumerate(world.residents):
        if waiting[who.style]:
            share = world.get_share(number)
            world.cast(share, _choices(world, share, waiting[who.style].pop(0)))
        else:
            with_bad_choices(world, number)
    world.release(len(world.options.releases))
    world.close()
    world.open()
    world.count()
    return draft_of(world)


def _choices(world: World, share: Share, places: list[int]) -> Choices:
    """Return a vote for projects by their places, three points each where there are points."""
    projects = world.election.contests["wijkbudget"].projects
    method = world.election.styles[share.style].contests[0].method
    points = [3] * len(places) if isinstance(method, m.Points) else []
    chosen = ContestChoices(contest="wijkbudget", points=points, projects=[projects[n].id for n in places])
    return Choices(contests=[chosen], mark=[])


POINTS = m.Points(maximum=3, total=6)
RANKING = m.Ranking(minimum=0, maximum=5)
ONE = {"adult": [[0], [0], [0]]}
LOT = {"adult": [[0], [0], [0]], "youth": [[1], [4]]}
CLEAR = {"adult": [[0], [0], [0]], "youth": [[1], [1]]}

RISK: dict[str, Making] = {
    "risk: none, a winner far ahead of one doubtful ballot": partial(_counted, ONE, ["adult"]),
    "risk: a winner not far enough ahead of two doubtful ballots": partial(_counted, ONE, ["adult"] * 2),
    "risk: as many votes as doubtful ballots": partial(_counted, ONE, ["adult"] * 3),
    "risk: a loser two votes behind": partial(_counted, {"adult": [[0], [0], [0, 1]]}, ["adult"]),
    "risk: a loser that costs what is left": partial(_counted, {"adult": [[2], [2], [2]]}, ["adult"]),
    "risk: points, one doubtful ballot": partial(_counted, ONE, ["adult"], method=POINTS),
    "risk: points, two doubtful ballots": partial(_counted, ONE, ["adult"] * 2, method=POINTS),
    "risk: a ranking, one doubtful ballot": partial(_counted, ONE, ["adult"], method=RANKING),
    "risk: a ranking, two doubtful ballots": partial(_counted, ONE, ["adult"] * 2, method=RANKING),
    "risk: none, one invalid ballot": partial(_counted, ONE, bad=1),
    "risk: two invalid ballots": partial(_counted, ONE, bad=2),
    "risk: one invalid ballot and one who walked in": partial(_counted, ONE, ["adult"], bad=1),
    "risk: a lot in a later count, doubts in an earlier one": partial(
        _counted, LOT, ["adult"], is_apart=True
    ),
    "risk: a lot in a later count, no doubts": partial(_counted, LOT, is_apart=True),
    "risk: none, no lot, doubts in the earlier count": partial(_counted, CLEAR, ["adult"], is_apart=True),
    "risk: doubts in the later count alone": partial(_counted, CLEAR, ["youth"], is_apart=True),
    "risk: a lot in the earlier count, doubts in the later one": partial(
        _counted, {"adult": [[0], [1]], "youth": [[0]] * 4}, ["youth"], is_apart=True
    ),
    "risk: an earlier count at risk, a later one without doubts": partial(
        _counted, CLEAR, ["adult"] * 3, is_apart=True
    ),
    "risk: Equal Shares, doubts in the earlier count": partial(
        _counted, CLEAR, ["adult"], rule=EQUAL_SHARES, is_apart=True
    ),
    "risk: Equal Shares, a lot and no doubts": partial(_counted, LOT, rule=EQUAL_SHARES, is_apart=True),
    "risk: nobody voted, one who walked in": partial(_counted, {"adult": [[], [], []]}, ["adult"]),
}

FOUND: dict[str, Making] = LOG | FILES | RISK
