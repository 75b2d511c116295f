"""A dump in its strongest form, and every clock in it.

Every table of every schema, with the system columns ctid, xmin, cmin, xmax; sequences; the statistics that
the server keeps of columns; every file of journal and record with inode, size and all times; every line that
was logged. A row belongs to a request or ballot if one of its columns is, or holds, something that is known
of it.
"""

import base64
import os
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import asyncpg

from ballots.merkle import leaf_hash
from service.ballot_box.journal import ENDING, read_file
from tests.attacks.linkage.guesser import Clock

TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
ORDER BY 1
"""
SYSTEM = "ctid, xmin::text::bigint AS xmin, xmax::text::bigint AS xmax, cmin::text::bigint AS cmin"


@dataclass
class Dump:
    """Tables by name, a row a mapping; files by folder; lines that were logged; the server's statistics."""

    tables: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    files: dict[str, list["File"]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    statistics: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file: its place in the listing, what the file system keeps, and the hashes of the ballots in it."""

    listed: int
    path: Path
    ballots: tuple[bytes, ...]
    kept: Mapping[str, int]


STATISTICS = """
SELECT tablename, attname, correlation, most_common_vals::text, histogram_bounds::text
FROM pg_catalog.pg_stats
"""
SEQUENCES = "SELECT schemaname, sequencename, last_value FROM pg_catalog.pg_sequences"


async def take_dump(dsn: str, journal: Path, record: Path, lines: Sequence[str]) -> Dump:
    """Take the dump at this moment, as the database's owner and the folders' owner."""
    dump = Dump(lines=list(lines))
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("ANALYZE")
        for table in await connection.fetch(TABLES):
            rows = await connection.fetch(f"SELECT {SYSTEM}, * FROM {table['name']}")
            dump.tables[table["name"]] = [{"scan": n} | dict(row) for n, row in enumerate(rows)]
        dump.statistics = [str(tuple(row)) for row in await connection.fetch(STATISTICS)]
        dump.tables["sequences"] = [dict(row) for row in await connection.fetch(SEQUENCES)]
    finally:
        await connection.close()
    dump.files = {"journal": read_files(journal), "record": read_files(record)}
    return dump


def texts_of(dump: Dump) -> Iterator[bytes]:
    """Yield everything that is kept, as bytes: every value, every file's name and content, every line."""
    for rows in dump.tables.values():
        for row in rows:
            for value in row.values():
                yield from (_bytes(each) for each in (value if isinstance(value, list) else [value]))
    for files in dump.files.values():
        for file in files:
            yield from (str(file.path).encode(), file.path.read_bytes())
    yield from (line.encode() for line in (*dump.lines, *dump.statistics))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def read_files(folder: Path) -> list[File]:
    """Return the files of a folder as the file system lists them."""
    found = []
    for number, path in enumerate(Path(root, name) for root, _, names in os.walk(folder) for name in names):
        stat = path.stat()
        found.append(
            File(
                listed=number,
                path=path,
                ballots=tuple(map(leaf_hash, read_file(path))) if path.suffix == ENDING else (),
                kept={
                    "mtime": stat.st_mtime_ns,
                    "ctime": stat.st_ctime_ns,
                    "inode": stat.st_ino,
                    "size": stat.st_size,
                },
            )
        )
    return found


Values = dict[str, dict[Hashable, list[object]]]
"""For each clock what it says of each subject, which may be several things."""


def clocks_of(dump: Dump, known: Mapping[Hashable, Iterable[bytes]]) -> dict[str, Clock]:
    """Return all clocks for some subjects, of each of which some byte strings (keys, hashes) are known."""
    owner = {mark: subject for subject, marks in known.items() for mark in marks}
    found: Values = defaultdict(lambda: defaultdict(list))
    for table, rows in dump.tables.items():
        for row in rows:
            _add_row(found, table, row, owner)
    for folder, files in dump.files.items():
        for file in files:
            _add_file(found, folder, file, owner)
    _add_mentions(found["lines"], dump.lines, owner)
    _add_mentions(found["statistics"], dump.statistics, owner)
    clocks: dict[str, Clock] = {}
    for name, values in found.items():
        clocks[f"{name} first"] = {subject: min(several) for subject, several in values.items()}  # type: ignore[type-var]
        clocks[f"{name} last"] = {subject: max(several) for subject, several in values.items()}  # type: ignore[type-var]
    return clocks


def _add_row(found: Values, table: str, row: Mapping[str, object], owner: Mapping[bytes, Hashable]) -> None:
    for subject in _subjects(row, owner):
        for column, value in row.items():
            comparable = _comparable(value)
            if comparable is not None:
                found[f"{table}.{column}"][subject].append(comparable)


def _add_file(found: Values, folder: str, file: File, owner: Mapping[bytes, Hashable]) -> None:
    for place, ballot in enumerate(file.ballots):
        if ballot in owner:
            for name, value in (*file.kept.items(), ("listed", file.listed)):
                found[f"{folder} {name}"][owner[ballot]].append((value, place))


def _subjects(row: Mapping[str, object], owner: Mapping[bytes, Hashable]) -> set[Hashable]:
    found = set()
    for value in row.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, bytes) and each in owner:
                found.add(owner[each])
    return found


def _comparable(value: object) -> object:
    """Return a value by which an order can be made, None if it is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | tuple):
        return value
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, bytes | str):
        return len(value)
    return None


def _add_mentions(
    found: dict[Hashable, list[object]], lines: Sequence[str], owner: Mapping[bytes, Hashable]
) -> None:
    """Add where something is mentioned, in hex or base64, in lines of text."""
    spelled = {}
    for mark, subject in owner.items():
        spelled[mark.hex()] = subject
        spelled[base64.urlsafe_b64encode(mark).rstrip(b"=").decode()] = subject
    for number, line in enumerate(lines):
        for text, subject in spelled.items():
            at = line.find(text)
            if at >= 0:
                found[subject].append((number, at))
