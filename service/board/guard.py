"""Never sign two boards: remember the last signed checkpoint where no restore of the database reaches it.

It stands in the state folder, written after the database has committed and before anything is published.
Beside it stands the last one that was shown: written before the first witness is asked.
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
from service.faults import reach

LAST_CHECKPOINT = "last-checkpoint"
LAST_SHOWN = "last-shown"
ADVICE = "Nothing has been signed. Stop the service, then run `wijkaandeel rebuild`"


class Guard:
    """The last signed checkpoint and the last shown one, outside the database."""

    def __init__(self, state_dir: Path, operator: VerifierKey) -> None:
        self._path = state_dir / LAST_CHECKPOINT
        self._shown_path = state_dir / LAST_SHOWN
        self._operator = operator

    def read(self) -> Checkpoint | None:
        """Return the last signed checkpoint, None if none was ever signed here. Errors: BoardServiceError."""
        return self._read(self._path)

    def read_shown(self) -> Checkpoint | None:
        """Return the checkpoint that others were shown last, None if there is none; errors as above."""
        return self._read(self._shown_path)

    def write(self, signed: bytes) -> None:
        """Replace the last signed checkpoint, durably."""
        _replace(self._path, signed)

    def write_shown(self, signed: bytes) -> None:
        """Replace the last shown checkpoint, durably; before anybody is shown it."""
        if not self._shown_path.exists() or self._shown_path.read_bytes() != signed:
            _replace(self._shown_path, signed)

    def _read(self, path: Path) -> Checkpoint | None:
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        return open_own(raw, self._operator, str(path))

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


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    write_synced(fresh, content, 0o600)
    reach("guard-staged")
    fresh.rename(path)
    sync_folder(path.parent)


def open_own(raw: bytes, operator: VerifierKey, where: str) -> Checkpoint:
    """Return a checkpoint that our own key must have signed. Errors: BoardServiceError."""
    try:
        return open_checkpoint(raw, operator)
    except NoteError as error:
        raise BoardServiceError(
            f"the checkpoint in {where} is not signed by the operator's key in WIJK_STATE_DIR "
            f"({error.reason}): use the state folder and the record of one and the same election"
        ) from None


def verify_contains(tree: Tree, checkpoint: Checkpoint, whose: str, advice: str = ADVICE) -> None:
    """Raise RestoredBackupError unless the tree begins with that of a checkpoint that the operator signed."""
    if tree.size < checkpoint.size:
        raise RestoredBackupError(
            f"a backup of the database was restored: its board has size {tree.size}, {whose} has size "
            f"{checkpoint.size}. {advice}"
        )
    if tree.root_at(checkpoint.size) != checkpoint.root:
        raise RestoredBackupError(
            f"the database holds another board than {whose}: they differ within the first "
            f"{checkpoint.size} entries. {advice}"
        )
