"""What anybody may ask of the board: its published files, where an entry is, a proof that it stands there.

And the officials' way in: an entry is verified before it may wait for the sequencer. Proofs are made from the
published tiles, so they say only what the published checkpoint says. Format: PROTOCOL.md sections 3 and 9.
"""

import asyncio
import re
from pathlib import Path

import asyncpg

from ballots.checkpoint import parse_checkpoint
from ballots.entries import (
    Bundle,
    Certify,
    Close,
    Replace,
    Roll,
    Seal,
    Start,
    TrusteeKey,
    parse_entry,
)
from ballots.errors import ProofError
from ballots.merkle import HASH_LENGTH, inclusion_proof
from ballots.note import parse_note
from ballots.signing import kind_of
from ballots.tiles import TILE_WIDTH, Tile, format_path, hash_reader, parse_path
from ballots.tlog_proof import TlogProof, format_proof
from ballots.verification import verify_entry
from ballots.wire import Hash, Record
from service.board import store
from service.board.publish import CHECKPOINT
from service.election_cache import ElectionCache
from service.errors import RefusedError, UnavailableError
from service.faults import reach

OFFERED = (Roll, Seal, Start, Bundle, Replace, Close, TrusteeKey, Certify)
"""What may be offered over HTTP; each is signed by somebody whom the manifest names."""
MOMENT = "public, max-age=1"
FOR_EVER = "public, max-age=31536000, immutable"
PLAIN = "text/plain"  # the framework adds charset=utf-8
OCTETS = "application/octet-stream"

_HASH = re.compile(r"[0-9a-f]{64}")
_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"{", "application/json"),
)


class PublicFile(Record):
    """A published file, and how a web server describes it."""

    cache: str
    content: bytes
    media_type: str


class EntryState(Record):
    """Where an entry is: `waiting`, `on-board` at a position, or `refused` for a reason."""

    position: int | None
    reason: str
    state: str


class BoardReading:
    """The board as the service shows it. It writes nothing but the officials' inbox."""

    def __init__(self, pool: asyncpg.Pool, record_dir: Path, elections: ElectionCache) -> None:
        self._pool = pool
        self._folder = record_dir
        self._elections = elections

    def read_checkpoint(self) -> PublicFile:
        """Return the published checkpoint. Errors: RefusedError `not-found`."""
        return PublicFile(cache=MOMENT, content=self._read(CHECKPOINT), media_type=PLAIN)

    def read_tile(self, path: str) -> PublicFile:
        """Return the tile or bundle at `tile/...`. Errors: RefusedError `not-found`."""
        try:
            name = format_path(parse_path(path))
        except ProofError as error:
            raise RefusedError("not-found", str(error)) from None
        return PublicFile(cache=FOR_EVER, content=self._read(name), media_type=OCTETS)

    def read_file(self, name: str) -> PublicFile:
        """Return the file with this hash. Errors: RefusedError `not-found`."""
        content = self._read(f"files/{parse_hash(name).hex()}")
        return PublicFile(cache=FOR_EVER, content=content, media_type=find_media_type(content))

    async def find_state(self, name: str) -> EntryState:
        """Return where an entry is. Errors: RefusedError `not-found`."""
        entry_hash = parse_hash(name)
        position = await store.find_position(self._pool, entry_hash)
        if position is not None:
            return EntryState(position=position, reason="", state="on-board")
        found = await store.find_state(self._pool, entry_hash)
        if found is None:
            raise RefusedError("not-found", "expected the hash of an entry that was sent here")
        return EntryState(position=None, reason=found[1], state=found[0])

    async def prove(self, name: str) -> bytes:
        """Return the tlog-proof of an entry against the published checkpoint.

        Errors: RefusedError `not-found`, UnavailableError `not-witnessed`.
        """
        position = await store.find_position(self._pool, parse_hash(name))
        if position is None:
            raise RefusedError("not-found", "expected the hash of an entry that stands on the board")
        return await asyncio.to_thread(self._prove, position)

    async def offer(self, raw: bytes) -> Hash:
        """Verify an entry of the officials, the registrar or a trustee, and let it wait; return its hash.

        Errors: WireError, PointError, BoardError, RefusedError `entry-kind`, InboxFullError.
        """
        entry = parse_entry(raw)
        if not isinstance(entry, OFFERED):
            raise RefusedError("entry-kind", f"expected another kind of entry here than {kind_of(entry)}")
        election = await self._elections.get()
        await asyncio.to_thread(verify_entry, election, entry, raw)
        async with self._pool.acquire() as connection, connection.transaction():
            entry_hash = await store.offer_entry(connection, raw, entry)
            reach("entry-inserted")
        reach("entry-stored")
        return entry_hash

    def _prove(self, position: int) -> bytes:
        note = self._read(CHECKPOINT)
        size = parse_checkpoint(parse_note(note).text).size
        if position >= size:
            raise UnavailableError(
                "not-witnessed", "the entry stands on the board; the witnesses sign in a moment"
            )
        hashes = inclusion_proof(position, size, hash_reader(size, self._read_whole))
        return format_proof(TlogProof(checkpoint=note, extra=b"", hashes=tuple(hashes), index=position))

    def _read_whole(self, tile: Tile) -> bytes:
        """Return a tile; a partial one may be gone once the full one is there."""
        try:
            return self._read(format_path(tile))
        except RefusedError:
            full = format_path(Tile(index=tile.index, level=tile.level, width=TILE_WIDTH))
            return self._read(full)[: tile.width * HASH_LENGTH]

    def _read(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            raise RefusedError("not-found", "this has not been published") from None


def parse_hash(text: str) -> Hash:
    """Return the hash behind 64 lower-case hex digits. Errors: RefusedError `not-found`."""
    if _HASH.fullmatch(text) is None:
        raise RefusedError("not-found", "expected 64 hexadecimal digits in lower case")
    return Hash.fromhex(text)


def find_media_type(content: bytes) -> str:
    """Return the type of a text, picture or record that an entry names."""
    for start, media_type in _TYPES:
        if content.startswith(start):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return OCTETS
    return (
        "image/svg+xml" if re.match(r"\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*)*<svg\b", text, re.DOTALL) else PLAIN
    )
