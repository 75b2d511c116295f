"""Rows of a .pb file: fields parted by semicolons, quoted if they hold a semicolon, quote or line end."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

from tally.pabulib.records import PabulibError

_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_UNQUOTED = re.compile(r"([^;\n]*)")
_LINE_END = re.compile(r"\r+\n")
_SPECIAL = re.compile(r'[;"\r\n]')


class Field(NamedTuple):
    """One field of a row and where it stands."""

    text: str
    line: int
    column: int

    def refuse(self, expected: str, offset: int = 0) -> NoReturn:
        """Raise PabulibError for the character at `offset` of this field."""
        raise PabulibError(self.line, self.column + offset, expected, repr(self.text[offset : offset + 60]))


def format_row(fields: Iterable[str]) -> str:
    """Return one row with its line end; parse_rows() is the inverse."""
    return ";".join(_quote(field) if _SPECIAL.search(field) else field for field in fields) + "\n"


def _quote(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'


def parse_rows(text: str) -> Iterator[list[Field]]:
    """Yield the rows that are not blank, fields in order; a quoted field may run over several lines."""
    text = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
    at, line = 0, 1
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        if text.find('"', at, stop) >= 0:
            fields, stop = _quoted_fields(text, at, line)
            yield fields
        elif text[at:stop].strip():
            yield _plain_fields(text[at:stop], line)
        line += text.count("\n", at, stop) + 1
        at = stop + 1


def _plain_fields(row: str, line: int) -> list[Field]:
    fields, column = [], 1
    for part in row.split(";"):
        fields.append(Field(part, line, column))
        column += len(part) + 1
    return fields


def _quoted_fields(text: str, at: int, line: int) -> tuple[list[Field], int]:
    """Return the fields of the row that starts at `at`, and where it ends.

    A quote inside a field that does not start with one is text.
    """
    fields, start = [], at
    while True:
        here = (line + text.count("\n", start, at), at - text.rfind("\n", 0, at))
        quoted = text.startswith('"', at)
        match = (_QUOTED if quoted else _UNQUOTED).match(text, at)
        if match is None:
            raise PabulibError(*here, "a closing quote for the field that starts here", "the end of the text")
        fields.append(Field(match[1].replace('""', '"') if quoted else match[1], *here))
        at = match.end()
        if at == len(text) or text[at] == "\n":
            return fields, at
        if text[at] != ";":
            there = (line + text.count("\n", start, at), at - text.rfind("\n", 0, at))
            raise PabulibError(*there, "';' or the end of the line after a closing quote", repr(text[at]))
        at += 1
