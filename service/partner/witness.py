"""Cosign only boards that begin with all that was cosigned before; the I/O around ballots/witness.py.

Promise: the new head is on the disk before the cosignature leaves, and there is one decision at a time, so
no crash and no pair of simultaneous requests can lead to two roots for one size. Limit: what stands on the
board a witness does not judge. Format: C2SP tlog-witness 1.0.0; PROTOCOL.md section 3.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.checkpoint import Checkpoint, add_cosignatures, open_checkpoint, verify_cosignature
from ballots.errors import NoteError
from ballots.note import COSIGNATURE, Note, VerifierKey, format_note, parse_note, verifier_of
from ballots.wire import Record
from ballots.witness import PLAIN, decide, format_answer
from service.partner.errors import StateError
from service.partner.http import Answer
from service.partner.state import COSIGNED, StateDir

MAX_WAITING = 64
"""The most requests that may wait for their turn."""

_log = structlog.get_logger(__name__)


class Cosigned(Record):
    """The latest checkpoint that this witness vouched for, and the note that shows it."""

    checkpoint: Checkpoint
    note: bytes


def parse_cosigned(raw: bytes, operator: VerifierKey, witness: VerifierKey) -> Cosigned:
    """Return the head behind a note; StateError `state-cosigned` unless operator and witness signed it."""
    try:
        note = parse_note(raw)
        checkpoint = open_checkpoint(raw, operator)
        for signature in note.signatures:
            if signature.name == witness.name:
                verify_cosignature(note.text, signature, witness)
                return Cosigned(checkpoint=checkpoint, note=raw)
    except NoteError as error:
        raise StateError("state-cosigned", f"the remembered checkpoint is damaged: {error}") from None
    raise StateError("state-cosigned", f"expected a remembered checkpoint that {witness.name} cosigned")


def format_cosigned(raw: bytes, operator: VerifierKey, witness: VerifierKey, lines: bytes) -> bytes:
    """Return the note with the operator's signature and the witness's own `lines`, and no others."""
    note = parse_note(raw)
    own = tuple(each for each in note.signatures if (each.name, each.key_id) == (operator.name, operator.id))
    return add_cosignatures(format_note(Note(text=note.text, signatures=own[:1])), lines, (witness,))


class Witness:
    """The witness of one origin. `clock` gives the seconds since 1970."""

    def __init__(
        self, state: StateDir, operator: VerifierKey, name: str, seed: bytes, clock: Callable[[], int]
    ) -> None:
        self._state = state
        self._operator = operator
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.vkey = verifier_of(name, COSIGNATURE, self._private)
        self._clock = clock
        # One thread takes all decisions, so they are one after the other even when a sender hangs up.
        self._turn = ThreadPoolExecutor(max_workers=1, thread_name_prefix="witness")
        self._waiting = 0
        raw = state.find(COSIGNED)
        self._head = None if raw is None else parse_cosigned(raw, operator, self.vkey)

    @property
    def head(self) -> Checkpoint | None:
        """The latest checkpoint that this witness vouched for."""
        return self._head.checkpoint if self._head else None

    async def add_checkpoint(self, body: bytes) -> Answer:
        """Answer `POST /add-checkpoint`; 503 when too many wait or the disk does not take the head."""
        if self._waiting >= MAX_WAITING:
            return Answer(503, b"witness-busy\n", PLAIN, (("retry-after", "1"),))
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._turn, self._add, body)
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        """Wait until the decision that is being taken is on the disk; take no more."""
        self._turn.shutdown(cancel_futures=True)

    def find_checkpoint(self, origin_hash: str) -> Answer:
        """Answer `GET /<hex SHA-256 of the origin>/checkpoint`."""
        if self._head is None or origin_hash != hashlib.sha256(self._operator.name.encode()).hexdigest():
            return Answer(404, b"witness-origin\n", PLAIN)
        return Answer(200, self._head.note, PLAIN)

    def _add(self, body: bytes) -> Answer:
        decision = decide(body, self._operator.name, self._operator, self.head)
        if decision.checkpoint is None:
            _log.info("witness-refused", status=decision.status, reason=decision.reason)
            return Answer(decision.status, decision.body, decision.content_type)
        lines = format_answer(decision.checkpoint, self.vkey.name, self._private, self._clock())
        request = body.partition(b"\n\n")[2]
        note = format_cosigned(request, self._operator, self.vkey, lines)
        try:
            self._state.write(COSIGNED, note)
        except StateError as error:
            _log.error("witness-disk", fault=str(error))
            return Answer(503, b"witness-disk\n", PLAIN, (("retry-after", "5"),))
        self._head = Cosigned(checkpoint=decision.checkpoint, note=note)
        return Answer(200, lines, PLAIN)
