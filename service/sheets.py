"""The style sheets of the pages, in their order, under addresses that change with what is in them.

theme.css comes from whoever serves the page (theme.py), as a municipality may have one of its own. So
browsers keep it for minutes only, and its address says which version of ours it was made of.
"""

import functools
import hashlib
from pathlib import Path

STATIC = Path(__file__).parent / "static"
SHEETS = ("booth/components", "theme", "style")


def list_sheets(*more: str) -> list[str]:
    """Return the addresses of the sheets that all pages have, and of more; without what was not built."""
    names = [f"{name}.css" for name in (*SHEETS, *more)]
    return [f"/static/{name}?v={version_of(STATIC / name)}" for name in names if (STATIC / name).is_file()]


def version_of(path: Path) -> str:
    """Return a short mark that changes with the file. Errors: FileNotFoundError."""
    found = path.stat()
    return _digest(path, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=64)
def _digest(path: Path, *_: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
