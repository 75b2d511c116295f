"""The town of the made-up elections: its keys, who signs what, and the entries of its set-up."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ballots import entries as e
from ballots import manifest as m
from ballots.board import Board, Placed
from ballots.election import Election
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public, sign_ed25519
from ballots.signing import OfficialSignature, Signed, signed_message
from ballots.wire import Hash, Key, Rsa, Signature, content_hash, encode
from tally.outcome import Outcome
from tests.materials import (
    Draw,
    Keys,
    Options,
    Resident,
    T,
    changed,
    issuer_keys,
)


class Town:
    """Everything about an election that does not depend on its course; tests/simulator.py plays it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.draw = Draw(options.seed)
        self.board = Board(options.origin)
        self.entries: list[bytes] = []
        self.files: dict[bytes, bytes] = {}
        self.keys = self._make_keys()
        self.residents = [
            Resident(credential_seed=self.draw(32), style=style)
            for style, count in options.residents.items()
            for _ in range(count)
        ]
        self.urn: list[e.Ballot] = []
        self.outcome: Outcome | None = None

    @property
    def election(self) -> Election:
        """The election, once its manifest stands."""
        return self.board.resolved

    def _make_keys(self) -> Keys:
        partners = [f"partner-{number}" for number in range(1, self.options.partners + 1)]
        spare = iter(issuer_keys())
        return Keys(
            operator=self.draw(32),
            registrar=self.draw(32),
            officials={"anna": self.draw(32), "bert": self.draw(32)},
            witnesses={partner: self.draw(32) for partner in partners},
            trustees={partner: self.draw(32) for partner in partners},
            issuers={
                (style, partner): next(spare) for style in self.options.residents for partner in partners[:2]
            },
        )

    # --- entries and signatures ---

    def append(self, entry: e.Entry | bytes) -> Placed:
        """Put an entry on the board."""
        raw = entry if isinstance(entry, bytes) else encode(entry)
        placed = self.board.append(raw)
        self.entries.append(raw)
        return placed

    def message(self, record: Signed) -> bytes:
        """Return what a signature over a record signs (for the manifest, without a manifest hash)."""
        return signed_message(record, b"" if isinstance(record, m.Manifest) else self.election.manifest_hash)

    def sign(self, key: bytes, record: Signed) -> Signature:
        """Return the signature of a seed over a record."""
        return Signature(sign_ed25519(key, self.message(record)))

    def by_officials(self, record: T) -> T:
        """Return the record with both officials' signatures."""
        signatures = [
            OfficialSignature(official=who, signature=self.sign(key, record))
            for who, key in self.keys.officials.items()
        ]
        return changed(record, signatures=signatures)

    def add_file(self, raw: bytes) -> Hash:
        """Keep a file that an entry names, and return its name."""
        self.files[content_hash(raw)] = raw
        return content_hash(raw)

    def make_style(self, style: str) -> m.Style:
        """Return the entry of a style."""
        issuers = [
            m.Issuer(key=Rsa(key.public.modulus.to_bytes(384, "big")), partner=partner)
            for (of, partner), key in self.keys.issuers.items()
            if of == style
        ]
        return m.Style(
            areas=["kerkwijk"],
            contests=[m.StyleContest(contest="wijkbudget", method=self.options.methods[style])],
            id=style,
            issuers=issuers,
            pad=self.options.pad,
            title=f"Kerkwijk, {style}",
            voters="youth" if style == "youth" else "adult",
        )

    def make_contest(self) -> m.Contest:
        """Return the entry of the one contest."""
        projects = [
            m.BallotProject(
                cost=cost,
                id=name,
                picture=self.add_file(
                    f'<svg xmlns="http://www.w3.org/2000/svg"><title>{name}</title></svg>'.encode()
                ),
                pots=["pot"],
                text=self.add_file(f"Wij willen: {name}.\n".encode()),
                title=name.capitalize(),
            )
            for name, cost in self.options.projects.items()
        ]
        funders = [
            m.Funder(id="gemeente", title="Gemeente", weight=70),
            m.Funder(id="corporaties", title="Woningcorporaties", weight=30),
        ]
        label = "Groen" if self.options.right == "labelled" else ""
        pot = m.Pot(
            cents=2_000_001,
            funders=funders,
            id="pot",
            label=label,
            right=self.options.right,
            title="Buurtpot",
        )
        return m.Contest(
            alternatives=[],
            counted="together",
            id="wijkbudget",
            needs=[],
            pots=[pot],
            projects=projects,
            rule=self.options.rule,
            styles=list(self.options.residents),
            title="Wijkbudget",
        )

    def make_manifest(self) -> m.Manifest:
        """Return the manifest for the set-up entries that stand, signed."""
        keys, options = self.keys, self.options
        partners = [
            m.Partner(
                id=partner,
                title=partner.capitalize(),
                trustee=Key(
                    X25519PrivateKey.from_private_bytes(keys.trustees[partner])
                    .public_key()
                    .public_bytes_raw()
                ),
                witness=Key(ed25519_public(keys.witnesses[partner])),
            )
            for partner in keys.witnesses
        ]
        limits = [
            m.StyleLimits(
                release_minimum=options.release_minimum,
                roll_minimum=options.roll_minimum,
                style=style,
                walk_ins=options.walk_ins,
            )
            for style in options.residents
        ]
        return self.by_officials(
            m.Manifest(
                areas=[m.Area(id="kerkwijk", title="Kerkwijk")],
                ladder="co-decide",
                limits=limits,
                officials=[
                    m.Official(id=who, key=Key(ed25519_public(key)), title=who.capitalize())
                    for who, key in keys.officials.items()
                ],
                operator=Key(ed25519_public(keys.operator)),
                origin=options.origin,
                partners=partners,
                registrar=Key(ed25519_public(keys.registrar)),
                releases=options.releases,
                setup=[Hash(leaf_hash(raw)) for raw in self.entries],
                signatures=[],
                thresholds=m.Thresholds(faults=1, trustees=options.trustees, witnesses=options.witnesses),
                ties="cost-votes-lot",
                title="Wijkbudget Kerkwijk",
                version=1,
            )
        )
