"""What an audit has found so far, check by check, and the result in the end.

A check passed, failed at a first position, or was not reached because something before it failed; all but the
first make the record invalid. Format: PROTOCOL.md section 13.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from ballots.board import Phase
from tally.audit.checks import CHECKS, kinds_to_come

Position = int | str
"""Where a check failed: an entry's index from 0, or a file's path."""
NOT_REACHED = " (not reached: an earlier check failed)"

MAX_TEXT = 300


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one check went. `count` is how many things passed it, `at` where the first one failed (else None).

    A check that an earlier fault kept from its work is not ok, has no `at`, and its name says so.
    """

    id: str
    name: str
    ok: bool
    count: int
    at: Position | None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A check that failed, where, and in words of what was expected and what came."""

    id: str
    at: Position
    reason: str
    message: str


class StyleTurnout(msgspec.Struct, frozen=True, kw_only=True):
    """How many people of a style could vote, asked for a share and voted; ballots count every revision."""

    style: str
    population: int
    credentials: int
    requests: int
    voters: int
    ballots: int


class AuditResult(msgspec.Struct, frozen=True, kw_only=True):
    """All that an audit says. `root` and `manifest` in hex, empty where there is none.

    `outcome_at_risk`: False if slack and invalid ballots cannot change who wins, True if that could not be
    excluded, None if nothing can be said (no tally yet, or a rule without a bound).
    """

    valid: bool
    anchored: bool
    slack: int
    checks: tuple[CheckResult, ...]
    faults: tuple[Fault, ...]
    phase: str
    size: int
    root: str
    manifest: str
    turnout: tuple[StyleTurnout, ...]
    invalid_ballots: int
    outcome_at_risk: bool | None


class Findings:
    """Collects what was found; for a check that fails twice, the first fault stands."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._faults: dict[str, Fault] = {}
        self._cut: set[str] = set()

    def passed(self, check: str, count: int = 1) -> None:
        """Note that a check looked at `count` more things and found them good."""
        self._counts[check] += count

    def failed(self, check: str, at: Position, message: str, reason: str = "") -> None:
        """Note that a check failed; of files that fail it, the one whose path comes first is kept."""
        known = self._faults.get(check)
        if known is None or _is_before(at, known.at):
            self._faults[check] = Fault(id=check, at=at, reason=plain(reason), message=plain(message))

    def cut(self, checks: Iterable[str]) -> None:
        """Note that checks could not be finished, or not be begun, because of an earlier fault."""
        self._cut.update(checks)

    def cut_after(self, phase: Phase) -> None:
        """Note that the board could be followed up to this phase only."""
        to_come = kinds_to_come(phase)
        self.cut(c.id for c in CHECKS if not to_come.isdisjoint(c.kinds))
        self.cut(("E01", "E02"))

    def is_clean(self, check: str) -> bool:
        """Say whether a check has neither failed nor been cut short."""
        return check not in self._faults and check not in self._cut

    def results(self) -> tuple[CheckResult, ...]:
        """Return all checks, in the order of the table."""
        return tuple(self._result(check.id, check.name) for check in CHECKS)

    def faults(self) -> tuple[Fault, ...]:
        """Return what failed, in the order in which it was found."""
        return tuple(
            Fault(id=fault.id, at=_spelled(fault.at), reason=fault.reason, message=fault.message)
            for fault in self._faults.values()
        )

    def _result(self, check: str, name: str) -> CheckResult:
        fault = self._faults.get(check)
        reached = fault is not None or check not in self._cut
        return CheckResult(
            id=check,
            name=name if reached else name + NOT_REACHED,
            ok=self.is_clean(check),
            count=self._counts[check],
            at=None if fault is None else _spelled(fault.at),
        )


def _is_before(at: Position, known: Position) -> bool:
    """Say whether both are paths, and the first stands before the second in the order of bytes."""
    return isinstance(at, str) and isinstance(known, str) and _raw(at) < _raw(known)


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")


def _spelled(at: Position) -> Position:
    """Return a path as it is, but for bytes that are no UTF-8, which become escapes."""
    return at if isinstance(at, int) else at.encode("utf-8", "backslashreplace").decode()


def plain(text: str) -> str:
    """Return text that may come from the record with nothing in it that a terminal obeys."""
    return text[:MAX_TEXT].encode("ascii", "backslashreplace").decode().translate(_CONTROLS)


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)}
