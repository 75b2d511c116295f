"""Records that end with an entry that the board refuses, and the check that says so."""

from ballots.entries import parse_entry
from ballots.signing import kind_of
from ballots.wire import encode
from tally.audit.checks import CHECKS
from tests.board_cases import Case
from tests.forge import PairedSetup
from tests.stages import world_at
from tests.tally.drafts import Draft

SIGNERS = {
    "one official twice": "E03",
    "a signature by the other official": "E03",
    "a page by another hand": "E04",
    "a seal that the registrar did not sign": "E04",
    "a replacement that the registrar did not sign": "E04",
    "a rehearsal with another seed": "R07",
    "a request signed by somebody else": "Q04",
    "another voter's signature": "B09",
    "a changed body under the old signature": "B09",
    "S + L": "B09",
    "R of small order": "B09",
    "the identity as R": "B09",
    "a key that the partner did not sign": "C03",
}
"""Whose signature is wrong, for those refused entries whose reason alone does not tell."""


def expected_check(case: Case, raw: bytes) -> str:
    """Return the check that must fail: by whose signature it is, or the one that has kind and reason."""
    if case.name in SIGNERS:
        return SIGNERS[case.name]
    kind = kind_of(parse_entry(raw))
    (check,) = [c.id for c in CHECKS if kind in c.kinds and case.reason in c.reasons]
    return check


def draft_of_case(case: Case) -> tuple[Draft, bytes]:
    """Return the record in which the refused entry comes last."""
    world = world_at(case.at)
    entry = case.make(world)
    raw = bytes(entry) if isinstance(entry, bytes) else encode(entry)
    if isinstance(entry, PairedSetup):
        return Draft(world, [*entry.entries, raw], dict(world_at("roll").files)), raw
    return Draft(world, [*world.entries, raw], dict(world.files)), raw
