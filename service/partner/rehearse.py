"""Open one made-up box before the voting starts, so that everybody knows that this trustee's key works.

Promise: a ballot's box never opens here: a rehearsal's info string is of its own kind, and after `start`
nothing is opened at all. Format: PROTOCOL.md section 10.
"""

from ballots.board import Phase
from ballots.errors import ProtocolError
from ballots.sealing import RehearsalAnswer, answer_rehearsal
from ballots.wire import Box, Record, decode
from service.partner.errors import RefusedDutyError
from service.partner.follow import View
from service.partner.keys import NodeSecret
from service.partner.trustee import check_identity

MAX_REHEARSAL = 1024
"""The most bytes of a request."""
REHEARSING = frozenset({Phase.ROLL, Phase.SEALED})


class RehearsalRequest(Record):
    """What the officials send: the box, and not the seed behind it."""

    box: Box


def parse_rehearsal(raw: bytes) -> RehearsalRequest:
    """Return the request that `raw` spells. Errors: WireError."""
    request: RehearsalRequest = decode(RehearsalRequest, raw, MAX_REHEARSAL)
    return request


def rehearse(
    view: View | None, partner: str, secret: NodeSecret, request: RehearsalRequest
) -> RehearsalAnswer:
    """Return the signed answer to a rehearsal.

    Errors: RefusedDutyError `duty-waits` (no confirmed board with a manifest yet: ask again later),
    `duty-phase` (the voting has started), `duty-keys`, `duty-box` (not a box for this partner and election).
    """
    if view is None:
        raise RefusedDutyError("duty-waits", "expected a witnessed board with the pinned manifest first")
    if view.phase not in REHEARSING:
        raise RefusedDutyError("duty-phase", f"rehearsals end when the voting starts, and it is {view.phase}")
    check_identity(view.election, partner, secret)
    try:
        return answer_rehearsal(view.election, partner, secret.trustee, secret.witness, request.box)
    except ProtocolError:
        raise RefusedDutyError("duty-box", "expected a box made for this partner and this election") from None
