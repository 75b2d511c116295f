"""Bring releases from the urn to the board: decide one, keep what it brings, then place it piece by piece.

Every ballot is verified before the release that counts it is placed, because a release that cannot be
finished would block the board. Format: PROTOCOL.md sections 5 and 9.
"""

from collections.abc import Iterable, Sequence

import asyncpg
import structlog

from ballots.board import Board, Phase
from ballots.entries import Release, parse_entry
from ballots.errors import ProtocolError
from ballots.wire import encode
from service.board import store
from service.board.batch import Batch
from service.board.errors import BoardServiceError
from service.board.releases import Waiting, find_misfits, plan_releases
from service.board.verifier import Verifier
from service.faults import reach

PIECE = 512
"""How many ballots are verified, or placed, at once."""

log = structlog.get_logger(__name__)


class Urn:
    """The sequencer's hand in the urn. What has passed verification is remembered by hash."""

    def __init__(self, connection: asyncpg.Connection, verifier: Verifier) -> None:
        self._connection = connection
        self._verifier = verifier
        self._verified: set[bytes] = set()

    async def verify_waiting(self, board: Board, waiting: Sequence[Waiting]) -> dict[bytes, str]:
        """Verify ballots that have not been yet; return why those that may not be released are refused."""
        refused: dict[bytes, str] = {}
        todo = [each.entry_hash for each in waiting if each.entry_hash not in self._verified]
        for start in range(0, len(todo), PIECE):
            ballots = await store.read_ballots(self._connection, todo[start : start + PIECE])
            verdicts = await self._verifier.verify(board.resolved, list(ballots.values()))
            for entry_hash, verdict in zip(ballots, verdicts, strict=True):
                if isinstance(verdict, ProtocolError):
                    refused[entry_hash] = verdict.reason
                else:
                    self._verified.add(entry_hash)
        good = [each for each in waiting if each.entry_hash not in refused]
        return refused | dict.fromkeys(find_misfits(good, board.voters.find), "ballot-revision")

    async def decide(self, board: Board, number: int) -> dict[bytes, str]:
        """Decide what release `number` brings and keep it; return what is refused. Inside the transaction."""
        waiting = await store.read_urn(self._connection)
        refused = await self.verify_waiting(board, waiting)
        for entry_hash, reason in refused.items():
            log.error("promised-ballot-refused", ballot=entry_hash.hex(), reason=reason)
        election = board.resolved
        minima = {
            style: election.limits[style][1]
            for style in election.styles
            if board.voters.may_release(style, number)
        }
        for planned in plan_releases(
            number,
            last=len(election.manifest.releases),
            minima=minima,
            waiting=[each for each in waiting if each.entry_hash not in refused and each.style in minima],
        ):
            await store.plan_release(self._connection, planned.style, planned.ballots)
        reach("release-decided")
        return refused

    async def place(self, batch: Batch, number: int, limit: int) -> None:
        """Place at most `limit` ballots of the running release, style by style. Inside the transaction."""
        left = await store.count_releasing(self._connection)
        running = batch.board.release
        if running is not None and left.get(running.style, 0) != running.left:
            await self._finish(batch, running.style)
            left.pop(running.style, None)
        for style in self._order(batch.board, left):
            if limit <= 0:
                return
            if batch.board.phase is Phase.VOTING:
                release = Release(count=left[style], number=number, style=style)
                _insist(batch.place(encode(release), release))
            limit -= await self._place_style(batch, style, limit)
            reach("release-placed")

    async def _finish(self, batch: Batch, style: str) -> None:
        """Finish a release from what waits, when a restore has lost the list of what it brings."""
        await store.clear_releasing(self._connection, style)
        waiting = [each for each in await store.read_urn(self._connection) if each.style == style]
        refused = await self.verify_waiting(batch.board, waiting)
        order = sorted((each.revision, each.entry_hash) for each in waiting if each.entry_hash not in refused)
        for start in range(0, len(order), PIECE):
            hashes = [entry_hash for _, entry_hash in order[start : start + PIECE]]
            ballots = await store.read_ballots(self._connection, hashes)
            for entry_hash in hashes:
                if batch.board.release is None:
                    return
                fault = batch.place(ballots[entry_hash], parse_entry(ballots[entry_hash]))
                if fault is not None and fault.reason != "ballot-order":
                    _insist(fault)
        if batch.board.release is not None:
            raise BoardServiceError(
                f"the release of style {style} lacks {batch.board.release.left} ballots: start the service, "
                "which puts them back from its journal, then the sequencer"
            )

    def _order(self, board: Board, styles: Iterable[str]) -> list[str]:
        """Return the styles that still release, the one under way first."""
        running = board.release.style if board.release else None
        logged = [style for style in board.resolved.styles if style in styles]
        return sorted(logged, key=lambda style: style != running)

    async def _place_style(self, batch: Batch, style: str, limit: int) -> int:
        hashes = await store.read_releasing(self._connection, style, limit)
        ballots = await store.read_ballots(self._connection, hashes)
        unverified = [entry_hash for entry_hash in hashes if entry_hash not in self._verified]
        raws = [ballots[entry_hash] for entry_hash in unverified]
        verdicts = await self._verifier.verify(batch.board.resolved, raws)
        verified = dict(zip(unverified, verdicts, strict=True))
        for entry_hash in hashes:
            raw = ballots[entry_hash]
            _insist(batch.place(raw, verified.get(entry_hash) or parse_entry(raw)))
        self._verified.difference_update(hashes)
        return len(hashes)


def _insist(fault: ProtocolError | None) -> None:
    """Raise if a part of a release that was checked as a whole is refused after all."""
    if fault is not None:
        raise BoardServiceError(
            f"a release that was decided cannot be finished ({fault.reason}): the urn or the board in the "
            "database was changed by hand. Compare them with the published record before going on"
        ) from fault
