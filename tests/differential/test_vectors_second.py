"""The second implementation reads every vector and says the same, for the same reason."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.differential.from_vectors import FOLDER
from tests.differential.verdicts import same, told
from tests.second import Second

RFC9180 = json.loads((FOLDER / "rfc9180.json").read_text())
RFC9474 = json.loads((FOLDER / "rfc9474.json").read_text())


def cases_of(path: Path) -> list[dict[str, Any]]:
    """Return a file's cases; those of whole records are told by a record that they differ from."""
    document = json.loads(path.read_text())
    cases: list[dict[str, Any]] = document.get("cases", [])
    if "bases" in document:
        expand = import_module("tests.records").expand
        cases = [case | {"given": expand(case["given"], document["bases"])} for case in cases]
    return cases


FILES = sorted(path.name for path in FOLDER.glob("*.json") if not path.name.startswith("rfc"))


@pytest.mark.timeout(900)  # records.json takes a minute on a machine of its own
@pytest.mark.parametrize("file", FILES)
def test_the_second_implementation_agrees_with_every_vector(file: str, second: Second) -> None:
    """Each case of a file gives what it says, or is refused for the reason that it says."""
    wrong = []
    for case in cases_of(FOLDER / file):
        expected = {name: case[name] for name in ("gives", "refused") if name in case}
        answer = second.call(case["call"], case["given"])
        if not same(case["call"], case["given"], expected, answer):
            wrong.append(f"{case['name']}: expected {told(expected)}, got {told(answer)}")
    assert not wrong, "\n".join(wrong)


def test_every_file_has_cases() -> None:
    """No file of vectors is read as if nothing stood in it."""
    assert FILES
    assert all(cases_of(FOLDER / file) for file in FILES)


def test_a_bad_key_stays_bad(second: Second) -> None:
    """Only good keys are remembered: one that was refused is refused again, a good one passes again."""
    cases = [case for case in cases_of(FOLDER / "points.json") if case["call"] == "ed25519-key"]
    for case in 2 * cases:
        answer = second.call(case["call"], case["given"])
        assert answer.get("refused") == case.get("refused"), case["name"]
    assert {case.get("refused") for case in cases} >= {None, "point-small-order", "point-not-canonical"}


def test_the_second_implementation_makes_the_keys_of_rfc_9180(second: Second) -> None:
    """Ephemeral and recipient keys follow from their seeds as in the RFC, and its recipient opens the box."""
    given = {
        "ephemeral_ikm": RFC9180["ikm_e"],
        "info": RFC9180["info"],
        "plaintext": RFC9180["plaintext"],
        "recipient_ikm": RFC9180["ikm_r"],
    }
    box = second.call("hpke-seal", given)["gives"]["box"]
    assert box[:64] == RFC9180["pk_e"]
    opening = {"box": box, "info": RFC9180["info"], "private_key": RFC9180["sk_r"]}
    assert second.call("hpke-open", opening) == {"gives": {"plaintext": RFC9180["plaintext"]}}


@pytest.mark.parametrize("vector", RFC9474["vectors"], ids=lambda vector: vector["name"])
def test_the_second_implementation_has_one_size_of_key(vector: dict[str, str], second: Second) -> None:
    """The keys of RFC 9474's vectors have 4,096 bits, so no issuer may have them."""
    assert second.call("issuer-key", {"modulus": vector["n"]}) == {"refused": "issuer-key-size"}
