"""Attacks on a witness: heads that a partner must not cosign, as it has seen another log before."""

# ruff: noqa: E501 - a table, one row a line

from collections.abc import Callable
from typing import Any

from ballots.merkle import consistency_proof, leaf_hash, root_of
from ballots.note import format_vkey
from ballots.witness import AddCheckpoint, format_add_checkpoint
from tests.attacks.log import asked_thrice
from tests.attacks.rows import OPERATOR, Attack
from tests.attacks.scenes import Calls
from tests.simulator import hash_reader
from tests.tally.break_makers import OTHER
from tests.tally.drafts import head_of

Entries = list[bytes]


def asked(old: int, change: Callable[[Entries], Entries], **head: Any) -> Callable[[], Calls]:
    """A witness has cosigned a log; it is asked to cosign another one, as if it had cosigned `old` entries.

    -1 stands for as many as it has. The proof is the one that the other log gives.
    """

    def scene() -> Calls:
        world = asked_thrice().world
        known, entries = len(world.entries), change(list(world.entries))
        old_size = known if old < 0 else old
        leaves = [leaf_hash(raw) for raw in entries]
        proof = (
            consistency_proof(old_size, len(leaves), hash_reader(leaves))
            if 0 < old_size < len(leaves)
            else ()
        )
        note = head_of(world, entries, witnesses={}, **head)
        body = format_add_checkpoint(AddCheckpoint(note=note, old_size=old_size, proof=tuple(proof)))
        given = {
            "body": body.decode(),
            "operator": format_vkey(world.election.operator_vkey),
            "origin": world.options.origin,
            "remembered": [{"root": root_of(map(leaf_hash, world.entries)).hex(), "size": known}],
        }
        return Calls([("add-checkpoint", given)], member="status")

    return scene


def same(entries: Entries) -> Entries:
    return entries


def shorter(entries: Entries) -> Entries:
    return entries[:-1]


def branch(entries: Entries) -> Entries:
    return [*entries[:-2], entries[-1], entries[-2]]


def longer_branch(entries: Entries) -> Entries:
    """The same beginning, other entries after it, and one more."""
    return [*branch(entries), entries[-1]]


ROWS = [
    Attack(OPERATOR, "asks a partner to cosign a shorter log", "status 400", asked(-1, shorter)),
    Attack(OPERATOR, "asks a partner to cosign a shorter log, as if it had seen less", "status 409", asked(3, shorter)),
    Attack(OPERATOR, "asks a partner to forget what it cosigned", "status 409", asked(0, shorter)),
    Attack(OPERATOR, "asks a partner to cosign another log of the same size", "status 422", asked(-1, branch)),
    Attack(OPERATOR, "asks a partner to cosign a longer log of another branch", "status 422", asked(-1, longer_branch)),
    Attack("somebody with keys of their own", "asks a partner to cosign", "status 403", asked(-1, same, operator=OTHER)),
    Attack(OPERATOR, "asks a partner to cosign another election's log", "status 404", asked(-1, same, origin="elders.example/board")),
]  # fmt: skip
