"""From a plan and everybody's public keys to the entries that set an election up.

Pure. Promise: what is returned has passed the board's own checks, signatures too. Limit: who the partners
and officials are is decided by people. Format: PROTOCOL.md section 4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from admin.drafts import changed
from admin.elections.errors import ConductError
from ballots.board import Board
from ballots.choices import longest_choices
from ballots.election import MAX_PAD, Election
from ballots.errors import ProtocolError
from ballots.manifest import (
    Area,
    Contest,
    Issuer,
    Manifest,
    Official,
    Partner,
    Style,
    StyleContest,
    StyleLimits,
    Thresholds,
)
from ballots.merkle import leaf_hash
from ballots.signing import OfficialSignature
from ballots.wire import MAX_ENTRY, Count, Hash, Id, Key, Record, Rsa, Title, content_hash, encode

PAD_STEP = 64
"""Pads are rounded up to a multiple of this."""


class StylePlan(Record):
    """A style without keys: its areas, its contests, and which partners sign its shares."""

    areas: list[Id]
    contests: list[StyleContest]
    id: Id
    issuers: list[Id]
    release_minimum: Count
    roll_minimum: Count
    title: Title
    voters: Literal["adult", "youth"]
    walk_ins: Count


class Plan(Record):
    """What an area decides on, before anybody has made a key. `files` are texts and pictures by hash."""

    areas: list[Area]
    contests: list[Contest]
    files: dict[bytes, bytes]
    ladder: Literal["inform", "consult", "advise", "coproduce", "co-decide"]
    styles: list[StylePlan]
    thresholds: Thresholds
    title: Title


class PartnerKeys(Record):
    """The public keys that a partner's node has made; issuer keys by style."""

    issuers: dict[str, Rsa]
    partner: Partner


class Parties(Record):
    """Everybody's public keys."""

    officials: list[Official]
    operator: Key
    partners: list[PartnerKeys]
    registrar: Key


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """A set-up that the board takes: its entries in order, the last of them the manifest."""

    election: Election
    entries: list[bytes]
    files: dict[bytes, bytes]


SignManifest = Callable[[Manifest, Sequence[bytes]], list[OfficialSignature]]
"""How officials sign: the manifest without signatures, and the entries of styles and contests before it."""


def set_up(plan: Plan, parties: Parties, origin: str, releases: Sequence[int], sign: SignManifest) -> SetUp:
    """Return the whole set-up, signed; ConductError if the board would refuse it.

    `releases` are times in seconds since 1970. `sign` is called once, with all that is to be signed.
    """
    _check_files(plan)
    entries = [encode(_make_style(style, plan, parties)) for style in plan.styles]
    entries += [encode(contest) for contest in plan.contests]
    for raw in entries:
        if len(raw) > MAX_ENTRY:
            raise ConductError(
                f"a contest or style takes {len(raw)} bytes, an entry holds {MAX_ENTRY}: "
                "use fewer projects a contest, or shorter titles"
            )
    unsigned = _make_manifest(plan, parties, origin, releases, entries)
    entries.append(encode(changed(unsigned, signatures=sign(unsigned, entries))))
    return SetUp(election=check_set_up(entries, origin), entries=entries, files=dict(plan.files))


def check_set_up(entries: Sequence[bytes], origin: str) -> Election:
    """Return the election that set-up entries lead to; ConductError if the board would refuse one."""
    board = Board(origin)
    for number, raw in enumerate(entries):
        try:
            board.append(raw)
        except ProtocolError as error:
            raise ConductError(f"entry {number} of the set-up is refused ({error.reason}): {error}") from None
    if board.election is None:
        raise ConductError("expected a manifest at the end of the set-up")
    return board.election


def _check_files(plan: Plan) -> None:
    """Raise ConductError unless every text and picture is there, under its own hash."""
    named = {
        name
        for contest in plan.contests
        for project in contest.projects
        for name in (project.text, project.picture)
    }
    if named != plan.files.keys() or any(content_hash(raw) != name for name, raw in plan.files.items()):
        raise ConductError("expected the text and the picture of every project, and no other files")


def _make_style(style: StylePlan, plan: Plan, parties: Parties) -> Style:
    contests = {contest.id: contest for contest in plan.contests}
    keys = {each.partner.id: each.issuers for each in parties.partners}
    try:
        pairs = [(each, contests[each.contest]) for each in style.contests]
        issuers = [Issuer(key=keys[partner][style.id], partner=partner) for partner in style.issuers]
    except KeyError as error:
        raise ConductError(f"style {style.id} names {error}, which is not there") from None
    return Style(
        areas=style.areas,
        contests=style.contests,
        id=style.id,
        issuers=issuers,
        pad=_pad(longest_choices(pairs), style.id),
        title=style.title,
        voters=style.voters,
    )


def _pad(longest: int, style: str) -> int:
    """Return the pad for choices of at most `longest` bytes."""
    pad = (longest // PAD_STEP + 1) * PAD_STEP
    if pad > MAX_PAD:
        raise ConductError(f"choices of style {style} can take {longest} bytes; a ballot holds {MAX_PAD}")
    return pad


def _make_manifest(
    plan: Plan, parties: Parties, origin: str, releases: Sequence[int], entries: Sequence[bytes]
) -> Manifest:
    return Manifest(
        areas=plan.areas,
        ladder=plan.ladder,
        limits=[
            StyleLimits(
                release_minimum=style.release_minimum,
                roll_minimum=style.roll_minimum,
                style=style.id,
                walk_ins=style.walk_ins,
            )
            for style in plan.styles
        ],
        officials=parties.officials,
        operator=parties.operator,
        origin=origin,
        partners=[each.partner for each in parties.partners],
        registrar=parties.registrar,
        releases=list(releases),
        setup=[Hash(leaf_hash(raw)) for raw in entries],
        signatures=[],
        thresholds=plan.thresholds,
        ties="cost-votes-lot",
        title=plan.title,
        version=1,
    )
