"""Who is on the roll, who has asked for a share, which voting keys have voted: the board's memory.

It grows with the number of people, by some hundred bytes each, and never with the size of ballots: what many
lines have in common is kept once.
Format: PROTOCOL.md section 5.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from ballots.entries import Credential
from ballots.errors import BoardError

REQUESTED = "requested"
REVOKED = "revoked"
WAITING = "waiting"


class Credentials:
    """The roll and what became of each credential; roll numbers count from 1."""

    def __init__(self) -> None:
        self.sizes: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.walk_ins: Counter[str] = Counter()
        self.replacements = 0
        self._refused: set[bytes] = set()
        self._lines: dict[bytes, tuple[str, str]] = {}
        self._pairs: dict[tuple[str, str], tuple[str, str]] = {}

    def __len__(self) -> int:
        """Return the number of lines on the roll."""
        return len(self._lines)

    def refuse(self, keys: Iterable[bytes]) -> None:
        """Remember keys that may never stand on the roll."""
        self._refused.update(bytes(key) for key in keys)

    def add_page(self, page: Sequence[Credential]) -> None:
        """Add a page; BoardError `roll-key` if a key is there already."""
        keys = [bytes(line.key) for line in page]
        if len(set(keys)) < len(keys) or any(key in self._lines or key in self._refused for key in keys):
            raise BoardError(
                "roll-key", "expected keys that stand nowhere else on the roll or in the manifest"
            )
        for key, line in zip(keys, page, strict=True):
            self._lines[key] = self._pair(line.style, WAITING)
            self.sizes[line.style] += 1

    def _pair(self, style: str, state: str) -> tuple[str, str]:
        """Return the one tuple of a style and state that all lines share."""
        pair = (style, state)
        return self._pairs.setdefault(pair, pair)

    def find(self, key: bytes) -> tuple[str, str] | None:
        """Return (style, state) of a credential, None if it is not on the roll."""
        return self._lines.get(bytes(key))

    def replace(self, style: str, adds: bytes, revokes: Sequence[bytes], allowance: int) -> None:
        """Add a key in place of a revoked one, or as a walk-in."""
        if adds in self._lines or adds in self._refused:
            raise BoardError(
                "roll-key", "expected a key that stands nowhere else on the roll or in the manifest"
            )
        for old in revokes:
            line = self._lines.get(bytes(old))
            if line is None or line[0] != style or line[1] == REVOKED:
                raise BoardError(
                    "replace-unknown", "expected a credential of this style on the roll, not revoked"
                )
            if line[1] == REQUESTED:
                raise BoardError(
                    "replace-requested", "expected a credential that has not asked for its share"
                )
        if not revokes and self.walk_ins[style] >= allowance:
            raise BoardError("replace-allowance", f"expected at most {allowance} walk-ins for this style")
        for old in revokes:
            self._lines[bytes(old)] = self._pair(style, REVOKED)
        if not revokes:
            self.walk_ins[style] += 1
        self._lines[bytes(adds)] = self._pair(style, WAITING)
        self.replacements += 1

    def request(self, key: bytes, style: str) -> None:
        """Note that a credential asks for its share."""
        line = self._lines.get(bytes(key))
        if line is None:
            raise BoardError("request-unknown", "expected a credential on the roll")
        if line[1] == REVOKED:
            raise BoardError("request-revoked", "expected a credential that is not revoked")
        if line[0] != style:
            raise BoardError("request-style", "expected the credential's style")
        if line[1] == REQUESTED:
            raise BoardError("request-twice", "expected a credential that has not asked before")
        self._lines[bytes(key)] = self._pair(style, REQUESTED)
        self.requests[style] += 1


class Voters:
    """The voting keys that stand on the board, with their style, last revision and its entry hash."""

    def __init__(self) -> None:
        self.ballots: Counter[str] = Counter()
        self.keys: Counter[str] = Counter()
        self._last: dict[bytes, tuple[str, int, bytes]] = {}
        self._released: dict[str, int] = {}

    def find(self, key: bytes) -> tuple[str, int, bytes] | None:
        """Return (style, revision, entry hash) of the last ballot of a voting key, None if there is none."""
        return self._last.get(bytes(key))

    def last_hashes(self) -> set[bytes]:
        """Return the entry hashes of all highest revisions."""
        return {last[2] for last in self._last.values()}

    def may_release(self, style: str, number: int) -> bool:
        """Say whether release `number` may come next for a style."""
        return number >= max(self._released.values(), default=0) and number > self._released.get(style, 0)

    def released(self, style: str, number: int) -> None:
        """Note a release."""
        self._released[style] = number

    def check_style(self, key: bytes, style: str) -> None:
        """Raise BoardError if a voting key voted in another style before."""
        if self._last.get(bytes(key), (style,))[0] != style:
            raise BoardError("ballot-style", "expected the style in which this voting key voted before")

    def check_revision(self, key: bytes, revision: int, previous: bytes, first: bytes) -> None:
        """Raise BoardError unless this is the next revision of a voting key, naming the one before."""
        _, last, last_hash = self._last.get(bytes(key), ("", 0, first))
        if revision != last + 1:
            raise BoardError("ballot-revision", f"expected revision {last + 1}, got {revision}")
        if previous != last_hash:
            raise BoardError("ballot-previous", "expected the hash of the ballot before")

    def add(self, key: bytes, style: str, entry_hash: bytes) -> None:
        """Add the next revision of a voting key."""
        _, last, _ = self._last.get(bytes(key), (style, 0, b""))
        self.keys[style] += not last
        self.ballots[style] += 1
        self._last[bytes(key)] = (style, last + 1, bytes(entry_hash))


class RunningRelease:
    """A release that is on its way: what it still has to bring, and in which order."""

    def __init__(self, style: str, count: int, minimum: int) -> None:
        self.style = style
        self.left = count
        self._minimum = minimum
        self._at: tuple[int, bytes] = (0, b"")
        self._keys: set[bytes] = set()

    def check_order(self, revision: int, entry_hash: bytes) -> None:
        """Raise BoardError unless this ballot follows the one before."""
        if (revision, entry_hash) <= self._at:
            raise BoardError("ballot-order", "expected ballots ascending in revision and entry hash")

    def check_minimum(self, key: bytes) -> None:
        """Raise BoardError if this ballot is the last one and there are too few voting keys."""
        if self.left == 1 and len(self._keys | {bytes(key)}) < self._minimum:
            raise BoardError("release-minimum", f"expected at least {self._minimum} voting keys in a release")

    def add(self, key: bytes, revision: int, entry_hash: bytes) -> None:
        """Note that the ballot stands."""
        self._at = (revision, bytes(entry_hash))
        self._keys.add(bytes(key))
        self.left -= 1
