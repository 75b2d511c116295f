"""A made-up election in memory: all its keys, every entry, and a record to write to disk.

`make_world(until=Phase.X)` plays an election up to a phase; the methods of `World` play on from there, one
step each. Everything follows from `seed`, so two worlds with the same options are equal to the byte.

    world = make_world(until=Phase.VOTING)      # roll and start stand on the board
    share = world.get_share(0)                  # resident 0 asks and gets a share (entry `request`)
    world.cast(share, world.some_choices("adult", 0))    # into the urn; cast again for a second revision
    world.release(1)                            # `release` and its ballots, for every style that may
    world.close(); world.open(); world.count(); world.certify()
    world.write_record(folder)                  # checkpoint, tile/, files/

`world.board` is the Board, `world.election` the Election, `world.entries` the raw entries, `world.files` the
files by hash, `world.keys` all private keys, `world.residents` who may vote, with credential seeds,
`world.urn` the waiting ballots.
"""

import functools
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots import entries as e
from ballots import manifest as m
from ballots.board import Phase
from ballots.checkpoint import Checkpoint, add_cosignatures, cosign, format_checkpoint, sign_checkpoint
from ballots.choices import Choices, ContestChoices
from ballots.merkle import leaf_hash, root_of
from ballots.note import format_signature_lines
from ballots.points import ed25519_public
from ballots.sealing import FIRST, answer_rehearsal, rehearsal_box
from ballots.shares import blind_sign
from ballots.voter import Asking, Share, ask_share, finish_share, vote
from ballots.wire import Hash, Key, content_hash, encode
from tally.opening import open_ballot
from tally.outcome import BallotCount, Outcome, format_outcome, tally_entry
from tests.materials import (
    NO_SIGNATURE,
    ORIGIN,
    PROJECTS,
    RELEASES,
    Draw,
    Keys,
    Options,
    Resident,
    changed,
    hash_reader,
    issuer_keys,
    sorted_ballots,
    write_record,
)
from tests.town import Town

__all__ = [
    "NO_SIGNATURE",
    "ORIGIN",
    "PROJECTS",
    "RELEASES",
    "Draw",
    "Keys",
    "Options",
    "Resident",
    "World",
    "changed",
    "hash_reader",
    "issuer_keys",
    "make_world",
    "sorted_ballots",
    "write_record",
]


