"""Ask the partners' witnesses to cosign a checkpoint, all at once, until enough of them have.

A witness that is down, slow, wrong or lying, or whose clock is, costs its own cosignature and nothing else.
Its claim to have seen a larger board counts only when it shows the operator's own signature for it.
Format: C2SP tlog-witness 1.0.0; PROTOCOL.md section 3.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import httpx
import structlog

from ballots.checkpoint import Checkpoint, add_cosignatures, open_checkpoint, verify_witnessed
from ballots.election import Election
from ballots.errors import NoteError, ProofError
from ballots.merkle import consistency_proof
from ballots.note import MAX_NOTE, VerifierKey
from ballots.wire import Record
from ballots.witness import AddCheckpoint, format_add_checkpoint, parse_conflict
from service.board.errors import SilentWitnessesError, WitnessError
from service.board.guard import verify_contains
from service.board.tree import Tree

ANSWER_SECONDS = 3.0
GRACE_SECONDS = 0.05
"""How long to wait for the other witnesses once enough have signed."""
CLOCK_SECONDS = 300
"""How far the clock of a witness may be from ours."""

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Witness(Record):
    """A partner's witness: its verifier key and the address before `/add-checkpoint`."""

    url: str
    vkey: VerifierKey


def pair_witnesses(election: Election, urls: Mapping[str, str]) -> tuple[Witness, ...]:
    """Return the witnesses that have both a key in the manifest and an address in the settings.

    Errors: WitnessError when fewer than w partners have an address.
    """
    vkeys = zip(election.witness_keys, election.witness_vkeys, strict=True)
    witnesses = tuple(
        Witness(url=urls[partner].rstrip("/"), vkey=vkey) for partner, vkey in vkeys if partner in urls
    )
    if len(witnesses) < election.w:
        raise WitnessError(
            f"expected addresses of at least {election.w} of the partners {', '.join(election.witness_keys)} "
            f"in WIJK_WITNESSES, got {len(witnesses)}"
        )
    return witnesses


def answers_needed(election: Election) -> int:
    """Return how many witnesses must answer so that an honest one is among them for whatever was witnessed.

    Of the w that cosigned, f may lie: so many of all n, that no w - f others are left.
    """
    return election.n - election.w + election.manifest.thresholds.faults + 1


