"""Every check catches what it is there for, and no other check does."""

from pathlib import Path

import pytest

from ballots.note import ED25519, VerifierKey
from ballots.points import ed25519_public
from tally.audit.checks import CHECKS
from tally.audit.findings import NOT_REACHED
from tests.board_cases import CASES, Case
from tests.simulator import ORIGIN
from tests.tally.breaks import BREAKS, Break
from tests.tally.drafts import run_audit
from tests.tally.refused import draft_of_case, expected_check


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
    options: dict[str, object] = dict(case.options)
    if "operator" in case.options:
        key = ed25519_public(case.options["operator"])
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
