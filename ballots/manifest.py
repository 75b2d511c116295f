"""The records that decide an election: styles, contests and the manifest whose hash is the anchor.

Whether they fit together is decided in election.py. Format: PROTOCOL.md section 4.
"""

from typing import Annotated, Literal

import msgspec

from ballots.signing import Signed, Two
from ballots.wire import MAX_INT, Cents, Count, H, Hash, Id, Key, Record, Rsa, Title


class Approval(Record, tag_field="method", tag="approval"):
    """Choose from `minimum` to `maximum` projects."""

    maximum: Count
    minimum: Count


class Knapsack(Record, tag_field="method", tag="knapsack"):
    """Choose projects that together cost at most the contest's money."""


class Points(Record, tag_field="method", tag="points"):
    """Divide at most `total` points, from 1 to `maximum` for a project."""

    maximum: Count
    total: Count


class Ranking(Record, tag_field="method", tag="ranking"):
    """Put from `minimum` to `maximum` projects in order, the best first."""

    maximum: Count
    minimum: Count


Method = Approval | Knapsack | Points | Ranking


class StyleContest(Record):
    """A contest that a style votes in, and how."""

    contest: Id
    method: Method


class Issuer(Record):
    """A partner that signs shares of a style, and its RSA modulus (384 bytes big-endian; e = 65537)."""

    key: Rsa
    partner: Id


class Style(Record, tag_field="kind", tag="style"):
    """Area(s) x class: its contests with their ballot rules, its pad length and its issuers."""

    areas: list[Id]
    contests: list[StyleContest]
    id: Id
    issuers: list[Issuer]
    pad: Count
    title: Title
    voters: Literal["adult", "youth"]


class BallotProject(Record):
    """A project on the ballot; `text` and `picture` name files by their SHA-256, `pots` may pay for it."""

    cost: Cents
    id: Id
    picture: Hash
    pots: list[Id]
    text: Hash
    title: Title


class Funder(Record):
    """Who pays `weight` parts of a pot."""

    id: Id
    title: Title
    weight: Count


class Pot(Record):
    """Money of one funder mix. `right`: residents decide, decide within the label, or give advice."""

    cents: Cents
    funders: list[Funder]
    id: Id
    label: Annotated[str, msgspec.Meta(max_length=200)]
    right: Literal["decide", "labelled", "advice"]
    title: Title


Take = Literal["skip", "take"]


class Greedy(Record, tag_field="name", tag="greedy"):
    """Greedy by votes, or votes for each euro; `minimum_share` is in hundredths of a percent of ballots."""

    minimum_share: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    minimum_votes: Count
    misfits: Literal["skip", "stop"]
    order: Literal["votes", "votes-per-cost"]
    zero_cost: Take
    zero_votes: Take


class EqualShares(Record, tag_field="name", tag="equal-shares"):
    """The Method of Equal Shares with everything about it that changes winners; `increment` in cents."""

    comparison: Literal["none", "satisfaction", "cost-satisfaction", "exclusion"]
    completion: Literal["none", "greedy", "add1", "add1-greedy"]
    increment: Annotated[int, msgspec.Meta(ge=1, le=MAX_INT)]
    start: Literal["exact", "whole"]
    stop: Literal["exhaustive", "overspend"]
    utility: Literal["cost", "points"]
    zero_cost: Take
    zero_votes: Take


class Phragmen(Record, tag_field="name", tag="phragmen-sequential"):
    """Sequential Phragmen, for approvals."""

    zero_cost: Take
    zero_votes: Take


Rule = Greedy | EqualShares | Phragmen


class Need(Record):
    """`project` wins only after the project `needs`."""

    needs: Id
    project: Id


class Contest(Record, tag_field="kind", tag="contest"):
    """Projects, pots and the count rule; its styles are counted together or each apart.

    Of each of the `alternatives` at most one project wins.
    """

    alternatives: list[list[Id]]
    counted: Literal["together", "apart"]
    id: Id
    needs: list[Need]
    pots: list[Pot]
    projects: list[BallotProject]
    rule: Rule
    styles: list[Id]
    title: Title


class Area(Record):
    """A neighbourhood as its residents draw it."""

    id: Id
    title: Title


class Partner(Record):
    """An organisation with duties: witness (Ed25519 key) and trustee (X25519 key)."""

    id: Id
    title: Title
    trustee: Key
    witness: Key


class Official(Record):
    """Somebody who signs phase changes, and their Ed25519 key."""

    id: Id
    key: Key
    title: Title


class Thresholds(Record):
    """How many trustees open (k), how many witnesses make a checkpoint good (w), how many may lie (f)."""

    faults: Count
    trustees: Count
    witnesses: Count


class StyleLimits(Record):
    """What the manifest says of a style: smallest roll, smallest release, walk-in allowance."""

    release_minimum: Count
    roll_minimum: Count
    style: Id
    walk_ins: Count


class Manifest(Signed, tag_field="kind", tag="manifest"):
    """Everything that decides the result. Its hash is the trust anchor."""

    areas: list[Area]
    ladder: Literal["inform", "consult", "advise", "coproduce", "co-decide"]
    limits: list[StyleLimits]
    officials: list[Official]
    operator: Key
    origin: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[a-z0-9.:/_-]+\Z")]
    partners: list[Partner]
    registrar: Key
    releases: list[Count]
    setup: list[Hash]
    signatures: Two
    thresholds: Thresholds
    ties: Literal["cost-votes-lot"]
    title: Title
    version: Literal[1]


def manifest_hash(raw: bytes) -> Hash:
    """Return the trust anchor: H("manifest", entry bytes)."""
    return H("manifest", raw)
