"""The residents' clients: from the code in the letter to a cast ballot, over HTTP as from a browser.

Runs as a process of its own (`python -m admin.demo.residents`), several of them beside each other: reads one
line on standard input, writes a line for every resident who is done. A client knows the code, the address and
the manifest hash, and trusts nothing else. Format: PROTOCOL.md sections 6 to 9.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import msgspec

from admin.ledger.follower import Follower
from admin.ledger.sources import PublishedRecord, WebFiles
from ballots.choices import Choices
from ballots.codes import credential_seed, parse_code
from ballots.election import Election
from ballots.merkle import leaf_hash
from ballots.receipt import Promise, verify_promise
from ballots.sealing import FIRST
from ballots.voter import Asking, Share, ask_share, finish_share, vote
from ballots.wire import Hash, Record, decode, encode
from service.shares.records import ShareAnswer

MAX_ANSWER = 65_536
POLL_SECONDS = 0.4
"""How often a client asks whether all issuers have signed."""
ATTEMPTS = 40
"""How often a client sends the same bytes again when the service is busy or away."""
HEADERS = {"content-type": "application/json"}


class Resident(Record):
    """Somebody with a letter, and what they will choose, every time that they vote."""

    code: str
    style: str
    votes: list[Choices]


class Job(Record):
    """What one process does."""

    at_once: int
    board_url: str
    manifest_hash: Hash
    residents: list[Resident]
    service_url: str


class Done(Record):
    """A resident who is done: the promises for their ballots in canonical JSON, or why there are none."""

    promises: list[str]
    reason: str


class VotingError(Exception):
    """A client that cannot go on; `reason` is the service's word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the service refused ({reason})")
        self.reason = reason


class Client:
    """One resident's browser."""

    def __init__(self, http: httpx.AsyncClient, election: Election) -> None:
        self._http = http
        self._election = election

    async def run(self, resident: Resident) -> list[Promise]:
        """Get the share and cast every ballot; return the promises. Errors: VotingError."""
        seed = await asyncio.to_thread(
            credential_seed, parse_code(resident.code), self._election.manifest_hash
        )
        asking = ask_share(self._election, resident.style, seed, secrets.token_bytes)
        share = await self._get_share(asking)
        promises: list[Promise] = []
        for choices in resident.votes:
            previous = promises[-1].ballot if promises else FIRST
            promises.append(await self._cast(share, choices, len(promises) + 1, previous))
        return promises

    async def _get_share(self, asking: Asking) -> Share:
        raw = encode(asking.request)
        while True:
            answer = await self._post("/api/requests", raw)
            if answer.status_code == 200:
                signed: ShareAnswer = decode(ShareAnswer, answer.content, MAX_ANSWER)
                return finish_share(self._election, asking, list(signed.blind_signatures))
            await asyncio.sleep(POLL_SECONDS)

    async def _cast(self, share: Share, choices: Choices, revision: int, previous: bytes) -> Promise:
        raw = encode(vote(self._election, share, choices, secrets.token_bytes, revision, previous))
        answer = await self._post("/api/ballots", raw)
        promise: Promise = decode(Promise, answer.content, MAX_ANSWER)
        verify_promise(self._election, promise, leaf_hash(raw))
        return promise

    async def _post(self, path: str, raw: bytes) -> httpx.Response:
        """Post the bytes, and again the same ones while the service is busy. Errors: VotingError."""
        for _ in range(ATTEMPTS):
            try:
                answer = await self._http.post(path, content=raw, headers=HEADERS)
            except httpx.TransportError:
                await asyncio.sleep(POLL_SECONDS)
                continue
            if answer.status_code in (200, 202):
                return answer
            if answer.status_code != 503:
                raise VotingError(_reason(answer))
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
        raise VotingError("unavailable")


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return f"status-{answer.status_code}"


async def read_election(http: httpx.AsyncClient, job: Job) -> Election:
    """Return the election on the board, which must have the manifest hash of the letter."""
    election = await Follower(
        PublishedRecord(WebFiles(http, job.board_url)), job.manifest_hash
    ).read_election()
    if election is None:
        raise VotingError("manifest-missing")
    return election


@asynccontextmanager
async def open_client(service_url: str, at_once: int) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client with so many connections."""
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(
        base_url=service_url, limits=limits, timeout=30.0, trust_env=False
    ) as client:
        yield client


async def serve_residents(job: Job) -> None:
    """Let all residents of a job vote, so many at once; write a line for each one who is done."""
    async with open_client(job.service_url, job.at_once) as http:
        election = await read_election(http, job)
        turns = asyncio.Semaphore(job.at_once)

        async def serve(resident: Resident) -> None:
            async with turns:
                write_line(await vote_once(Client(http, election), resident))

        async with asyncio.TaskGroup() as tasks:
            for resident in job.residents:
                tasks.create_task(serve(resident))


async def vote_once(client: Client, resident: Resident) -> Done:
    """Return how it went for one resident."""
    try:
        promises = await client.run(resident)
    except VotingError as error:
        return Done(promises=[], reason=error.reason)
    return Done(promises=[encode(promise).decode() for promise in promises], reason="")


def write_line(done: Done) -> None:
    """Tell the parent."""
    sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
    sys.stdout.buffer.flush()


def share_out(residents: Sequence[Resident], processes: int) -> list[list[Resident]]:
    """Return the residents divided over so many processes, as evenly as it goes."""
    return [list(residents[start::processes]) for start in range(processes)]


def main() -> int:
    """Read a job and do it."""
    job: Job = decode(Job, sys.stdin.buffer.read(), 2**31)
    asyncio.run(serve_residents(job))
    return 0


if __name__ == "__main__":
    sys.exit(main())
