"""The table of breaks: what an attacker changes in a record, and the one check that must catch it.

Entries that the board refuses are in tests/board_cases.py; here is all the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.tiles import format_bundle
from ballots.wire import Hash, encode
from tally.audit.findings import Position
from tests.simulator import changed
from tests.tally.break_makers import (
    OTHER,
    SVG,
    after_certify,
    altered_entry,
    bad_cosignature,
    bundle_with,
    changed_note,
    entry_more,
    extension_line,
    flip,
    forged_full_tile,
    hash_tile,
    invented_partners,
    leftover,
    more_ballots_later_requested,
    one_entry_more,
    one_witness_four_times,
    other_file,
    other_script,
    reason_swapped,
    report_check,
    report_of_bert,
    report_with,
    same,
    second_spelling,
    stray,
    swapped_witness_keys,
    too_few_witnesses,
    two_branches,
    votes_added,
    winner_dropped,
    with_changes,
    with_head,
    with_note,
    without_file,
    without_report,
    without_request,
)
from tests.tally.drafts import Draft, contest_with_files, draft, forged_count, forged_report


@dataclass(frozen=True)
class Break:
    """A record that is broken in one way. `at` is where the check must say so, if that is certain."""

    check: str
    name: str
    make: Callable[[], Draft]
    at: Position | None = None
    options: dict[str, bytes] = field(default_factory=dict)


BREAKS = (
    Break("L01", "no checkpoint", with_changes(("checkpoint", lambda raw: None)), "checkpoint"),
    Break("L01", "an empty checkpoint", with_changes(("checkpoint", lambda raw: b"")), "checkpoint"),
    Break(
        "L01",
        "a checkpoint without signatures",
        with_changes(("checkpoint", lambda raw: raw.split(b"\n\n")[0] + b"\n")),
        "checkpoint",
    ),
    Break(
        "L01",
        "a size with a leading zero",
        with_changes(("checkpoint", lambda raw: raw.replace(b"\n4", b"\n04", 1))),
        "checkpoint",
    ),
    Break("L01", "a checkpoint with an extension line", extension_line, "checkpoint"),
    Break("L02", "a checkpoint by another operator key", with_head(operator=OTHER), "checkpoint"),
    Break(
        "L02",
        "a checkpoint that the operator did not sign",
        with_note(lambda note, record: changed_note(note, note.signatures[1:])),
        "checkpoint",
    ),
    Break("L03", "cosignatures of three partners only", with_note(too_few_witnesses), "checkpoint"),
    Break("L03", "one partner's cosignature four times", with_note(one_witness_four_times), "checkpoint"),
    Break("L03", "a cosignature that is wrong in one bit", with_note(bad_cosignature), "checkpoint"),
    Break("L03", "invented partners", invented_partners, "checkpoint"),
    Break("L03", "the partners' names with other keys", swapped_witness_keys, "checkpoint"),
    Break("L04", "a missing bundle", bundle_with(lambda raw, width: None)),
    Break("L04", "a bundle that ends too early", bundle_with(lambda raw, width: raw[:-1])),
    Break("L04", "a bundle with an entry more", bundle_with(one_entry_more)),
    Break("L05", "a checkpoint with another root", with_head(root=OTHER), "checkpoint"),
    Break("L05", "the root of another branch", two_branches, "checkpoint"),
    Break("L06", "a hash tile with another hash", hash_tile(flip)),
    Break("L06", "a hash tile that is too short", hash_tile(lambda raw: raw[:-32])),
    Break("L06", "a hash tile that is too long", hash_tile(lambda raw: raw + bytes(32))),
    Break("L06", "a missing hash tile", hash_tile(lambda raw: None)),
    Break("L06", "a forged full tile", forged_full_tile, "tile/0/000"),
    Break(
        "L07",
        "an old hash tile that is no beginning",
        leftover("tile/0/000.p/2", lambda entries: bytes(64)),
        "tile/0/000.p/2",
    ),
    Break(
        "L07",
        "an old hash tile with a hash more",
        leftover("tile/0/000.p/1", lambda entries: b"".join(map(leaf_hash, entries[:2]))),
        "tile/0/000.p/1",
    ),
    Break(
        "L07",
        "an old bundle with other entries",
        leftover("tile/entries/000.p/2", lambda entries: format_bundle(entries[1:3])),
        "tile/entries/000.p/2",
    ),
    Break(
        "L07",
        "an old bundle that is too short",
        leftover("tile/entries/000.p/2", lambda entries: format_bundle(entries[:2])[:-1]),
        "tile/entries/000.p/2",
    ),
    Break("F01", "a stray file", stray("index.html"), "index.html"),
    Break("F01", "a hidden stray file", stray("tile/.hidden"), "tile/.hidden"),
    Break("F01", "a file that nothing names", stray("files/" + "0" * 64), "files/" + "0" * 64),
    Break("F01", "a file under a name in upper case", stray("files/" + "A" * 64), "files/" + "A" * 64),
    Break("F01", "a tile beyond the size", stray("tile/0/001"), "tile/0/001"),
    Break("F01", "a partial tile beyond the size", stray("tile/0/000.p/SIZE")),
    Break("F01", "a bundle beyond the size", stray("tile/entries/000.p/SIZE")),
    Break("F01", "a tile on a level that the size has not", stray("tile/1/000.p/1"), "tile/1/000.p/1"),
    Break("F01", "a second spelling of a tile's path", stray("tile/0/x000/000.p/1"), "tile/0/x000/000.p/1"),
    Break("F02", "a project's text is missing", without_file(b"Wij willen: plein.\n")),
    Break("F02", "the outcome file is missing", without_file(None)),
    Break("F02", "an official's report is missing", without_report),
    Break("F03", "a project's text with other words", other_file),
    Break("F03", "another booth script under the name of the announced one", other_script),
    Break("F04", "a text that is not UTF-8", lambda: contest_with_files(b"\xff\xfe", SVG)),
    Break("F05", "a picture that is a text", lambda: contest_with_files(b"tekst", b"not a picture")),
    Break(
        "F05",
        "a picture that is a web page in another encoding",
        lambda: contest_with_files(b"tekst", b"<svg>\xff"),
    ),
    Break("E01", "a second spelling of an entry", second_spelling),
    Break("E01", "bytes that are no entry", entry_more(b"\x00\xff")),
    Break("E01", "an entry of an unknown kind", entry_more(b'{"kind":"other"}')),
    Break(
        "E01",
        "a number that is too large",
        entry_more(b'{"count":99999999999999999999,"kind":"release","number":1,"style":"adult"}'),
    ),
    Break("E01", "a member more in an old request", altered_entry),
    Break("E02", "an entry after the certification", after_certify),
    Break("S10", "another manifest hash than the auditor's", draft, 3, {"manifest": OTHER}),
    Break(
        "S10", "no manifest yet where the auditor has one", lambda: draft(Phase.SETUP), 0, {"manifest": OTHER}
    ),
    Break("S11", "another operator key than the auditor's", draft, 3, {"operator": OTHER}),
    Break("B10", "a ballot with a share that nobody asked for", without_request),
    Break("B10", "requests that are logged after the ballots", more_ballots_later_requested),
    Break(
        "T02",
        "an outcome file in a second spelling",
        lambda: forged_count(same, spell=lambda o: encode(o) + b"\n"),
    ),
    Break(
        "T02",
        "an outcome file with a member more",
        lambda: forged_count(same, spell=lambda o: encode(o)[:-1] + b',"z":1}'),
    ),
    Break("T03", "an invalid ballot with another reason", lambda: forged_count(reason_swapped)),
    Break("T04", "a counted ballot more", lambda: forged_count(lambda o: changed(o, counted=o.counted + 1))),
    Break(
        "T04",
        "a superseded ballot fewer",
        lambda: forged_count(lambda o: changed(o, superseded=o.superseded + 1)),
    ),
    Break("T05", "another lot", lambda: forged_count(lambda o: changed(o, lot=Hash(OTHER)))),
    Break(
        "T05",
        "an outcome of another election",
        lambda: forged_count(lambda o: changed(o, manifest=Hash(OTHER))),
    ),
    Break("T06", "a winner left out", lambda: forged_count(winner_dropped)),
    Break("T06", "a vote more for a project", lambda: forged_count(votes_added)),
    Break(
        "T07",
        "a tally with another number than the outcome",
        lambda: forged_count(same, lambda tally: changed(tally, counted=tally.counted + 1)),
    ),
    Break(
        "T07",
        "a tally with another winner than the outcome",
        lambda: forged_count(
            same,
            lambda tally: changed(
                tally, contests=[changed(tally.contests[0], winners=tally.contests[0].winners[::-1])]
            ),
        ),
    ),
    Break("K02", "a report that is none", lambda: forged_report(lambda raw: b"all is well")),
    Break("K02", "a report in a second spelling", lambda: forged_report(lambda raw: raw + b"\n")),
    Break("K02", "a report of the other official", report_of_bert),
    Break("K02", "a report of another manifest", report_with(manifest=Hash(OTHER))),
    Break("K02", "a report of an earlier board", report_with(size=5)),
    Break("K02", "a report of another root", report_with(root=Hash(OTHER))),
    Break("K03", "a report that says not valid", report_with(valid=False)),
    Break("K03", "a report without the manifest hash", report_with(anchored=False)),
    Break("K03", "a report with another slack", report_with(slack=1)),
    Break(
        "K03",
        "a report in which a check failed",
        report_check(lambda report: [changed(report.checks[0], ok=False), *report.checks[1:]]),
    ),
    Break("K03", "a report that leaves a check out", report_check(lambda report: report.checks[1:])),
    Break(
        "K03", "a report with a check twice", report_check(lambda report: [*report.checks, report.checks[-1]])
    ),
    Break("K03", "a report without checks", report_check(lambda report: [])),
)
