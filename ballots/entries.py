"""The records that stand on the board after the manifest, one type a kind; what each may say.

Who may say it, and when, is decided in board.py. Format: PROTOCOL.md section 5.
"""

from typing import Annotated

import msgspec

from ballots.manifest import Contest, Manifest, Style
from ballots.signing import Signed, Two
from ballots.wire import MAX_ENTRY, Box, Bytes, Count, Hash, Id, Key, Record, Rsa, Signature, decode, skim


class Credential(Record):
    """A line of the roll: the public key behind a code, and its style."""

    key: Key
    style: Id


MAX_PAGE = 400
"""The most credentials on one page of the roll."""


class Roll(Signed, tag_field="kind", tag="roll"):
    """A page of the roll, numbered from 1; its order is random."""

    SIGNATURE_MEMBERS = ("signature",)
    credentials: Annotated[list[Credential], msgspec.Meta(min_length=1, max_length=MAX_PAGE)]
    page: Count
    signature: Signature


class StyleSize(Record):
    """How many credentials a style has, and how many people live there who may vote in it."""

    population: Count
    size: Count
    style: Id


class Seal(Signed, tag_field="kind", tag="seal"):
    """Ends the roll."""

    SIGNATURE_MEMBERS = ("registrar", "signatures")
    registrar: Signature
    root: Hash
    signatures: Two
    styles: list[StyleSize]


class Rehearsal(Record):
    """A partner's word that its node opened a box of this election. See sealing.py for `seed`."""

    partner: Id
    seed: Hash
    signature: Signature


class Start(Signed, tag_field="kind", tag="start"):
    """Opens the voting."""

    bundle: Hash
    rehearsals: list[Rehearsal]
    root: Hash
    signatures: Two
    size: Count


# --- voting ---------------------------------------------------------------------------------------


class Bundle(Signed, tag_field="kind", tag="bundle"):
    """The booth's script has changed, numbered from 1, with the reason."""

    hash: Hash
    number: Count
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    signatures: Two


class Replace(Signed, tag_field="kind", tag="replace"):
    """A credential in place of a revoked one (`revokes` holds it), or a walk-in (`revokes` is empty)."""

    SIGNATURE_MEMBERS = ("registrar", "signatures")
    adds: Key
    registrar: Signature
    revokes: Annotated[list[Key], msgspec.Meta(max_length=1)]
    signatures: Two
    style: Id


class Request(Signed, tag_field="kind", tag="request"):
    """A credential asks for its share, once ever; `blinded` has one hash an issuer, in the style's order."""

    SIGNATURE_MEMBERS = ("signature",)
    blinded: list[Hash]
    credential: Key
    signature: Signature
    style: Id


class Release(Record, tag_field="kind", tag="release"):
    """The next `count` entries are the ballots of a style that waited at time `number` (from 1)."""

    count: Count
    number: Count
    style: Id


class Ballot(Signed, tag_field="kind", tag="ballot"):
    """A sealed ballot."""

    SIGNATURE_MEMBERS = ("signature",)
    body: Bytes
    boxes: list[Box]
    previous: Hash
    revision: Annotated[int, msgspec.Meta(ge=1, le=9)]
    share: list[Rsa]
    signature: Signature
    style: Id
    voting_key: Key


class StyleCounts(Record):
    """How many requests, ballot entries and different voting keys a style has at closing."""

    ballots: Count
    requests: Count
    style: Id
    voters: Count


class Close(Signed, tag_field="kind", tag="close"):
    """Ends the voting."""

    counts: list[StyleCounts]
    root: Hash
    signatures: Two
    size: Count


# --- opening and count ----------------------------------------------------------------------------


class TrusteeKey(Signed, tag_field="kind", tag="trustee-key"):
    """A trustee's private X25519 key, signed by that partner's witness key."""

    SIGNATURE_MEMBERS = ("signature",)
    key: Key
    partner: Id
    signature: Signature


class ContestWinners(Record):
    """The winners of a contest in the order in which they were chosen."""

    contest: Id
    winners: list[Id]


class Tally(Record, tag_field="kind", tag="tally"):
    """The count's result; `outcome` names the outcome file."""

    contests: list[ContestWinners]
    counted: Count
    invalid: Count
    outcome: Hash
    superseded: Count


class Report(Record):
    """An official's own audit report, by its hash."""

    hash: Hash
    official: Id


class Certify(Signed, tag_field="kind", tag="certify"):
    """Two officials have audited and vouch for the tally."""

    reports: Annotated[list[Report], msgspec.Meta(min_length=2, max_length=2)]
    root: Hash
    signatures: Two
    size: Count
    tally: Hash


Entry = (
    Style | Contest | Manifest | Roll | Seal | Start | Bundle | Replace | Request | Release | Ballot | Close
    | TrusteeKey | Tally | Certify
)  # fmt: skip


# --- parts of entries that were parsed before ---------------------------------------------------------


class BallotHead(Record, forbid_unknown_fields=False, tag_field="kind", tag="ballot"):
    """What the board looks at in a ballot that has been verified."""

    previous: Hash
    revision: int
    style: Id
    voting_key: Key


class RequestHead(Record, forbid_unknown_fields=False, tag_field="kind", tag="request"):
    """What the board looks at in a request that has been verified."""

    credential: Key
    style: Id


class SealedBallot(BallotHead, forbid_unknown_fields=False, tag_field="kind", tag="ballot"):
    """What opening needs of a ballot that has been verified."""

    body: Bytes
    boxes: list[Box]


Placeable = (
    Style | Contest | Manifest | Roll | Seal | Start | Bundle | Replace | RequestHead | Release | BallotHead
    | Close | TrusteeKey | Tally | Certify
)  # fmt: skip
"""An entry, or the part of it that the board looks at."""


def skim_entry(raw: bytes) -> Placeable:
    """Return what the board looks at in an entry that `parse_entry` has accepted already."""
    entry: Placeable = skim(Placeable, raw)
    return entry


def skim_ballot(raw: bytes) -> SealedBallot:
    """Return what opening needs of a ballot that `parse_entry` has accepted already."""
    ballot: SealedBallot = skim(SealedBallot, raw)
    return ballot


def parse_entry(raw: bytes) -> Entry:
    """Return the entry that `raw` spells; WireError otherwise."""
    entry: Entry = decode(Entry, raw, MAX_ENTRY)
    return entry
