"""Find which texts the sources name: each id stands there whole, in quotes, in code or in a template.

An id is an area, a point and words in small letters: "explain.won.even". What is put together while running
is not found, and is then refused as unused; so ids are not put together.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("tally", "service", "admin")
SUFFIXES = (".py", ".html", ".ts")
AREAS = ("booth", "cldr", "explain", "page", "recount")
"""What ids begin with, in the order of the catalogue."""
_ID = re.compile(rf"""(["'])((?:{"|".join(AREAS)})\.[a-z0-9-]+(?:\.[a-z0-9-]+)*)\1""")
_FILES = (".css", ".html", ".js")
"""How the names of files end that look like an id."""


def find_ids(text: str) -> set[str]:
    """Return the ids in the text of one source."""
    return {match[2] for match in _ID.finditer(text) if not match[2].endswith(_FILES)}


def list_sources(root: Path = ROOT) -> Iterable[Path]:
    """Yield the files that may name texts, in one order."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and not {"node_modules", "static"} & set(path.parts):
                yield path


def find_texts(root: Path = ROOT) -> Mapping[str, tuple[str, ...]]:
    """Return all ids that are used, with the files that use them."""
    found: dict[str, list[str]] = {}
    for path in list_sources(root):
        for name in find_ids(path.read_text()):
            found.setdefault(name, []).append(path.relative_to(root).as_posix())
    return {name: tuple(paths) for name, paths in sorted(found.items())}
