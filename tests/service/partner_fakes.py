"""For the tests of the partner node: nodes made from a world, and an operator of the test's own.

The operator is a real HTTP server on loopback. It serves a record folder, lists requests, and takes
signatures and entries; a test may change any of it at any time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ballots.note import format_vkey
from ballots.wire import Key, Rsa, decode, encode
from service.partner.client import Client
from service.partner.http import Answer, Call, HttpServer
from service.partner.keyfile import DEMO, seal_keys
from service.partner.keys import IssuerSecret, Keys, NodeSecret, Prime
from service.partner.node import Node
from service.partner.state import KEYS, Pins, StateDir
from service.shares.records import BlindSignatures, LoggedRequest
from tests.simulator import World, write_record

PASSPHRASE = "vier paarden in de wei"
WAIT_SECONDS = 20.0


class Operator:
    """The operator's side. `listing` is what it lists, `signatures` and `entries` are what was posted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listing: list[LoggedRequest] = []
        self.signatures: dict[int, set[bytes]] = {}
        self.partners: set[str] = set()
        self.entries: list[bytes] = []
        self.refused: set[int] = set()
        self.down = False
        self.asked: list[str] = []
        self.url = ""

    def publish(self, world: World, checkpoint: bytes | None = None) -> None:
        """Publish a world's board as it stands."""
        write_record(self.folder, world.entries, {}, checkpoint or world.checkpoint())

    async def answer(self, call: Call) -> Answer:
        """Answer a node."""
        self.asked.append(call.target)
        if self.down:
            return Answer(503, b"down\n")
        if call.path == "/api/issuing":
            query = parse_qs(urlsplit(call.target).query)
            signed = self.signatures if "partner" in query else {}
            after = int(query["after"][0])
            page = [each for each in self.listing if each.position > after and each.position not in signed]
            page = page[:256]
            return Answer(200, encode(page), "application/json")
        if call.path == "/api/blind-signatures":
            return self._take_signatures(decode(BlindSignatures, call.body))
        if call.path == "/api/entries":
            self.entries.append(call.body)
            return Answer(202, b"{}", "application/json")
        try:
            return Answer(200, (self.folder / call.path.removeprefix("/board/")).read_bytes())
        except OSError:
            return Answer(404, b"not-found\n")

    def _take_signatures(self, given: BlindSignatures) -> Answer:
        if any(each.position in self.refused for each in given.signatures):
            return Answer(409, b"{}", "application/problem+json")
        self.partners.add(given.partner)
        for each in given.signatures:
            self.signatures.setdefault(each.position, set()).add(bytes(each.signature))
        return Answer(200, b"{}", "application/json")


@asynccontextmanager
async def serve(operator: Operator) -> AsyncIterator[Operator]:
    """Let an operator answer over HTTP."""
    server = HttpServer(operator.answer, 2**20)
    operator.url = f"http://127.0.0.1:{await server.start('127.0.0.1', 0)}"
    try:
        yield operator
    finally:
        await server.stop()


def keys_of(world: World, partner: str) -> Keys:
    """Return a partner's keys."""
    issuers = [
        IssuerSecret(p=Prime(key.p.to_bytes(192, "big")), q=Prime(key.q.to_bytes(192, "big")), style=style)
        for (style, of), key in world.keys.issuers.items()
        if of == partner
    ]
    secret = NodeSecret(trustee=Key(world.keys.trustees[partner]), witness=Key(world.keys.witnesses[partner]))
    return Keys(issuers=issuers, node=[secret], partner=partner)


def pins_of(world: World, url: str, manifest_hash: str | None = None) -> Pins:
    """Return the pins of a world's election."""
    pinned = world.election.manifest_hash.hex() if manifest_hash is None else manifest_hash
    return Pins(
        board_url=f"{url}/board",
        manifest_hash=pinned,
        operator_key=format_vkey(world.election.operator_vkey),
        origin=world.options.origin,
        service_url=url,
    )


def make_state(folder: Path, pins: Pins, keys: Keys | None = None) -> StateDir:
    """Return a state directory with pins, and with keys under PASSPHRASE if given."""
    state = StateDir(folder)
    state.make()
    state.pin(pins)
    if keys is not None:
        state.write(KEYS, seal_keys(keys, PASSPHRASE, DEMO, lambda length: bytes(range(length))))
    return state


@asynccontextmanager
async def run_node(state: StateDir, keys: Keys, poll: float = 0.02) -> AsyncIterator[tuple[Node, str]]:
    """Run a node in this process and give it with its address."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    async with Client() as client:
        node = Node(state, keys, client, poll)
        task = asyncio.create_task(node.run("127.0.0.1", 0, port.set_result, stop))
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                yield node, f"http://127.0.0.1:{await port}"
        finally:
            stop.set()
            await task


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so; TimeoutError if it takes too long."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def rounds(node: Node, duty: str, count: int = 3) -> None:
    """Wait until a duty has done some more rounds, so that it would have done what it must not do."""
    before = node.rounds[duty]
    await until(lambda: node.rounds[duty] >= before + count)


def offer(position: int, style: str, blinded: list[bytes]) -> LoggedRequest:
    """Return a request as /api/issuing lists it."""
    return LoggedRequest(blinded=[Rsa(each) for each in blinded], position=position, style=style)
