"""The whole service in one process, and a crowd that asks and votes over its HTTP interface.

Requests and ballots go through the routes; the sequencer puts them on the board after every single step of a
person, which is the worst case: no batch hides anybody. Issuers sign in the board's order, over HTTP too.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import structlog
from structlog.testing import LogCapture

from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public
from ballots.voter import Asking, finish_share
from ballots.wire import Rsa, encode
from service.serve import prepare
from service.shares.records import BlindSignature, BlindSignatures
from tests.attacks.linkage.crowd import ASK, Step
from tests.attacks.linkage.dump import Dump, clocks_of, take_dump
from tests.attacks.linkage.guesser import Guess, guess
from tests.service.board_stage import Stage, Steps, open_stage
from tests.service.hall import make_settings, served
from tests.simulator import RELEASES, make_world

PEOPLE = 120
"""How many vote at home, and how many at the kiosk."""
KIOSK = range(PEOPLE, 2 * PEOPLE)
"""Who votes at the kiosk; the others are at home."""
ADDRESS = "203.0.113.77"
DEVICE = {
    "user-agent": "kiosk-device-5",
    "x-forwarded-for": ADDRESS,
    "forwarded": f"for={ADDRESS}",
    "cookie": "session=kiosk-session-5",
    "x-kiosk": "kiosk-in-the-library",
    "x-request-id": "kiosk-request-5",
    "referer": "https://stad.example/kiosk-page",
}
"""What comes along with everything that is sent from the one kiosk."""
OPTIONS = {"residents": {"adult": 2 * PEOPLE}, "page": 60, "release_minimum": 2}


@dataclass(frozen=True, kw_only=True)
class Person:
    """What somebody sends: made beforehand, so that every scenario sends the same bytes."""

    asking: Asking
    signatures: tuple[bytes, ...]
    ballot: bytes
    voting_key: bytes


@cache
def people() -> tuple[Person, ...]:
    """Return everybody of the crowd."""
    world = make_world(Phase.VOTING, **OPTIONS)
    made = []
    for number in range(2 * PEOPLE):
        asking = world.ask(number)
        signatures = tuple(world.sign_blinded(asking))
        share = finish_share(world.election, asking, list(signatures))
        ballot = world.cast(share, world.some_choices("adult", number))
        made.append(
            Person(
                asking=asking,
                signatures=signatures,
                ballot=encode(ballot),
                voting_key=ed25519_public(share.voting_seed),
            )
        )
    return tuple(made)


@dataclass
class Hall:
    """A polling hall under way. `lines` is what service and sequencer have logged."""

    stage: Stage
    steps: Steps
    client: httpx.AsyncClient
    log: LogCapture

    @property
    def lines(self) -> list[str]:
        """Return what was logged, a text a line."""
        return [str(sorted(entry.items(), key=str)) for entry in self.log.entries]

    async def play(self, crowd: Iterable[Step]) -> None:
        """Let people do what they do, one after another; the board follows at once."""
        for step in crowd:
            person = people()[step.person]
            self.client.headers = httpx.Headers(DEVICE if step.person in KIOSK else {})
            if step.kind == ASK:
                answer = await self.client.post("/api/requests", content=encode(person.asking.request))
                assert answer.status_code == 202, answer.text
                await self.steps.batches()
                await self._sign(step.person, person)
                answer = await self.client.post("/api/requests", content=encode(person.asking.request))
            else:
                answer = await self.client.post("/api/ballots", content=person.ballot)
            assert answer.status_code == 200, answer.text
            assert "set-cookie" not in answer.headers

    async def close(self) -> None:
        """End the voting."""
        await self.stage.follow()
        await self.stage.offer([encode(self.stage.world.make_close())])
        await self.steps.step()
        await self.steps.sequencer.tidy()

    async def attack_files(self, numbers: Sequence[int]) -> Guess:
        """Guess from the bytes of the file in which the server keeps the urn, removed rows and all."""
        await self.stage.connection.execute("CHECKPOINT")
        read = "SELECT pg_read_binary_file(pg_relation_filepath('box.ballots'))"
        content = await self.stage.connection.fetchval(read)
        keys = {people()[number].voting_key: content.find(people()[number].voting_key) for number in numbers}
        dump = await self.dump()
        kept = {name: dump.tables[name] for name in ("board.entries", "box.requests")}
        kept["file"] = [{"key": key, "at": at} for key, at in keys.items() if at >= 0]
        return guess_in(Dump(tables=kept), numbers)

    async def _sign(self, number: int, person: Person) -> None:
        """Let both issuers sign the request that stands on the board."""
        find = "SELECT position FROM board.entries WHERE entry_hash = $1"
        entry_hash = leaf_hash(encode(person.asking.request.request))
        position = await self.stage.connection.fetchval(find, entry_hash)
        for partner, signature in zip(("partner-1", "partner-2"), person.signatures, strict=True):
            given = BlindSignatures(
                partner=partner,
                signatures=[BlindSignature(position=position, signature=Rsa(signature))],
            )
            answer = await self.client.post("/api/blind-signatures", content=encode(given))
            assert answer.status_code == 200, answer.text

    async def release(self, number: int) -> None:
        """Let the time of a release come."""
        self.stage.time = RELEASES[number - 1]
        await self.steps.step()
        await self.steps.sequencer.tidy()

    async def dump(self) -> Dump:
        """Publish what there is, and take the strongest dump."""
        await self.steps.step()
        return await take_dump(
            self.stage.dsn, self.stage.folder / "journal", self.stage.record_dir, self.lines
        )

    async def attack(self, numbers: Sequence[int]) -> Guess:
        """Dump everything and guess which requests of these people belong to which of their ballots."""
        return guess_in(await self.dump(), numbers)


def guess_in(dump: Dump, numbers: Sequence[int]) -> Guess:
    """Return the best guess from a dump."""
    crowd = people()
    asked: dict[Hashable, list[bytes]] = {}
    cast: dict[Hashable, list[bytes]] = {}
    for number in numbers:
        person = crowd[number]
        request = person.asking.request.request
        asked["request", number] = [
            bytes(request.credential), leaf_hash(encode(request)), *map(bytes, person.asking.request.blinded)
        ]  # fmt: skip
        # The names say nothing of who it is: the guesser sorts subjects, and numbers would lead it.
        ballot = ("ballot", leaf_hash(person.ballot).hex())
        cast[ballot] = [leaf_hash(person.ballot), person.voting_key]
    truth = {("request", number): ("ballot", leaf_hash(crowd[number].ballot).hex()) for number in numbers}
    return guess(truth, clocks_of(dump, asked), clocks_of(dump, cast), "guesser")


@contextlib.asynccontextmanager
async def open_hall(
    dsn: str, folder: Path, change: Callable[[Stage], object] | None = None
) -> AsyncIterator[Hall]:
    """Open a hall in which the voting has begun; `change` breaks something first."""
    log = LogCapture()
    configured = structlog.get_config()
    structlog.configure(processors=[log])
    try:
        async with open_stage(dsn, folder, **OPTIONS) as stage:
            if change is not None:
                result = change(stage)
                if hasattr(result, "__await__"):
                    await result
            async with stage.open() as steps:
                await steps.step()
                settings = make_settings(dsn, folder, stage.world)
                await prepare(settings)
                async with served(settings, now=RELEASES[0] - 1000) as client:
                    client._transport.client = (ADDRESS, 40_077)  # type: ignore[attr-defined]
                    yield Hall(stage=stage, steps=steps, client=client, log=log)
    finally:
        structlog.configure(**configured)
