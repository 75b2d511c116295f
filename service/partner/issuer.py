"""Sign shares blindly, and only those whose request stands on the witnessed board: log first, sign second.

Promise: `sign_logged` is the one place that signs, and it signs a blinded message only when its hash stands
in a request of the node's own replay, at this issuer's place of that request's style. The state machine lets
a credential ask once. The same request gets the same bytes every time, from every node with the key.
Format: PROTOCOL.md section 7.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from ballots.election import Election
from ballots.errors import ShareError, WireError
from ballots.shares import IssuerPrivateKey, blind_sign
from ballots.verification import blinded_hash
from ballots.wire import Random, Rsa, decode, encode
from service.faults import reach
from service.partner.client import Client
from service.partner.errors import RefusedDutyError, RemoteError
from service.partner.follow import Logged, View
from service.shares.records import MOST, BlindSignature, BlindSignatures, LoggedRequest

MAX_LISTING = 2**20
BATCH = 64
"""Shares that are signed in one go: about 150 ms, after which they are posted."""
RETRY_SECONDS = 1.0
"""When a request is looked at again that could not be signed, or whose signature was not taken."""
RECHECK_SECONDS = 10.0
"""How often the service is asked whether it lacks signatures that it took: a restored database may."""

REFUSING = frozenset({400, 404, 409, 413, 422})
"""Statuses by which the service refuses what was posted, as opposed to being busy or broken."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """This node signs shares of `style` as its issuer number `place` (from 0), in the name of `partner`."""

    style: str
    place: int
    partner: str
    key: IssuerPrivateKey = field(repr=False)


def find_duties(election: Election, keys: Iterable[IssuerPrivateKey]) -> dict[str, Duty]:
    """Return the node's duties by style: wherever the election names a key that it holds."""
    held = {key.public: key for key in keys}
    return {
        style: Duty(style=style, place=place, partner=record.issuers[place].partner, key=held[public])
        for style, record in election.styles.items()
        for place, public in enumerate(election.issuers(style))
        if public in held
    }


def sign_logged(duty: Duty, logged: Logged, offered: LoggedRequest, random: Random) -> Rsa:
    """Return the blind signature for a request on the confirmed board; the service offers what was blinded.

    Errors: RefusedDutyError `duty-position`, `duty-style`, `duty-blinded`; ShareError `blinded-range`.
    """
    if offered.position != logged.position:
        raise RefusedDutyError("duty-position", f"expected the request at position {logged.position}")
    if not offered.style == logged.style == duty.style:
        raise RefusedDutyError(
            "duty-style", f"expected the style of the request at position {logged.position}"
        )
    if len(offered.blinded) != len(logged.blinded) or duty.place >= len(logged.blinded):
        raise RefusedDutyError("duty-blinded", "expected one blinded message an issuer")
    blinded = offered.blinded[duty.place]
    if blinded_hash(blinded) != logged.blinded[duty.place]:
        raise RefusedDutyError(
            "duty-blinded",
            f"expected the blinded message that the request at position {logged.position} logged",
        )
    return Rsa(blind_sign(duty.key, blinded, random))


