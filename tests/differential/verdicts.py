"""Two implementations, one verdict: what each says of a call, and when that counts as the same.

`same` is the only comparison. Where the specification lets a verifier choose among reasons, EQUAL says so, in
the specification's words, and as narrowly as those allow.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol

from ballots.errors import ProtocolError
from tests.differential.audits import same_audit
from tests.differential.faults import faults_of
from tests.differential.spellings import doubles_a_member, nests_deeply
from tests.second import SecondError
from tests.vector_calls import CALLS

Answer = dict[str, Any]
Given = dict[str, Any]
Mark = tuple[str, str, str]


class Call:
    """A call with what it is given, which is too long to print."""

    def __init__(self, name: str, given: Given) -> None:
        self.name, self.given = name, given

    def __repr__(self) -> str:
        return f"Call({self.name!r}, ...)"


class Judge(Protocol):
    """Whoever answers calls: the second implementation, or a wrong one that must be found out."""

    def call(self, call: str, given: Given) -> Answer:
        """Return {"gives": ...} or {"refused": reason}."""
        ...


class DifferenceError(AssertionError):
    """Two implementations that disagree; whoever reads it must find out which one the specification backs."""

    def __init__(self, call: str, given: Given, mine: Answer, theirs: Answer) -> None:
        self.call, self.given, self.mine, self.theirs = call, given, mine, theirs
        case = {"call": call, "given": given, "name": "a difference"} | mine
        super().__init__(
            f"{call}: the first says {told(mine)}\n     the second says {told(theirs)}\n"
            f"as a vector: {json.dumps(case, sort_keys=True)}"
        )

    @property
    def mark(self) -> Mark:
        """What makes a difference another one than those that were seen."""
        both = {"gives"} <= set(self.mine) & set(self.theirs)
        return self.call, *(_head(each, other if both else {}) for each, other in _both_ways(self))


def _both_ways(difference: DifferenceError) -> list[tuple[Answer, Answer]]:
    return [(difference.mine, difference.theirs), (difference.theirs, difference.mine)]


def _head(answer: Answer, other: Answer) -> str:
    """Return a verdict's reason, or which members it gives that another verdict gives otherwise."""
    if "gives" not in answer:
        return told(answer)[:60]
    if not other:
        return "gives"
    mine, theirs = answer["gives"], other["gives"]
    differing = [name for name in mine if name != "faults" and mine[name] != theirs.get(name)]
    checks = mine.get("checks", []), theirs.get("checks", [])
    differing += [a["id"] for a, b in zip(*checks, strict=False) if a != b]
    return " ".join(differing)


def told(answer: Answer) -> str:
    """Return a verdict in a line."""
    if "refused" in answer:
        return f"refused: {answer['refused']}"
    text = json.dumps(answer, sort_keys=True)
    return text if len(text) < 1500 else text[:1500] + "..."


def first_answer(call: str, given: Given) -> Answer:
    """Return the Python kernel's verdict, as it is after a way through JSON."""
    try:
        gives = CALLS[call](given)
    except ProtocolError as error:
        return {"refused": error.reason}
    except Exception as error:
        return {"crashed": f"{type(error).__name__}: {error}"}
    return {"gives": json.loads(json.dumps(gives))}


def compare(judge: Judge, asked: Call) -> Answer:
    """Return the verdict on which both agree; DifferenceError otherwise."""
    call, given = asked.name, asked.given
    mine = first_answer(call, given)
    try:
        theirs = judge.call(call, given)
    except SecondError as error:
        theirs = {"crashed": str(error)}
    if not same(call, given, mine, theirs):
        raise DifferenceError(call, given, mine, theirs)
    return mine


def same(call: str, given: Given, mine: Answer, theirs: Answer) -> bool:
    """Say whether two answers are one verdict with one reason; a crash is none."""
    if "crashed" in mine:
        return False
    if mine == theirs:
        return True
    if call == "audit" and "gives" in mine and "gives" in theirs:
        return same_audit(given, mine["gives"], theirs["gives"])
    if "refused" in mine and "refused" in theirs:
        pair = {mine["refused"], theirs["refused"]}
        if any(pair <= rule.reasons and rule.holds(call, given) for rule in EQUAL):
            return True
        return call == "board" and pair <= faults_of(
            [each.encode() for each in given["entries"]], given["entry"].encode()
        )
    return False


class Equivalence:
    """Reasons that are one where `holds` says so; `why` is the specification's sentence."""

    def __init__(self, reasons: set[str], why: str, holds: Callable[[str, Given], bool]) -> None:
        self.reasons, self.why, self.holds = reasons, why, holds


def _reads(is_so: Callable[[bytes], bool]) -> Callable[[str, Given], bool]:
    """Return whether something is so of the bytes that a call reads as JSON."""

    def holds(call: str, given: Given) -> bool:
        member = READ_AS_JSON.get(call)
        if member is None:
            return False
        if member == "entries":
            return any(is_so(text.encode()) for text in given[member])
        return is_so(bytes.fromhex(given[member]) if member == "bytes" else given[member].encode())

    return holds


READ_AS_JSON = {
    "entry": "bytes",
    "signed-message": "entry",
    "board": "entry",
    "open": "ballot",
    "pad": "choices",
    "promise-verify": "promise",
    "receipt": "promise",
    "set-up": "entries",
}
"""Which member of a call is canonical JSON of the protocol; `entries` is a list of such."""

EQUAL = (
    Equivalence(
        {"wire-type", "wire-spelling"},
        "Section 2: For doubled members [...] parsers differ in which of the last three reasons comes first; "
        "there a verifier treats these three as one.",
        _reads(doubles_a_member),
    ),
    Equivalence(
        {"wire-malformed", "wire-type"},
        "Section 2: For [...] values nested deeper than 32 [...] parsers differ in which of the last three "
        "reasons comes first; there a verifier treats these three as one.",
        _reads(nests_deeply),
    ),
)
"""What the specification leaves open, and less: odd numbers and lone surrogates have one reason."""
