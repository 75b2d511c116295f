"""The vectors that both languages read: the kernel says what stands there, and they are up to date."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ballots.errors import ProtocolError
from tally.audit.checks import CHECKS
from tests.make_vectors import FOLDER, RECORDS, load_cases
from tests.vector_calls import CALLS
from tests.vector_inputs import FILES
from tests.vector_inputs_records import GOOD

CASES = [
    pytest.param(case, id=f"{file}: {case['name']}")
    for file in (*FILES, RECORDS)
    for case in load_cases(FOLDER / file)
]


@pytest.mark.parametrize("case", CASES)
def test_the_kernel_agrees_with_the_vector(case: dict[str, Any]) -> None:
    """A case gives what it says, or is refused for the reason that it says."""
    if "refused" in case:
        with pytest.raises(ProtocolError) as refused:
            CALLS[case["call"]](case["given"])
        assert refused.value.reason == case["refused"]
    else:
        assert json.loads(json.dumps(CALLS[case["call"]](case["given"]))) == case["gives"]


def test_the_vectors_are_those_that_the_maker_writes(tmp_path: Path) -> None:
    """The files are what `make vectors` writes, to the byte."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.make_vectors", str(tmp_path)],
        check=False,
        capture_output=True,
        timeout=100,
    )
    assert made.returncode == 0, made.stderr.decode()
    for name in (*FILES, RECORDS):
        assert (FOLDER / name).read_bytes() == (tmp_path / name).read_bytes(), f"run make vectors: {name}"


def test_every_reason_has_a_vector() -> None:
    """Each reason in section 15 of the specification answers some case, and no case has another reason."""
    text = (Path(__file__).parents[2] / "ballots" / "PROTOCOL.md").read_text()
    rows = [
        line.split("|")[1] for line in text[text.index("## 15.") :].splitlines() if line.startswith("| `")
    ]
    named = {reason.strip("` ") for row in rows for reason in row.split(",")}
    answered = {param.values[0].get("refused") for param in CASES} - {None, "base64"}  # type: ignore[attr-defined]
    assert not named - answered - ELSEWHERE, sorted(named - answered - ELSEWHERE)
    assert not answered - named, sorted(answered - named)


def test_records_are_good_or_fail_every_check() -> None:
    """Each good record of the vectors is valid, and each check fails in some other, alone."""
    cases = load_cases(FOLDER / RECORDS)
    for case in cases:
        assert case["gives"]["valid"] is (len(case["gives"]["faults"]) == 0), case["name"]
    assert {case["name"] for case in cases if case["gives"]["valid"]} >= set(GOOD)
    failed = {fault["id"] for case in cases for fault in case["gives"]["faults"]}
    assert failed == {check.id for check in CHECKS}


ELSEWHERE = {
    "blind-not-coprime",  # needs a factor of the modulus
    "blind-sign-fault",  # needs a broken machine
    "blinded-range",
    "box-key",
    "cosignature-time",
    "manifest-hash",  # a client's own: voter.test.ts
    "note-ambiguous",
    "note-key-type",
    "note-utf8",
    "proof-file-length",
    "proof-hash",
    "proof-size",
    "tile-content",
    "tile-index",
    "tile-length",
    "tile-root",
    "witness-form",
    "witness-length",
    "witness-old-size",
    "witness-origin",
}
"""Reasons that only a caller can cause, that JSON cannot hold, or that stand behind an HTTP status."""
