"""Open a sealed ballot with the published keys, and say why when it does not count.

Promise: the verdict is the same for any k trustees' keys. Format: PROTOCOL.md section 11.
"""

from collections.abc import Mapping

from ballots.choices import Choices, unpad_choices
from ballots.election import Election
from ballots.entries import Ballot, SealedBallot
from ballots.errors import ChoicesError, SealingError
from ballots.sealing import unseal
from ballots.wire import Hash, Record

SEALING = "sealing"


class Opened(Record):
    """A ballot's content, or the reason why it is invalid (`choices` has no member then).

    `seed` is 32 bytes, empty where the ballot did not reseal.
    """

    choices: tuple[Choices, ...]
    entry_hash: Hash
    reason: str
    seed: bytes
    style: str


def open_ballot(
    election: Election, ballot: Ballot | SealedBallot, entry_hash: Hash, keys: Mapping[int, bytes]
) -> Opened:
    """Return what is in a ballot; `keys` are trustees' private keys by number, k or more."""
    try:
        unsealed = unseal(election, ballot, keys)
    except SealingError:
        return Opened(choices=(), entry_hash=entry_hash, reason=SEALING, seed=b"", style=ballot.style)
    choices: tuple[Choices, ...] = ()
    reason = ""
    try:
        choices = (unpad_choices(unsealed.padded),)
        election.check_choices(choices[0], ballot.style)
    except ChoicesError as error:
        choices, reason = (), error.reason
    return Opened(
        choices=choices, entry_hash=entry_hash, reason=reason, seed=unsealed.seed, style=ballot.style
    )