class Issuer:
    """Signs what the confirmed board asks of this node, and posts it until the service takes it."""

    def __init__(
        self, keys: Sequence[IssuerPrivateKey], client: Client, service_url: str, random: Random
    ) -> None:
        self._keys = keys
        self._client = client
        self._url = service_url
        self._random = random
        self._duties: dict[str, Duty] = {}
        self._next = 0
        self._logged: dict[int, Logged] = {}
        self._open: set[int] = set()
        self._due: dict[int, float] = {}
        self._recheck = 0.0
        self.news = asyncio.Event()
        self.signed = 0
        """How many shares this node has signed since it started."""

    @property
    def waiting(self) -> int:
        """The number of requests that are not settled."""
        return len(self._open)

    def accept(self, view: View, requests: Iterable[Logged]) -> None:
        """Take note of the requests that a confirmed board has; those that were noted before are left out."""
        if not self._duties:
            self._duties = find_duties(view.election, self._keys)
        for request in requests:
            if request.position >= self._next and request.style in self._duties:
                self._logged[request.position] = request
                self._take_up(request.position)
        self._next = max(self._next, view.checkpoint.size)
        if self._open:
            self.news.set()

    async def step(self, now: float) -> int:
        """Sign and post what is due at `now` (seconds of any clock), and return how many were settled.

        Errors: RemoteError.
        """
        if now >= self._recheck:
            await self._reopen()
            self._recheck = now + RECHECK_SECONDS
        due = sorted(position for position, time in self._due.items() if time <= now)
        before, at = len(self._open), 0
        while at < len(due):
            page = await self._list(f"after={due[at] - 1}", due[at] - 1)
            wanted = [each for each in page if self._due.get(each.position, now + 1) <= now]
            for start in range(0, len(wanted), BATCH):
                await self._serve(wanted[start : start + BATCH])
            at = bisect_right(due, page[-1].position) if page else len(due)
        for position in due:
            if position in self._due:
                self._due[position] = now + RETRY_SECONDS
        return before - len(self._open)

    def _take_up(self, position: int) -> None:
        self._open.add(position)
        self._due[position] = 0.0

    async def _reopen(self) -> None:
        """Take up again what was settled and is not signed as far as the service knows."""
        for partner in sorted({duty.partner for duty in self._duties.values()}):
            after = 0
            while after < self._next:
                page = await self._list(f"after={after}&partner={partner}", after)
                positions = {each.position for each in page}
                for position in (positions & self._logged.keys()) - self._open:
                    self._take_up(position)
                after = max(positions, default=self._next)

    async def _list(self, query: str, after: int) -> list[LoggedRequest]:
        raw = await self._client.fetch(f"{self._url}/api/issuing?{query}", MAX_LISTING)
        try:
            page: list[LoggedRequest] = decode(list[LoggedRequest], raw, MAX_LISTING)
        except WireError as error:
            raise RemoteError("issuing-form", f"expected a list of logged requests: {error.reason}") from None
        positions = [each.position for each in page]
        if len(page) > MOST or positions != sorted(set(positions)) or (page and positions[0] <= after):
            raise RemoteError(
                "issuing-order", f"expected at most {MOST} requests after {after}, in their order"
            )
        return page

    async def _serve(self, offered: Sequence[LoggedRequest]) -> None:
        signed = await asyncio.to_thread(self._sign, offered)
        reach("shares-signed")
        for partner, signatures in signed.items():
            if await self._is_taken(partner, signatures):
                continue
            for each in signatures:  # One that the service refuses must not hold up the others.
                if not await self._is_taken(partner, [each]):
                    _log.warning("share-not-taken", position=each.position)

    def _sign(self, offered: Sequence[LoggedRequest]) -> Mapping[str, list[BlindSignature]]:
        signed: dict[str, list[BlindSignature]] = {}
        for each in offered:
            logged = self._logged[each.position]
            duty = self._duties[logged.style]
            try:
                signature = sign_logged(duty, logged, each, self._random)
            except (RefusedDutyError, ShareError) as error:
                _log.warning("share-refused", position=each.position, reason=error.reason)
                continue
            signed.setdefault(duty.partner, []).append(
                BlindSignature(position=each.position, signature=signature)
            )
        return signed

    async def _is_taken(self, partner: str, signatures: list[BlindSignature]) -> bool:
        """Post signatures and say whether the service took them; RemoteError if it could not judge."""
        content = encode(BlindSignatures(partner=partner, signatures=signatures))
        try:
            await self._client.post(f"{self._url}/api/blind-signatures", content)
        except RemoteError as error:
            if error.status in REFUSING:
                return False
            raise
        reach("shares-posted")
        for each in signatures:
            self._open.discard(each.position)
            self._due.pop(each.position, None)
        self.signed += len(signatures)
        return True
