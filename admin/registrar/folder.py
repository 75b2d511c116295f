"""The registrar's folder on a machine without a network, closed to everybody else.

    registrar.key   the signing key, encrypted under a passphrase
    out/            what goes to the officials' desk: pages of the roll, drafts of seal and replacements
    letters/        roll numbers with codes, and names if there are any, as lists and as cards; to print, then
                    destroyed

Promise: folders are 0700 and files 0600 from the moment they exist, and no file is ever overwritten.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from admin.registrar.errors import RegistrarError

KEY = "registrar.key"
OUT = "out"
LETTERS = "letters"


class RegistrarFolder:
    """Files of one registrar for one election."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self) -> None:
        """Make the folder; RegistrarError if a key stands there already."""
        if (self._folder / KEY).exists():
            raise RegistrarError(f"{self._folder} is a registrar's folder already; choose another one")
        for folder in (self._folder, self._folder / OUT, self._folder / LETTERS):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    @property
    def key(self) -> Path:
        """Where the encrypted key stands."""
        return self._folder / KEY

    @property
    def out(self) -> Path:
        """Where the files for the officials' desk stand."""
        return self._folder / OUT

    def write_key(self, content: bytes) -> Path:
        """Write the encrypted key."""
        return self._write(self.key, content)

    def write_out(self, name: str, content: bytes) -> Path:
        """Write something for the officials' desk."""
        return self._write(self.out / name, content)

    def write_letters(self, name: str, text: str) -> Path:
        """Write a list of letters."""
        return self._write(self._folder / LETTERS / name, text.encode())

    def write_cards(self, name: str, content: bytes) -> Path:
        """Write the cards of a list of letters, as they are printed."""
        return self._write(self._folder / LETTERS / name, content)

    def check_free(self, name: str) -> None:
        """Raise RegistrarError if there are cards of this name already."""
        if os.path.lexists(path := self._folder / LETTERS / name):
            raise RegistrarError(f"{path} is there already and is never overwritten")

    def read_letters(self, name: str) -> str:
        """Return one list of letters; RegistrarError if the folder has none of this name."""
        if Path(name).name != name:
            raise RegistrarError(f"expected the name of a list in {self._folder / LETTERS}, got {name}")
        return self._read(self._folder / LETTERS / name, "name a list that is in that folder").decode()

    def read_key(self) -> bytes:
        """Return the encrypted key."""
        return self._read(self.key, "run `wijkaandeel registrar init` first")

    def write_pages(self, pages: Sequence[bytes]) -> None:
        """Write the pages of the roll, the first one last: while it is missing the roll is not whole."""
        for number, page in reversed(list(enumerate(pages, 1))):
            self.write_out(f"roll-{number:04d}.json", page)

    def read_pages(self) -> list[bytes]:
        """Return the pages of the roll, in order; RegistrarError if there is none, or not all of it."""
        names = sorted(path.name for path in self.out.glob("roll-*.json"))
        if not names:
            raise RegistrarError("there is no roll yet; run `wijkaandeel registrar roll` first")
        if names != [f"roll-{number:04d}.json" for number in range(1, len(names) + 1)]:
            raise RegistrarError(
                f"the roll in {self.out} is not whole: it was interrupted, or a page was taken away. If no "
                "letter has gone out, remove roll-*.json there and letters.csv, and run "
                "`wijkaandeel registrar roll` again"
            )
        return self.list_out("roll-")

    def list_out(self, prefix: str) -> list[bytes]:
        """Return the files in `out` whose name begins so, in the order of their names."""
        return [path.read_bytes() for path in sorted(self.out.glob(f"{prefix}*.json"))]

    def list_letters(self) -> list[str]:
        """Return all lists of letters."""
        return [path.read_text("utf-8") for path in sorted((self._folder / LETTERS).glob("*.csv"))]

    def _read(self, path: Path, advice: str) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise RegistrarError(f"{path} is missing: {advice}") from None

    def _write(self, path: Path, content: bytes) -> Path:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise RegistrarError(f"{path} is there already and is never overwritten") from None
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
        return path


def _sync_folder(folder: Path) -> None:
    """Have the folder's names on the disk, in the order in which they were made."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
