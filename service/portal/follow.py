"""What the pages know of the board, kept up to date by reading only what is new.

Promise: a page never replays the board. One small question to the database a page finds out whether anything
came; entries, set-up and outcome are read once. Everything here can be thrown away and read again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from ballots.board import Board, Phase
from ballots.election import Election
from ballots.entries import Entry, Replace, Tally, TrusteeKey, parse_entry
from ballots.manifest import Contest, Manifest, Style
from ballots.wire import encode
from service.portal.store import Head, PortalStore, StoredEntry
from tally.outcome import Outcome, parse_outcome

E = TypeVar("E")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its place: everything but roll pages, requests and ballots is kept like this."""

    position: int
    entry_hash: bytes
    entry: Entry


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The board as a page sees it."""

    size: int = 0
    witnessed_size: int = 0
    phase: Phase = Phase.SETUP
    kinds: Mapping[str, int] = {}
    rare: tuple[Standing, ...] = ()
    election: Election | None = None
    texts: Mapping[bytes, bytes] = {}
    outcome: Outcome | None = None

    def count(self, kind: str) -> int:
        """Return how many entries of a kind stand."""
        return self.kinds.get(kind, 0)

    def find(self, kind: type[E]) -> E | None:
        """Return the last entry of a rare kind."""
        return next((each.entry for each in reversed(self.rare) if isinstance(each.entry, kind)), None)

    def find_position(self, kind: type[Entry]) -> int | None:
        """Return where the last entry of a rare kind stands."""
        return next((each.position for each in reversed(self.rare) if isinstance(each.entry, kind)), None)

    @property
    def is_open(self) -> bool:
        """Whether enough keys stand to open ballots."""
        return self.phase in {Phase.OPENED, Phase.COUNTED, Phase.CERTIFIED}

    @property
    def trustee_keys(self) -> dict[int, bytes]:
        """The published private keys by trustee number."""
        if self.election is None:
            return {}
        return {
            self.election.partner_numbers[each.entry.partner]: bytes(each.entry.key)
            for each in self.rare
            if isinstance(each.entry, TrusteeKey)
        }

    def find_replacement(self, key: bytes) -> Standing | None:
        """Return the entry that revoked a credential."""
        return next(
            (e for e in self.rare if isinstance(e.entry, Replace) and key in map(bytes, e.entry.revokes)),
            None,
        )


class Portal:
    """The pages' one source: the store, and the last snapshot."""

    def __init__(self, store: PortalStore) -> None:
        self.store = store
        self._snapshot = Snapshot()
        self._turn = asyncio.Lock()

    async def look(self) -> Snapshot:
        """Return the board as it is now."""
        head = await self.store.read_head()
        if _is_current(self._snapshot, head):
            return self._snapshot
        async with self._turn:
            if head.size >= self._snapshot.size and not _is_current(self._snapshot, head):
                self._snapshot = await self._advance(self._snapshot, head)
            return self._snapshot

    async def _advance(self, old: Snapshot, head: Head) -> Snapshot:
        kinds = dict(old.kinds)
        for kind, entries in (await self.store.count_kinds(old.size, head.size)).items():
            kinds[kind] = kinds.get(kind, 0) + entries
        rare = old.rare + tuple(map(_place, await self.store.read_rare(old.size, head.size)))
        new = msgspec.structs.replace(
            old,
            size=head.size,
            witnessed_size=head.witnessed_size,
            phase=Phase(head.phase),
            kinds=kinds,
            rare=rare,
        )
        election = old.election or _find_election(rare)
        if election is not None and len(old.texts) < len(_text_hashes(election)):
            texts = await self.store.read_files(_text_hashes(election))
            new = msgspec.structs.replace(new, election=election, texts=texts)
        if old.outcome is None and (tally := new.find(Tally)) is not None:
            new = msgspec.structs.replace(new, outcome=await self._read_outcome(tally))
        return new

    async def _read_outcome(self, tally: Tally) -> Outcome | None:
        """Return the outcome that a tally names, None while its file is not there."""
        found = await self.store.read_files([tally.outcome])
        return await asyncio.to_thread(parse_outcome, found[tally.outcome]) if found else None


def _is_current(snapshot: Snapshot, head: Head) -> bool:
    complete = snapshot.outcome is not None or snapshot.count("tally") == 0
    return complete and (snapshot.size, snapshot.witnessed_size, snapshot.phase) == (
        head.size,
        head.witnessed_size,
        head.phase,
    )


def _place(stored: StoredEntry) -> Standing:
    return Standing(position=stored.position, entry_hash=stored.entry_hash, entry=parse_entry(stored.raw))


def _find_election(rare: Sequence[Standing]) -> Election | None:
    """Return the election that the set-up decides, None before its manifest stands."""
    manifest = next((each.entry for each in rare if isinstance(each.entry, Manifest)), None)
    if manifest is None:
        return None
    board = Board(manifest.origin)
    for each in rare:
        if isinstance(each.entry, Style | Contest | Manifest):
            board.append(encode(each.entry))
    return board.resolved


def _text_hashes(election: Election) -> list[bytes]:
    return list({bytes(p.text) for contest in election.contests.values() for p in contest.projects})
