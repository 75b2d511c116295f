"""All of a node's duties in one process: the witness at once, the others when the manifest is pinned.

Promise: a duty that fails is tried again, more and more slowly, and holds up no other; `GET /health` shows
why. Limit: who is asked to do what stands in witness.py, issuer.py, trustee.py and rehearse.py.
"""

import asyncio
import contextlib
import re
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from ballots.checkpoint import Checkpoint
from ballots.errors import WireError
from ballots.wire import encode
from ballots.witness import MAX_REQUEST
from service.partner.client import Client
from service.partner.errors import PartnerError, RefusedDutyError, RemoteError, StaleBoardError
from service.partner.follow import Logged, View
from service.partner.follower import Follower
from service.partner.http import Answer, Call, HttpServer
from service.partner.issuer import RETRY_SECONDS, Issuer
from service.partner.keys import Keys, load_issuer
from service.partner.rehearse import parse_rehearsal, rehearse
from service.partner.state import StateDir
from service.partner.trustee import Trustee, check_identity
from service.partner.witness import Witness

PINS_SECONDS = 1.0
"""How often the pins are read again until they have the manifest hash."""
MAX_PAUSE = 60.0
MAX_REMOTE_PAUSE = 2.0
JSON = "application/json"
PROBLEM = "application/problem+json"
WITNESS_PATH = re.compile(r"/([0-9a-f]{64})/checkpoint")
STATUSES = {"duty-waits": 503, "duty-phase": 409, "duty-keys": 409, "duty-box": 422}
"""How a refused rehearsal is answered."""

_log = structlog.get_logger(__name__)
Step = Callable[[], Awaitable[float]]
"""One round of a duty; returns how many seconds to wait before the next."""


def seconds_now() -> int:
    """Return the seconds since 1970."""
    return int(time.time())


