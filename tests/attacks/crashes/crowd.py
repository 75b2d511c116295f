"""Residents' clients that send the same bytes until they have an answer, and remember every answer.

Some send twice at once, some have two browsers that cast different ballots of one revision, some hang up and
never come back. What each of them was told is kept for the verdict (verdict.py).
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import httpx

from ballots.merkle import leaf_hash
from ballots.receipt import Promise, verify_promise
from ballots.sealing import FIRST
from ballots.voter import Asking, Share, ask_share, finish_share, vote
from ballots.wire import decode, encode
from service.shares.records import ShareAnswer
from tests.materials import Resident
from tests.simulator import World

HEADERS = {"content-type": "application/json"}
ATTEMPT_SECONDS = 8.0
PAUSE = 0.1
MAX_REVISION = 9
RESERVE = 30
"""How many residents do not ask before they are told to."""
RIVALS_REFUSED = frozenset({"ballot-fork", "request-twice"})


@dataclass
class Message:
    """Bytes that were sent, and all that was answered to them."""

    kind: str
    raw: bytes
    attempts: int = 0
    ambiguous: int = 0
    """How many attempts got no answer, or one that says nothing: 5xx."""
    granted: set[bytes] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    is_given_up: bool = False
    """Sent once by somebody who hung up."""
    is_rival: bool = False

    @property
    def is_settled(self) -> bool:
        return bool(self.granted or self.refused)


@dataclass
class Voter:
    """A resident on the roll, and how far they are."""

    resident: Resident
    number: int
    share: Share | None = None
    last: bytes = FIRST
    revision: int = 0
    is_busy: bool = False
    is_gone: bool = False

    @property
    def may_act(self) -> bool:
        return not (self.is_busy or self.is_gone or self.revision >= MAX_REVISION)


class Crowd:
    """All residents. `act` lets some of them do something at once."""

    def __init__(
        self, world: World, url: str, draw: random.Random, attempt_seconds: float = ATTEMPT_SECONDS
    ) -> None:
        self._world = world
        self._draw = draw
        self._client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=attempt_seconds)
        self.voters = [Voter(resident=each, number=number) for number, each in enumerate(world.residents)]
        self.messages: list[Message] = []
        self.complaints: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.answers = 0
        """How many answers there have been that said something."""
        self.casts = 0
        self.heard = asyncio.Event()
        self.only_rivals = False
        """Everybody has two browsers."""
        self.is_closing = False
        """The voting may end at any moment: who has no promise yet may be told `phase`."""

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    @property
    def busy(self) -> int:
        return len(self._tasks)

    # --- what residents do ---

    def act(self, count: int, *, ask: bool = False) -> int:
        """Let residents begin something; return how many could. `ask`: somebody asks for a share."""
        began = 0
        for _ in range(count):
            waiting = [voter for voter in self.voters if voter.may_act and voter.share is None]
            ready = [voter for voter in self.voters if voter.may_act and voter.share is not None]
            may_ask = len(waiting) > RESERVE and (not ready or self._draw.random() < 0.2)
            if waiting and (ask or may_ask):
                self._begin(self._ask(waiting[0]), waiting[0])
            elif ready:
                voter = self._draw.choice(ready)
                self._begin(self._choose(voter)(voter), voter)
            else:
                break
            began += 1
        return began

    def _begin(self, work: Coroutine[None, None, None], voter: Voter) -> None:
        voter.is_busy = True

        async def run() -> None:
            try:
                await work
            except Exception as error:
                self.complaints.append(f"a client failed: {error!r}")
                voter.is_gone = True
            finally:
                voter.is_busy = False

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _choose(self, voter: Voter) -> Callable[[Voter], Coroutine[None, None, None]]:
        if self.only_rivals:
            return self._cast_rivals
        chance = self._draw.random()
        if chance < 0.15:
            return self._cast_twice
        if chance < 0.30:
            return self._cast_rivals
        if chance < 0.34 and voter.revision >= 2:
            return self._hang_up
        return self._cast

    async def _ask(self, voter: Voter) -> None:
        """Ask, sometimes with two browsers at once, and get the share."""
        election = self._world.election
        askings = [
            ask_share(election, voter.resident.style, voter.resident.credential_seed, self._draw.randbytes)
            for _ in range(1 + (self._draw.random() < 0.2))
        ]
        rival = len(askings) > 1
        answers = await asyncio.gather(*(self._get_share(asking, rival) for asking in askings))
        shares = [share for share in answers if share is not None]
        if not shares and self.is_closing:
            voter.is_gone = True
        elif len(shares) != 1:
            self.complaints.append(
                f"{len(shares)} of {len(askings)} requests of one credential were answered"
            )
            voter.is_gone = True
        else:
            voter.share = shares[0]

    async def _get_share(self, asking: Asking, rival: bool) -> Share | None:
        message = self._message("request", encode(asking.request), rival)
        body = await self.send(message, "/api/requests")
        if body is None:
            return None
        signed: ShareAnswer = decode(ShareAnswer, body, 65_536)
        return finish_share(self._world.election, asking, list(signed.blind_signatures))

    def make_ballot(self, voter: Voter, number: int) -> bytes:
        """Return the next ballot of a voter."""
        assert voter.share is not None
        choices = self._world.some_choices(voter.share.style, number)
        revision = voter.revision + 1
        return encode(
            vote(self._world.election, voter.share, choices, self._draw.randbytes, revision, voter.last)
        )

    async def _cast(self, voter: Voter) -> None:
        await self._cast_all(voter, [self._ballot_message(voter)], copies=1)

    async def _cast_twice(self, voter: Voter) -> None:
        """Send the same ballot twice at once."""
        await self._cast_all(voter, [self._ballot_message(voter)], copies=2)

    async def _cast_rivals(self, voter: Voter) -> None:
        """Send two different ballots of one revision at once."""
        await self._cast_all(voter, [self._ballot_message(voter, rival=True) for _ in range(2)], copies=1)

    async def _cast_all(self, voter: Voter, messages: list[Message], copies: int) -> None:
        await asyncio.gather(
            *(self.send(message, "/api/ballots") for message in messages for _ in range(copies))
        )
        won = [message for message in messages if message.granted]
        if len(won) != 1:
            voter.is_gone = True
            if won or not self.is_closing:
                self.complaints.append(f"{len(won)} of {len(messages)} ballots of one revision were promised")
            return
        voter.last, voter.revision = leaf_hash(won[0].raw), voter.revision + 1

    async def _hang_up(self, voter: Voter) -> None:
        """Send a ballot, do not wait for the answer, and never come back."""
        message = self._ballot_message(voter)
        message.is_given_up, message.attempts, message.ambiguous = True, 1, 1
        voter.is_gone = True
        url = self._client.base_url
        head = f"POST /api/ballots HTTP/1.1\r\nhost: {url.host}\r\ncontent-type: application/json\r\n"
        request = f"{head}content-length: {len(message.raw)}\r\n\r\n".encode() + message.raw
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(url.host, url.port)
            try:
                writer.write(request[: self._draw.randint(len(request) // 2, 2 * len(request))])
                await asyncio.sleep(self._draw.random() * 0.01)
            finally:
                writer.close()
                await writer.wait_closed()

    def _ballot_message(self, voter: Voter, rival: bool = False) -> Message:
        self.casts += 1
        return self._message("ballot", self.make_ballot(voter, self._draw.randrange(64)), rival)

    def _message(self, kind: str, raw: bytes, rival: bool) -> Message:
        message = Message(kind=kind, raw=raw, is_rival=rival)
        self.messages.append(message)
        return message

    # --- sending ---

    async def send(self, message: Message, path: str) -> bytes | None:
        """Send the same bytes until there is an answer; return it, None if it is no."""
        while True:
            message.attempts += 1
            try:
                answer = await self._client.post(path, content=message.raw, headers=HEADERS)
            except httpx.HTTPError:
                message.ambiguous += 1
                await asyncio.sleep(PAUSE)
                continue
            if answer.status_code in (202, 502, 503, 500):
                message.ambiguous += answer.status_code != 202
                if answer.status_code == 500:
                    self.complaints.append(f"the service answered 500 to a {message.kind}")
                await asyncio.sleep(PAUSE)
                continue
            return self._note(message, answer)

    def _note(self, message: Message, answer: httpx.Response) -> bytes | None:
        self.answers += 1
        self.heard.set()
        if answer.status_code == 200:
            self._check(message, answer.content)
            message.granted.add(answer.content)
            return answer.content
        reason = str(answer.json().get("reason"))
        message.refused.add(reason)
        is_late = self.is_closing and reason == "phase" and not message.granted
        if not is_late and not (message.is_rival and reason in RIVALS_REFUSED):
            self.complaints.append(f"a good {message.kind} was refused: {reason}")
        return None

    def _check(self, message: Message, body: bytes) -> None:
        if message.kind == "ballot":
            promise: Promise = decode(Promise, body, 65_536)
            verify_promise(self._world.election, promise, leaf_hash(message.raw))

    async def until_heard(self, seconds: float) -> bool:
        """Wait for an answer that says something; False if none comes."""
        self.heard.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.heard.wait()
                return True
        return False

    async def settle(self, seconds: float, *, complain: bool = True) -> bool:
        """Wait until everybody has an answer, and complain if somebody has none."""
        late: set[asyncio.Task[None]] = set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
        if late and complain:
            self.complaints.append(f"after {seconds:.0f} seconds {self.describe_waiting()}")
        return not late

    def describe_waiting(self) -> str:
        """Say who still waits for an answer."""
        waiting = [each for each in self.messages if not each.is_settled and not each.is_given_up]
        told = ", ".join(f"a {each.kind} after {each.attempts} attempts" for each in waiting[:8])
        return f"{len(waiting)} wait for an answer ({told})"

    async def send_again(self) -> None:
        """Send every promised ballot once more: the answer must be the same."""
        turns = asyncio.Semaphore(16)

        async def one(message: Message) -> None:
            async with turns:
                await self.send(message, "/api/ballots")

        ballots = [each for each in self.messages if each.kind == "ballot" and each.granted]
        await asyncio.gather(*map(one, ballots))
