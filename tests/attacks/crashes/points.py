"""How each fault point is brought about in the rig; service/faults.py says what each of them is."""

from service.faults import POINTS

ASK, CAST, ENTRY, RELEASE = "ask", "cast", "entry", "release"
SERVICE, DAMAGE, SEQUENCER = "service", "damage", "sequencer"

VOTING = {
    "cast-inserted": CAST,
    "cast-stored": CAST,
    "journal-staged": CAST,
    "journal-renamed": CAST,
    "cast-journaled": CAST,
    "request-inserted": ASK,
    "request-stored": ASK,
    "signatures-stored": ASK,
    "entry-inserted": ENTRY,
    "entry-stored": ENTRY,
    "epoch-set": SERVICE,
    "damage-set-aside": DAMAGE,
    "ballots-restored": SERVICE,
    "journal-completed": SERVICE,
    "merge-written": SERVICE,
    "merge-removed": SERVICE,
    "epoch-staged": SERVICE,
    "epoch-written": SERVICE,
    "release-decided": RELEASE,
    "release-placed": RELEASE,
    "batch-written": ENTRY,
    "batch-committed": ENTRY,
    "guard-staged": ENTRY,
    "guard-written": ENTRY,
    "files-staged": ENTRY,
    "files-renamed": ENTRY,
    "bundles-published": ENTRY,
    "files-published": ENTRY,
    "shown-kept": ENTRY,
    "cosigned": ENTRY,
    "witnessed-kept": ENTRY,
    "checkpoint-staged": ENTRY,
    "checkpoint-renamed": ENTRY,
    "checkpoint-published": ENTRY,
    "record-pruned": ENTRY,
    "record-adopted": SEQUENCER,
    "record-repaired": SEQUENCER,
    "urn-shuffled": SEQUENCER,
    "partner-cosigned-written": ENTRY,
    "partner-cosigned-stands": ENTRY,
    "partner-followed-written": ENTRY,
    "partner-followed-stands": ENTRY,
    "shares-signed": ASK,
    "shares-posted": ASK,
}
"""What makes a process reach a point while the voting is open."""
MAKING_A_NODE = {
    "partner-keys-written": "init",
    "partner-keys-stands": "init",
    "partner-public.json-written": "init",
    "partner-public.json-stands": "init",
    "partner-pins.json-written": "pin",
    "partner-pins.json-stands": "pin",
}
"""The points of a partner's commands, which its keeper runs once."""
RESTORING = ("rebuild-inserted", "rebuilt", "ballots-restored")
"""The points after an old backup was restored, in their order."""
CLOSING = ("box-closed", "release-decided", "release-placed", "batch-written", "batch-committed")
"""The points around the last release."""
OPENING = ("entry-inserted", "entry-stored", "key-made", "key-posted")
"""The points from the close to the trustees' keys."""
ELSEWHERE = frozenset({"ledger-written", "ledger-booked"})
"""Killed at in tests/admin/test_ledger_cli.py, which needs no running election."""

COVERED = {*VOTING, *MAKING_A_NODE, *RESTORING, *CLOSING, *OPENING}
assert set(POINTS) - ELSEWHERE == COVERED, set(POINTS) ^ (COVERED | ELSEWHERE)
