"""The officials' side of the rig: what makes the board grow, the close, the tally; sent until taken."""

import asyncio

import asyncpg
import httpx

from ballots import entries as e
from ballots.board import Phase
from ballots.tiles import Tile, entries_of_size, format_path
from ballots.wire import content_hash, encode
from service.board import store
from service.board.closing import prepare_close
from service.board.errors import NotDrainedError
from tally.outcome import format_outcome, tally_entry
from tests.attacks.crashes.site import Site

PAUSE = 0.1
ATTEMPT_SECONDS = 8.0


class Desk:
    """Two officials who sign, and send what they signed until the service has taken it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._client = httpx.AsyncClient(base_url=site.url, trust_env=False, timeout=ATTEMPT_SECONDS)
        self.bundles = 0
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.taken: list[bytes] = []
        """The entries that the service said would wait for the board."""
        self.complaints: list[str] = []

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def post_bundle(self) -> None:
        """Announce another script of the booth: the cheapest way in which the board can grow."""
        if len(self._tasks) < 4:
            task = asyncio.create_task(self._post_bundle())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settle(self, seconds: float) -> bool:
        """Wait until all that was signed is taken."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            return not late
        return True

    async def _post_bundle(self) -> None:
        async with self._turn:  # the board takes them in their order
            self.bundles += 1
            await self.post(self.make_bundle(self.bundles, "Een fout."))

    def make_bundle(self, number: int, reason: str) -> bytes:
        """Return a signed announcement of another script."""
        script = content_hash(b"script %d" % number)
        bundle = e.Bundle(hash=script, number=number, reason=reason, signatures=[])
        return encode(self._site.world.by_officials(bundle))

    async def post(self, raw: bytes) -> None:
        """Send an entry until it is taken."""
        headers = {"content-type": "application/json"}
        while True:
            try:
                answer = await self._client.post("/api/entries", content=raw, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(PAUSE)
                continue
            if answer.status_code == 202:
                self.taken.append(raw)
                return
            if answer.status_code < 500:
                self.complaints.append(f"an official's entry was refused: {answer.text[:200]}")
                return
            await asyncio.sleep(PAUSE)

    # --- the end of the election ---

    async def is_drained(self) -> bool:
        """Say whether the last release stands and is published."""
        head = await self.head()
        return head is not None and head.drained and self._site.published() == head.size

    async def is_in(self, phase: Phase) -> bool:
        """Say whether the board has reached a phase and all of it is published."""
        head = await self.head()
        return head is not None and head.phase == phase and self._site.published() == head.size

    async def has_all_keys(self) -> bool:
        """Say whether every trustee's key stands on the board, so that nothing more will come."""
        async with self._site.connect() as connection:
            count = await connection.fetchval("SELECT count(*) FROM board.entries WHERE kind = 'trustee-key'")
        return bool(count == len(self._site.nodes)) and await self.is_in(Phase.COUNTED)

    async def head(self) -> store.Head | None:
        """Return the head of the board; None while the database is away."""
        try:
            return await self._site.head()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            return None

    async def make_close(self) -> bytes:
        """Return the signed close."""
        world = self._site.world
        async with self._site.connect() as connection:
            try:
                entry = await prepare_close(connection, world.options.origin)
            except NotDrainedError as error:
                raise AssertionError("expected the last release to stand") from error
        return encode(world.by_officials(entry))

    def follow(self) -> list[str]:
        """Let the world in memory have what is published; return what is wrong with that."""
        world, size = self._site.world, self._site.published()
        entries = list(entries_of_size(size, self._read_tile))
        if entries[: len(world.entries)] != world.entries:
            return ["the published board does not begin with what stood there before"]
        for raw in entries[len(world.entries) :]:
            world.append(raw)
        return []

    def _read_tile(self, tile: Tile) -> bytes:
        return (self._site.record / format_path(tile)).read_bytes()

    async def count(self) -> None:
        """Count what is on the board, and let the tally wait for it."""
        world = self._site.world
        outcome = world.count_ballots()
        world.add_file(format_outcome(outcome))
        await self._site.offer([encode(tally_entry(outcome))])