class Witnesses:
    """All witnesses of an election, and which size each of them has, as far as we know."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        witnesses: Iterable[Witness],
        operator: VerifierKey,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._now = now
        self._witnesses = tuple(witnesses)
        self._operator = operator
        self._sizes: dict[str, int] = {}

    async def cosign(self, note: bytes, tree: Tree, threshold: int) -> bytes:
        """Return the operator's note with at least `threshold` cosignatures; `tree` may have grown since.

        Errors: WitnessError (too few), RestoredBackupError (a witness shows a larger board that we signed).
        """
        size = open_checkpoint(note, self._operator).size
        tasks = [asyncio.create_task(self._ask(witness, note, size, tree)) for witness in self._witnesses]
        try:
            answers = await _until_enough(tasks, threshold)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if len(answers) < threshold:
            raise WitnessError(
                f"{len(answers)} of the {threshold} witnesses that are needed have signed size {size}"
            )
        for witness, lines in answers:
            note = add_cosignatures(note, lines, (witness.vkey,))
        return note

    async def find_latest(self, needed: int) -> list[tuple[str, Checkpoint]]:
        """Return name and checkpoint of each witness that shows one with our signature.

        Errors: SilentWitnessesError if fewer than `needed` show one or say that they have none.
        """
        found = await asyncio.gather(*map(self._find_checkpoint, self._witnesses))
        answered = [
            (witness.vkey.name, checkpoint)
            for witness, (has_answered, checkpoint) in zip(self._witnesses, found, strict=True)
            if has_answered
        ]
        if len(answered) < needed:
            raise SilentWitnessesError(
                f"{len(answered)} of the {needed} witnesses that are needed have answered what they cosigned "
                "last. Nothing has been signed"
            )
        return [(name, checkpoint) for name, checkpoint in answered if checkpoint is not None]

    async def _ask(
        self, witness: Witness, note: bytes, size: int, tree: Tree
    ) -> tuple[Witness, bytes] | None:
        """Return a witness's good signature lines, None when it has none for us."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                lines = await self._add_checkpoint(witness, note, size, tree)
            # This verifies, and leaves out every line that is not the witness's own.
            cosigned = add_cosignatures(note, lines, (witness.vkey,))
            witnessed = verify_witnessed(cosigned, self._operator, (witness.vkey,), 1)
            self._sizes[witness.vkey.name] = size
            self._verify_clock(witnessed.times[witness.vkey.name])
        except (httpx.HTTPError, NoteError, ProofError, WitnessError, TimeoutError) as error:
            log.warning("witness-failed", witness=witness.vkey.name, size=size, fault=repr(error))
            return None
        return (witness, lines)

    def _verify_clock(self, moment: int) -> None:
        ahead = moment - self._now()
        if abs(ahead) > CLOCK_SECONDS:
            raise WitnessError(f"its clock is {ahead:.0f} seconds ahead of ours")

    async def _add_checkpoint(self, witness: Witness, note: bytes, size: int, tree: Tree) -> bytes:
        """Send the checkpoint; once more with the size that a 409 tells."""
        status, body = await self._post(witness, note, size, tree, self._sizes.get(witness.vkey.name, 0))
        told = parse_conflict(body) if status == 409 else None
        if told is not None and told <= size:
            status, body = await self._post(witness, note, size, tree, told)
        if status in (409, 422):
            # It says that it knows another board. That stops us when it shows our signature, and only then.
            _, shown = await self._find_checkpoint(witness)
            if shown is not None:
                verify_contains(tree, shown, f"the one that {witness.vkey.name} cosigned")
        if status != 200:
            raise WitnessError(f"answered {status} ({body[:40]!r})")
        return body

    async def _post(
        self, witness: Witness, note: bytes, size: int, tree: Tree, old_size: int
    ) -> tuple[int, bytes]:
        proof = tuple(consistency_proof(old_size, size, tree.read))
        content = format_add_checkpoint(AddCheckpoint(note=note, old_size=old_size, proof=proof))
        async with self._client.stream("POST", f"{witness.url}/add-checkpoint", content=content) as answer:
            return answer.status_code, await _read_limited(answer)

    async def _find_checkpoint(self, witness: Witness) -> tuple[bool, Checkpoint | None]:
        """Say whether a witness has answered, and what it cosigned last under the operator's signature."""
        origin = hashlib.sha256(self._operator.name.encode()).hexdigest()
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                self._client.stream("GET", f"{witness.url}/{origin}/checkpoint") as answer,
            ):
                raw = await _read_limited(answer)
                if answer.status_code == 200:
                    return True, open_checkpoint(raw, self._operator)
                return answer.status_code == 404, None
        except (httpx.HTTPError, NoteError, WitnessError, TimeoutError) as error:
            log.warning("witness-silent", witness=witness.vkey.name, fault=repr(error))
            return False, None


async def _until_enough(tasks: Sequence[asyncio.Task[T | None]], threshold: int) -> list[T]:
    """Return the answers once `threshold` are there and the others have had a moment, or all are done."""
    pending: set[asyncio.Task[T | None]] = set(tasks)
    while pending and _count(tasks) < threshold:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    if pending:
        await asyncio.wait(pending, timeout=GRACE_SECONDS)
    return [answer for task in tasks if task.done() and (answer := task.result()) is not None]


def _count(tasks: Sequence[asyncio.Task[T | None]]) -> int:
    return sum(task.done() and task.result() is not None for task in tasks)


async def _read_limited(answer: httpx.Response) -> bytes:
    """Return the body of an answer; WitnessError if it is longer than any note."""
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > MAX_NOTE:
            raise WitnessError(f"answered more than {MAX_NOTE} bytes")
    return body
