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


@pytest.mark.timeout(400)
def test_the_vectors_are_those_that_the_maker_writes(tmp_path: Path) -> None:
    """The files are what `make vectors` writes, to the byte."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.make_vectors", str(tmp_path)],
        check=False,
        capture_output=True,
        timeout=300,
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
    answered = {reason for param in CASES for reason in reasons_in(param.values[0])} - {"base64"}  # type: ignore[arg-type]
    assert not named - answered - ELSEWHERE.keys(), sorted(named - answered - ELSEWHERE.keys())
    assert not answered - named, sorted(answered - named)
    assert not answered & ELSEWHERE.keys(), sorted(answered & ELSEWHERE.keys())


def reasons_in(case: dict[str, Any]) -> set[str]:
    """Return the reason of a case: of its refusal, of an audit's faults, or in a witness's answer."""
    gives = case.get("gives", {})
    answers = [case.get("refused", ""), *(fault["reason"] for fault in gives.get("faults", []))]
    if case["call"] == "add-checkpoint" and gives["content_type"].startswith("text/plain"):
        answers.append(gives["body"].strip())
    return {reason for reason in answers if reason}


def test_records_are_good_or_fail_every_check() -> None:
    """Each good record of the vectors is valid, and each check fails in some other, alone."""
    cases = load_cases(FOLDER / RECORDS)
    for case in cases:
        assert case["gives"]["valid"] is (len(case["gives"]["faults"]) == 0), case["name"]
    assert {case["name"] for case in cases if case["gives"]["valid"]} >= set(GOOD)
    failed = {fault["id"] for case in cases for fault in case["gives"]["faults"]}
    assert failed == {check.id for check in CHECKS}


ELSEWHERE = {
    "blind-not-coprime": "needs a factor of the modulus",
    "blind-sign-fault": "needs a broken machine",
    "blinded-range": "an issuer's, which no call of the vectors asks",
    "box-key": "a caller's: the keys of a manifest and a start are checked before",
    "tile-index": "a server's, as it makes tiles",
    "tile-length": "a client's that reads single tiles",
}
"""Reasons that no vector can have, and why."""
