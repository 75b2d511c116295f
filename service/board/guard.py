"""Never sign two boards: remember the last signed checkpoint where no restore of the database reaches it.

It stands in the state folder, written after the database has committed and before anything is published.
Limit: a state folder and database restored together are caught by the witnesses (witnesses.py).
Format: PROTOCOL.md section 3.
"""

from pathlib import Path

from ballots.checkpoint import Checkpoint, open_checkpoint
from ballots.errors import NoteError
from ballots.note import VerifierKey
from service.board.errors import BoardServiceError, RestoredBackupError
from service.board.publish import sync_folder, write_synced
from service.board.tree import Tree

LAST_CHECKPOINT = "last-checkpoint"
ADVICE = "Nothing has been signed. Stop the service, then run `wijkaandeel rebuild`"


class Guard:
    """The last signed checkpoint, outside the database."""

    def __init__(self, state_dir: Path, operator: VerifierKey) -> None:
        self._path = state_dir / LAST_CHECKPOINT
        self._operator = operator

    def read(self) -> Checkpoint | None:
        """Return the last signed checkpoint, None if none was ever signed here. Errors: BoardServiceError."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return open_own(raw, self._operator, str(self._path))

    def write(self, signed: bytes) -> None:
        """Replace it, durably."""
        fresh = self._path.with_name(f"{LAST_CHECKPOINT}.new")
        write_synced(fresh, signed, 0o600)
        fresh.rename(self._path)
        sync_folder(self._path.parent)

    def check(self, tree: Tree, published: bytes | None) -> None:
        """Raise RestoredBackupError unless the database's tree begins with the last signed one.

        It must begin with the published one too, should the state folder be lost.
        """
        if published is not None:
            verify_contains(tree, open_own(published, self._operator, "the record"), "the published one")
        last = self.read()
        if last is None:
            if tree.size:
                raise RestoredBackupError(
                    f"{self._path} is missing, but the database has a board of size {tree.size}. {ADVICE}"
                )
            return
        verify_contains(tree, last, f"the last signed one ({self._path})")


def open_own(raw: bytes, operator: VerifierKey, where: str) -> Checkpoint:
    """Return a checkpoint that our own key must have signed. Errors: BoardServiceError."""
    try:
        return open_checkpoint(raw, operator)
    except NoteError as error:
        raise BoardServiceError(
            f"the checkpoint in {where} is not signed by the operator's key in WIJK_STATE_DIR "
            f"({error.reason}): use the state folder and the record of one and the same election"
        ) from None


def verify_contains(tree: Tree, checkpoint: Checkpoint, whose: str) -> None:
    """Raise RestoredBackupError unless the tree begins with that of a checkpoint that the operator signed."""
    if tree.size < checkpoint.size:
        raise RestoredBackupError(
            f"a backup of the database was restored: its board has size {tree.size}, {whose} has size "
            f"{checkpoint.size}. {ADVICE}"
        )
    if tree.root_at(checkpoint.size) != checkpoint.root:
        raise RestoredBackupError(
            f"the database holds another board than {whose}: they differ within the first "
            f"{checkpoint.size} entries. {ADVICE}"
        )
