"""Every check catches what it is there for, and no other check does."""

from pathlib import Path

import pytest

from ballots.entries import parse_entry
from ballots.note import ED25519, VerifierKey
from ballots.points import ed25519_public
from ballots.signing import kind_of
from ballots.wire import encode
from tally.audit.checks import CHECKS
from tally.audit.findings import NOT_REACHED
from tests.board_cases import CASES, Case
from tests.forge import PairedSetup
from tests.simulator import ORIGIN
from tests.stages import world_at
from tests.tally.breaks import BREAKS, Break
from tests.tally.drafts import Draft, run_audit

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


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_entry_that_the_board_refuses_fails_one_check(case: Case, tmp_path: Path) -> None:
    """An entry that may not stand makes the record invalid, at its position, by the check of its reason."""
    draft, raw = draft_of_case(case)
    result = run_audit(draft.write(tmp_path))
    (fault,) = result.faults
    assert (fault.id, fault.at, fault.reason) == (
        expected_check(case, raw),
        len(draft.entries) - 1,
        case.reason,
    )
    assert not result.valid


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.check} {case.name}")
def test_a_broken_record_fails_one_check(case: Break, tmp_path: Path) -> None:
    """Each break of the table makes the record invalid by exactly the check that is there for it."""
    options = dict(case.options)
    if "operator" in options:
        key = ed25519_public(bytes(options["operator"]))
        options["operator"] = VerifierKey(key=key, name=ORIGIN, type=ED25519)
    result = run_audit(case.make().write(tmp_path), **options)
    assert [fault.id for fault in result.faults] == [case.check], result.faults
    assert not result.valid
    if case.at is not None:
        assert result.faults[0].at == case.at
    for check in result.checks:
        assert check.ok or check.id == case.check or check.name.endswith(NOT_REACHED)


def test_every_check_has_a_break() -> None:
    """No check stands in the table without a record that fails it."""
    broken = {case.check for case in BREAKS}
    broken |= {expected_check(case, draft_of_case(case)[1]) for case in CASES}
    assert broken == {check.id for check in CHECKS}
