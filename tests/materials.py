"""What the made-up elections of the tests are made of: keys, residents, options, and a record's files."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ballots import entries as e
from ballots import manifest as m
from ballots.merkle import leaf_hash, node_hash
from ballots.points import ed25519_public
from ballots.shares import IssuerPrivateKey
from ballots.signing import Signed
from ballots.tiles import new_bundles, new_tiles
from ballots.wire import Signature, encode
from tests.count_rules import EQUAL_SHARES

T = TypeVar("T", bound=Signed)

ORIGIN = "wijk.example/board"
RELEASES = [1_900_000_000, 1_900_010_000, 1_900_020_000]
NO_SIGNATURE = Signature(bytes(64))
PROJECTS = {
    "plein": 800_000,
    "speeltuin": 500_000,
    "moestuin": 120_000,
    "bankjes": 40_000,
    "fietspad": 1_500_000,
}


def issuer_keys() -> list[IssuerPrivateKey]:
    """Return the made-up issuer keys of the tests, six of them."""
    stored = json.loads((Path(__file__).parent / "issuer_keys.json").read_text())["keys"]
    return [IssuerPrivateKey.from_primes(int(key["p"], 16), int(key["q"], 16)) for key in stored]


class Draw:
    """Random bytes that follow from a seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn = 0

    def __call__(self, length: int) -> bytes:
        """Return the next `length` bytes."""
        self._drawn += 1
        return hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "big")).digest(length)


@dataclass
class Keys:
    """All private keys; Ed25519 and X25519 as 32 bytes, by id."""

    operator: bytes
    registrar: bytes
    officials: dict[str, bytes]
    witnesses: dict[str, bytes]
    trustees: dict[str, bytes]
    issuers: dict[tuple[str, str], IssuerPrivateKey]
    """By (style, partner)."""


@dataclass
class Resident:
    """Somebody on the roll."""

    credential_seed: bytes
    style: str

    @property
    def credential(self) -> bytes:
        """The public key on the roll."""
        return ed25519_public(self.credential_seed)


@dataclass
class Options:
    """What may differ between worlds."""

    residents: dict[str, int] = field(default_factory=lambda: {"adult": 6, "youth": 4})
    partners: int = 6
    trustees: int = 4
    witnesses: int = 4
    origin: str = ORIGIN
    rule: m.Rule = EQUAL_SHARES
    methods: dict[str, m.Method] = field(
        default_factory=lambda: {
            "adult": m.Approval(minimum=0, maximum=3),
            "youth": m.Approval(minimum=0, maximum=3),
        }
    )
    releases: list[int] = field(default_factory=lambda: list(RELEASES))
    release_minimum: int = 2
    roll_minimum: int = 1
    walk_ins: int = 1
    right: str = "decide"
    pad: int = 512
    projects: dict[str, int] = field(default_factory=lambda: dict(PROJECTS))
    page: int = 4
    seed: str = "world"


def hash_reader(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Return a reader of the Merkle tree's complete nodes: (level, index) -> hash."""

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    return read


def write_record(
    folder: Path, entries: Sequence[bytes], files: dict[bytes, bytes], checkpoint: bytes
) -> None:
    """Write a record's files: tiles and bundles of the entries, the files, the checkpoint."""
    leaves = [leaf_hash(raw) for raw in entries]

    read_hash = hash_reader(leaves)
    contents = dict(new_tiles(0, len(entries), read_hash)) | dict(
        new_bundles(0, len(entries), entries.__getitem__)
    )
    contents |= {f"files/{name.hex()}": raw for name, raw in files.items()} | {"checkpoint": checkpoint}
    for path, raw in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)


def changed(record: T, **fields: object) -> T:
    """Return the record with other members."""
    return type(record)(**({name: getattr(record, name) for name in record.__struct_fields__} | fields))


def sorted_ballots(waiting: Sequence[e.Ballot]) -> list[bytes]:
    """Return the entries of ballots in the order of a release."""
    raws = [(ballot.revision, encode(ballot)) for ballot in waiting]
    return [raw for _, raw in sorted(raws, key=lambda pair: (pair[0], leaf_hash(pair[1])))]