class World(Town):
    """An election under way. A step that the board refuses raises and changes nothing."""

    # --- phases ---

    def set_up(self) -> None:
        """Styles, contest, manifest."""
        for style in self.options.residents:
            self.append(self.make_style(style))
        self.append(self.make_contest())
        self.append(self.make_manifest())

    def make_roll_page(self, page: int, residents: Sequence[Resident]) -> e.Roll:
        """Return a signed page of the roll."""
        lines = [e.Credential(key=Key(each.credential), style=each.style) for each in residents]
        roll = e.Roll(credentials=lines, page=page, signature=NO_SIGNATURE)
        return changed(roll, signature=self.sign(self.keys.registrar, roll))

    def enrol(self) -> None:
        """All pages of the roll."""
        size = self.options.page
        for page, start in enumerate(range(0, len(self.residents), size), 1):
            self.append(self.make_roll_page(page, self.residents[start : start + size]))

    def make_seal(self) -> e.Seal:
        """Return the seal of the roll that stands."""
        pages = [leaf_hash(raw) for raw in self.entries if b'"kind":"roll"' in raw]
        styles = [
            e.StyleSize(
                population=2 * self.board.credentials.sizes[style],
                size=self.board.credentials.sizes[style],
                style=style,
            )
            for style in self.options.residents
        ]
        seal = e.Seal(registrar=NO_SIGNATURE, root=Hash(root_of(pages)), signatures=[], styles=styles)
        return changed(self.by_officials(seal), registrar=self.sign(self.keys.registrar, seal))

    def make_start(self) -> e.Start:
        """Return the start entry, with a rehearsal of every partner."""
        rehearsals = []
        for partner, witness in self.keys.witnesses.items():
            seed = self.draw(32)
            box, _ = rehearsal_box(self.election, partner, seed)
            answer = answer_rehearsal(self.election, partner, self.keys.trustees[partner], witness, box)
            rehearsals.append(e.Rehearsal(partner=partner, seed=Hash(seed), signature=answer.signature))
        return self.by_officials(
            e.Start(
                bundle=content_hash(b"script"),
                rehearsals=rehearsals,
                root=Hash(self.board.root()),
                signatures=[],
                size=self.board.size,
            )
        )

    def start(self) -> None:
        """Seal the roll and open the voting."""
        self.append(self.make_seal())
        self.append(self.make_start())

    def ask(self, resident: int) -> Asking:
        """Return a resident's request, not yet on the board."""
        who = self.residents[resident]
        return ask_share(self.election, who.style, who.credential_seed, self.draw)

    def sign_blinded(self, asking: Asking) -> list[bytes]:
        """Return the issuers' blind signatures for a request."""
        keys = [key for (style, _), key in self.keys.issuers.items() if style == asking.style]
        return [
            blind_sign(key, blinded, self.draw)
            for key, blinded in zip(keys, asking.request.blinded, strict=True)
        ]

    def get_share(self, resident: int) -> Share:
        """Put a resident's request on the board and return their share."""
        asking = self.ask(resident)
        self.append(asking.request.request)
        return finish_share(self.election, asking, self.sign_blinded(asking))

    def some_choices(self, style: str, number: int) -> Choices:
        """Return choices that keep the style's rules and differ with `number`."""
        contest = self.election.contests["wijkbudget"]
        method = self.election.styles[style].contests[0].method
        order = [project.id for project in contest.projects]
        turned = order[number % len(order) :] + order[: number % len(order)]
        points: list[int] = []
        match method:
            case m.Ranking(maximum=maximum):
                chosen = turned[:maximum]
            case m.Points(maximum=maximum, total=total):
                chosen = sorted(turned[: min(2, total)], key=order.index)
                points = [1] * len(chosen)
            case m.Knapsack():
                chosen = sorted(turned[:1], key=order.index)
            case m.Approval(maximum=maximum):
                chosen = sorted(turned[:maximum], key=order.index)
        return Choices(
            contests=[ContestChoices(contest="wijkbudget", points=points, projects=chosen)],
            mark=[number % 64, (number + 7) % 64],
        )

    def cast(self, share: Share, choices: Choices) -> e.Ballot:
        """Put a ballot in the urn; another one with the same share is its next revision."""
        key = ed25519_public(share.voting_seed)
        earlier = [ballot for ballot in self.urn if ballot.voting_key == key]
        on_board = self.board.voters.find(key)
        revision, previous = (on_board[1], on_board[2]) if on_board else (0, FIRST)
        if earlier:
            revision, previous = earlier[-1].revision, leaf_hash(encode(earlier[-1]))
        ballot = vote(self.election, share, choices, self.draw, revision + 1, previous)
        self.urn.append(ballot)
        return ballot

    def release(self, number: int) -> None:
        """Release what waits, style by style, as the sequencer does at release time `number`."""
        last = number == len(self.options.releases)
        for style in self.options.residents:
            waiting = [ballot for ballot in self.urn if ballot.style == style]
            enough = len({ballot.voting_key for ballot in waiting}) >= self.options.release_minimum
            if waiting and (last or enough):
                self.release_ballots(number, style, waiting)

    def release_ballots(self, number: int, style: str, waiting: Sequence[e.Ballot]) -> None:
        """Release exactly these ballots, sorted."""
        self.append(e.Release(count=len(waiting), number=number, style=style))
        for raw in sorted_ballots(waiting):
            self.append(raw)
        self.urn = [ballot for ballot in self.urn if ballot not in waiting]

    def vote_all(self, turnout: int | None = None) -> None:
        """Let residents get their share and vote, every third one twice; then the last release."""
        for number, resident in enumerate(self.residents[:turnout]):
            share = self.get_share(number)
            self.cast(share, self.some_choices(resident.style, number))
            if number % 3 == 0:
                self.cast(share, self.some_choices(resident.style, number + 1))
        self.release(len(self.options.releases))

    def make_close(self) -> e.Close:
        """Return the close entry."""
        return self.by_officials(
            e.Close(
                counts=self.board.counts(), root=Hash(self.board.root()), signatures=[], size=self.board.size
            )
        )

    def close(self) -> None:
        """End the voting."""
        self.append(self.make_close())

    def make_trustee_key(self, partner: str) -> e.TrusteeKey:
        """Return the entry that publishes a trustee's key."""
        entry = e.TrusteeKey(key=Key(self.keys.trustees[partner]), partner=partner, signature=NO_SIGNATURE)
        return changed(entry, signature=self.sign(self.keys.witnesses[partner], entry))

    def open(self, partners: Sequence[str] | None = None) -> None:
        """Publish the keys of k trustees, the last ones unless others are named."""
        for partner in partners or list(self.keys.trustees)[-self.options.trustees :]:
            self.append(self.make_trustee_key(partner))

    def count_ballots(self) -> Outcome:
        """Return the outcome of the ballots on the board."""
        last = self.board.voters.last_hashes()
        counting, superseded = BallotCount(self.election), 0
        for raw in self.entries:
            entry = e.parse_entry(raw)
            if isinstance(entry, e.Ballot) and leaf_hash(raw) in last:
                counting.add(open_ballot(self.election, entry, Hash(leaf_hash(raw)), self.board.trustee_keys))
            superseded += isinstance(entry, e.Ballot) and leaf_hash(raw) not in last
        return counting.finish(superseded)

    def count(self) -> None:
        """Count, publish the outcome file and put the tally on the board."""
        self.outcome = self.count_ballots()
        self.add_file(format_outcome(self.outcome))
        self.append(tally_entry(self.outcome))

    def certify(self, make_report: Callable[[str], bytes]) -> None:
        """Put `certify` on the board; `make_report` gives an official's audit report of it."""
        reports = [
            e.Report(hash=self.add_file(make_report(official)), official=official)
            for official in self.keys.officials
        ]
        tally = next(Hash(leaf_hash(raw)) for raw in self.entries if b'"kind":"tally"' in raw)
        self.append(
            self.by_officials(
                e.Certify(
                    reports=reports,
                    root=Hash(self.board.root()),
                    signatures=[],
                    size=self.board.size,
                    tally=tally,
                )
            )
        )

    # --- the record ---

    def checkpoint(self, time: int = RELEASES[-1], witnesses: Sequence[str] | None = None) -> bytes:
        """Return the witnessed checkpoint of the entries as they are."""
        head = Checkpoint(
            origin=self.options.origin, root=root_of(map(leaf_hash, self.entries)), size=len(self.entries)
        )
        return self.sign_head(head, time, witnesses)

    def sign_head(
        self, head: Checkpoint, time: int = RELEASES[-1], witnesses: Sequence[str] | None = None
    ) -> bytes:
        """Return a checkpoint signed by the operator and cosigned by partners, all unless some are named."""
        operator = Ed25519PrivateKey.from_private_bytes(self.keys.operator)
        note = sign_checkpoint(head, self.options.origin, operator)
        text = format_checkpoint(head)
        vkeys = self.election.witness_vkeys
        for who in self.keys.witnesses if witnesses is None else witnesses:
            witness = Ed25519PrivateKey.from_private_bytes(self.keys.witnesses[who])
            line = cosign(text, f"{self.options.origin}/{who}", witness, time)
            note = add_cosignatures(note, format_signature_lines([line]).encode(), vkeys)
        return note

    def write_record(self, folder: Path) -> None:
        """Write `checkpoint`, `tile/...` and `files/...` as a web server would serve them."""
        write_record(folder, self.entries, self.files, self.checkpoint())


def make_world(until: Phase = Phase.COUNTED, **options: object) -> World:
    """Return a world in which everything up to phase `until` has happened (not `certified`: see `certify`).

    Options are those of `Options`. In VOTING nobody has asked yet. Each call gives a world of its own.
    """
    world: World = pickle.loads(_played(until, pickle.dumps(Options(**options))))
    return world


@functools.lru_cache(maxsize=256)
def _played(until: Phase, options: bytes) -> bytes:
    """Return a pickled world: playing an election takes a hundred times as long as reading it again."""
    world = World(pickle.loads(options))
    steps: list[tuple[Phase, Callable[[], object]]] = [
        (Phase.ROLL, world.set_up),
        (Phase.SEALED, world.enrol),
        (Phase.SEALED, lambda: world.append(world.make_seal())),
        (Phase.VOTING, lambda: world.append(world.make_start())),
        (Phase.CLOSED, world.vote_all),
        (Phase.CLOSED, world.close),
        (Phase.OPENED, world.open),
        (Phase.COUNTED, world.count),
    ]
    order = list(Phase)
    for phase, step in steps:
        if order.index(phase) <= order.index(until):
            step()
    return pickle.dumps(world)
