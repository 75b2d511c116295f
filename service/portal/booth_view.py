"""What the booth's pages are told of the election on the board. Pure."""

from collections.abc import Sequence
from typing import Literal

from ballots.board import Phase
from service.booth_page import Told, address_in
from service.portal.follow import Snapshot
from tally.texts.languages import Language

CHECK = "/check"


def tell_booth(language: Language, snapshot: Snapshot, checks: Sequence[str], now: float) -> Told:
    """Return what the script is told; `checks` are addresses of partners where a second device checks."""
    return Told(
        manifest=snapshot.election.manifest_hash.hex() if snapshot.election else "",
        open=_say_open(snapshot, now),
        check=address_in(checks[0] if checks else CHECK, language),
        now=round(now),
    )


def _say_open(snapshot: Snapshot, now: float) -> Literal["before", "now", "after"]:
    """Say whether a ballot would be taken in: what the page says at once, and the service decides."""
    if snapshot.phase in (Phase.SETUP, Phase.ROLL, Phase.SEALED):
        return "before"
    is_open = snapshot.phase in (Phase.VOTING, Phase.RELEASING)
    in_time = snapshot.election is not None and now < snapshot.election.deadline
    return "now" if is_open and in_time else "after"
