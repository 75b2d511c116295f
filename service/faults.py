"""Kill the process at a named point between two durable writes, so that tests see what a crash leaves behind.

Promise: without WIJK_FAULT or WIJK_FAULT_DIR in the environment of the process nothing ever happens, whatever
anybody sends. `WIJK_FAULT=name` kills at the first time that the point is reached, `WIJK_FAULT=name:3` at the
third. In the folder WIJK_FAULT_DIR a file that is called like a point kills whoever reaches it first; it then
bears that process's number behind its name, and kills nobody else.
"""

import os
import signal
from pathlib import Path

EXIT_CODE = -signal.SIGKILL
"""What `subprocess` says of a process that was killed so."""

POINTS = {
    # service: a ballot (ballot_box/casting.py, journal.py)
    "cast-inserted": "in the transaction that stores ballots, before it is committed",
    "cast-stored": "the database has the ballot, the journal does not",
    "journal-staged": "a file of the journal is on the disk under another name",
    "journal-renamed": "it has its name, which need not be on the disk yet",
    "cast-journaled": "both have the ballot, nothing is answered yet",
    # service: requests, blind signatures, officials' entries
    "request-inserted": "in the transaction that stores a request, before it is committed",
    "request-stored": "the request is stored, nothing is answered yet",
    "signatures-stored": "an issuer's signatures are stored, the issuer does not know it yet",
    "entry-inserted": "in the transaction that lets an official's entry wait, before it is committed",
    "entry-stored": "the entry waits, nothing is answered yet",
    # service: its start (serve.py, ballot_box/recovery.py, journal.py, epoch.py)
    "epoch-set": "the database has a new epoch, the state folder the old one",
    "damage-set-aside": "a damaged file of the journal has its other name, nothing replaces it yet",
    "ballots-restored": "the database has what only the journal had, the journal still lacks what it lacked",
    "journal-completed": "both have the same ballots, the journal is not merged yet",
    "merge-written": "the journal has the merged files beside the old ones",
    "merge-removed": "the old files are removed, which need not be on the disk yet",
    "epoch-staged": "the new epoch is on the disk under another name",
    "epoch-written": "database and state folder have the same epoch, no worker runs yet",
    # sequencer: a batch (board/sequencer.py, urn.py, guard.py)
    "box-closed": "in the transaction that ends the voting, before the last release is decided",
    "release-decided": "in the transaction that keeps what a release brings, before anything is placed",
    "release-placed": "in the transaction that placed ballots of a release, before they are written",
    "batch-written": "in a batch's transaction, all of it written, before it is committed",
    "batch-committed": "the database has the batch, the state folder the checkpoint before it",
    "guard-staged": "the checkpoint is on the disk under another name",
    "guard-written": "the state folder has the checkpoint, nothing is published",
    "urn-shuffled": "the database no longer tells in which order ballots came, the journal still does",
    # what the sequencer publishes: board/publisher.py and publish.py
    "files-staged": "tiles, bundles or files are on the disk beside the record",
    "files-renamed": "they are in the record, which need not be on the disk yet",
    "bundles-published": "the record has the bundles, and not the tiles",
    "files-published": "all that the next checkpoint covers is in the record",
    "shown-kept": "the state folder has what is going to be shown, no witness has been asked",
    "cosigned": "witnesses have cosigned, nobody has kept that",
    "witnessed-kept": "the database has the witnessed checkpoint, the record the one before",
    "checkpoint-staged": "it is on the disk beside the record",
    "checkpoint-renamed": "it is in the record, which need not be on the disk yet",
    "checkpoint-published": "it is published, partial tiles that are needed no more are still there",
    "record-pruned": "and they are gone",
    # sequencer: its start
    "record-adopted": "the database has the record's checkpoint, files that are missing are not there yet",
    "record-repaired": "record and database agree, the state folder has the checkpoint of before",
    # wijkaandeel rebuild: board/rebuild.py
    "rebuild-inserted": "in the transaction that puts the record's entries back, before it is signed",
    "rebuilt": "the database has the whole board, the state folder the checkpoint of before",
    # partner nodes (partner/state.py, issuer.py, trustee.py)
    "partner-cosigned-written": "the head that the witness will vouch for is on the disk under another name",
    "partner-cosigned-stands": "the head stands, the cosignature has not left",
    "partner-followed-written": "the board that was followed is on the disk under another name",
    "partner-followed-stands": "it stands, nobody has acted on it",
    "partner-pins.json-written": "the pins are on the disk under another name",
    "partner-pins.json-stands": "they stand",
    "partner-keys-written": "the keys are on the disk under another name",
    "partner-keys-stands": "they stand, the public ones do not",
    "partner-public.json-written": "the public keys are on the disk under another name",
    "partner-public.json-stands": "they stand, nothing is printed yet",
    "shares-signed": "an issuer has signed, nothing has left",
    "shares-posted": "the service has the signatures, the issuer has not noted that",
    "key-made": "a trustee has made the entry with its key, nothing has left",
    "key-posted": "the service has it, the trustee has not noted that",
    # wijkaandeel ledger: admin/ledger/store.py
    "ledger-written": "in the transaction of a booking, before it is committed",
    "ledger-booked": "it is booked, nobody has been told",
}
"""Every point, and what is written there and what is not. tests/attacks/crashes kills at each of them."""

_folder = os.environ.get("WIJK_FAULT_DIR", "")
_name, _, _times = os.environ.get("WIJK_FAULT", "").partition(":")
_left = int(_times or 1)


def reach(name: str) -> None:
    """Mark a point between two durable writes; end the process here if the environment asks for it."""
    global _left  # noqa: PLW0603 - counts down over the life of a process
    if name == _name:
        _left -= 1
        if _left == 0:
            _die()
    if _folder and _is_taken(name):
        _die()


def _is_taken(name: str) -> bool:
    """Say whether this point is asked for in the folder, of this process alone."""
    path = Path(_folder, name)
    try:
        path.rename(f"{path}.{os.getpid()}")
    except OSError:
        return False
    return True


def _die() -> None:
    """As `kill -9` does: nothing is flushed, closed or told."""
    os.kill(os.getpid(), signal.SIGKILL)