class Node:
    """A partner's node, or a spare. `poll` is how often it looks at the board, in seconds."""

    def __init__(self, state: StateDir, keys: Keys, client: Client, poll: float) -> None:
        self._state = state
        self._partner = keys.partner
        self._secret = keys.node[0] if keys.node else None
        self._client = client
        self._poll = poll
        self._pins = pins = state.read_pins()
        self._witness: Witness | None = None
        self._trustee: Trustee | None = None
        if self._secret is not None:
            name = f"{pins.origin}/{keys.partner}"
            self._witness = Witness(state, pins.operator, name, self._secret.witness, seconds_now)
            self._trustee = Trustee(keys.partner, self._secret, client, pins.service_url)
        issuers = [load_issuer(each) for each in keys.issuers]
        self._issuer = Issuer(issuers, client, pins.service_url, secrets.token_bytes)
        self._follower: Follower | None = None
        self.faults: dict[str, str] = {}
        """Why a duty fails at the moment, by duty."""
        self.rounds: Counter[str] = Counter()
        """How many rounds each duty has done, well or badly."""

    @property
    def waiting(self) -> int:
        """The number of logged requests whose shares this node has yet to sign."""
        return self._issuer.waiting

    @property
    def followed(self) -> int:
        """The size of the confirmed board."""
        return self._view.checkpoint.size if self._view else 0

    async def run(self, host: str, port: int, ready: Callable[[int], None], stop: asyncio.Event) -> None:
        """Serve until `stop` is set; `ready` gets the port once requests are answered. Errors: OSError."""
        server = HttpServer(self.answer, MAX_REQUEST)
        ready(await server.start(host, port))
        duties = asyncio.create_task(self._run_duties())
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((duties, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (duties, waiting):
                task.cancel()
            results = await asyncio.gather(duties, waiting, return_exceptions=True)
            await server.stop()
            if self._witness is not None:
                await asyncio.to_thread(self._witness.stop)
        if isinstance(results[0], Exception):
            raise results[0]

    # --- duties ---

    async def _run_duties(self) -> None:
        while not self._pins.manifest_hash:
            await asyncio.sleep(PINS_SECONDS)
            self._pins = self._state.read_pins()
        _log.info("pinned", manifest=self._pins.manifest_hash)
        self._follower = Follower(self._state, self._pins, self._client, self._find_head, self._accept)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep("board", self._follow))
            group.create_task(self._keep("issuer", self._issue))
            if self._trustee is not None:
                group.create_task(self._keep("trustee", self._publish))

    async def _keep(self, duty: str, step: Step) -> None:
        """Repeat a step for ever; after a failure wait twice as long as before."""
        pause = self._poll
        while True:
            try:
                wait = pause = await step()
                self._note(duty, "")
            except StaleBoardError as error:
                wait = pause = self._poll
                self._note(duty, error.reason, str(error))
            except PartnerError as error:
                most = MAX_REMOTE_PAUSE if isinstance(error, RemoteError) else MAX_PAUSE
                wait = pause = min(most, max(2 * pause, 0.1))
                self._note(duty, error.reason, str(error))
            except Exception as error:  # noqa: BLE001 - a fault in one duty must not end the others
                wait = pause = min(MAX_PAUSE, max(2 * pause, 1.0))
                self._note(duty, "internal", type(error).__name__)
            self.rounds[duty] += 1
            await asyncio.sleep(wait)

    def _note(self, duty: str, reason: str, text: str = "") -> None:
        """Remember and log how a duty fares, when that changes."""
        if reason == self.faults.get(duty, ""):
            return
        if reason:
            self.faults[duty] = reason
            _log.warning("duty-fails", duty=duty, reason=reason, text=text)
        else:
            del self.faults[duty]
            _log.info("duty-works", duty=duty)

    async def _follow(self) -> float:
        if self._follower is not None:
            await self._follower.step()
        return self._poll

    async def _issue(self) -> float:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._issuer.news.wait(), RETRY_SECONDS)
        self._issuer.news.clear()
        if self._view is not None:
            settled = await self._issuer.step(time.monotonic())
            if settled:
                _log.info("shares-signed", count=settled, waiting=self._issuer.waiting)
        return 0.0

    async def _publish(self) -> float:
        if self._trustee is not None and self._view is not None and await self._trustee.step(self._view):
            _log.info("trustee-key-posted")
            return 8 * self._poll
        return 2 * self._poll

    @property
    def _view(self) -> View | None:
        return self._follower.view if self._follower else None

    def _find_head(self) -> Checkpoint | None:
        return self._witness.head if self._witness else None

    def _accept(self, view: View, requests: list[Logged]) -> None:
        if self._secret is not None:
            try:
                check_identity(view.election, self._partner, self._secret)
                self._note("keys", "")
            except RefusedDutyError as error:
                self._note("keys", error.reason, str(error))
        self._issuer.accept(view, requests)

    # --- requests ---

    async def answer(self, call: Call) -> Answer:
        """Answer a request over HTTP."""
        routes: dict[str, tuple[str, Callable[[Call], Awaitable[Answer]]]] = {
            "/add-checkpoint": ("POST", self._answer_add),
            "/rehearse": ("POST", self._answer_rehearsal),
            "/health": ("GET", self._answer_health),
        }
        method, handler = routes.get(call.path, ("GET", self._answer_checkpoint))
        if handler == self._answer_checkpoint and not WITNESS_PATH.fullmatch(call.path):
            return Answer(404, b"not-found\n")
        if call.method != method:
            return Answer(405, b"method\n", headers=(("allow", method),))
        return await handler(call)

    async def _answer_add(self, call: Call) -> Answer:
        if self._witness is None:
            return Answer(404, b"witness-none\n")
        return await self._witness.add_checkpoint(call.body)

    async def _answer_checkpoint(self, call: Call) -> Answer:
        if self._witness is None:
            return Answer(404, b"witness-none\n")
        return self._witness.find_checkpoint(call.path[1:65])

    async def _answer_rehearsal(self, call: Call) -> Answer:
        if self._secret is None:
            return _refuse(409, "duty-keys", "a spare node has no trustee key")
        try:
            request = parse_rehearsal(call.body)
            return Answer(200, encode(rehearse(self._view, self._partner, self._secret, request)), JSON)
        except WireError as error:
            return _refuse(400, error.reason, 'expected {"box":"<80 bytes in base64url>"}')
        except RefusedDutyError as error:
            return _refuse(STATUSES[error.reason], error.reason, str(error))

    async def _answer_health(self, _: Call) -> Answer:
        view, head = self._view, self._find_head()
        faults = dict(sorted(self.faults.items()))
        body = {
            "cosigned": head.size if head else 0,
            "faults": faults,
            "followed": self.followed,
            "partner": self._partner,
            "phase": view.phase.value if view else "",
            "pinned": bool(self._pins.manifest_hash),
            "signed": self._issuer.signed,
            "waiting": self._issuer.waiting,
        }
        return Answer(503 if faults else 200, encode(body), JSON)


def _refuse(status: int, reason: str, detail: str) -> Answer:
    problem = {
        "detail": detail,
        "reason": reason,
        "status": status,
        "title": "Refused",
        "type": "about:blank",
    }
    headers = (("retry-after", "1"),) if status == 503 else ()
    return Answer(status, encode(problem), PROBLEM, headers)
