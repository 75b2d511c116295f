"""Names and addresses: read from a CSV file, kept beside the codes, and written to letters and nowhere else.

A row is one resident; only the column `style` means something to the program. Limit: who may vote is the
population register's business; a person who stands in the file twice gets two codes.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from admin.registrar.errors import RegistrarError
from ballots.wire import Record

OWN_COLUMNS = ("number", "style", "code")


class Person(Record):
    """Who gets a letter: a style, and the columns of the file as they stand there."""

    columns: dict[str, str]
    style: str


class Letter(Record):
    """What is printed: the roll number, the code, and for whom."""

    code: str
    number: int
    person: Person


def parse_people(text: str) -> list[Person]:
    """Return the people in a CSV file with a header and a column `style`; RegistrarError with the line."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    columns = list(reader.fieldnames or ())
    if "style" not in columns or {"number", "code"} & set(columns) or len(set(columns)) < len(columns):
        raise RegistrarError(
            "expected a header with a column style, every column once, and none called number or code"
        )
    people = []
    try:
        for row in reader:
            if None in row or None in row.values() or not row["style"]:
                raise RegistrarError(f"line {reader.line_num}: expected {len(columns)} fields and a style")
            style = row.pop("style")
            people.append(Person(columns=dict(row), style=style))
    except csv.Error as error:
        raise RegistrarError(f"line {reader.line_num}: {error}") from None
    return people


def format_letters(letters: Sequence[Letter]) -> str:
    """Return the list of letters as CSV: number, style, code and the columns of the people."""
    extra = list(dict.fromkeys(name for letter in letters for name in letter.person.columns))
    written = io.StringIO()
    writer = csv.DictWriter(written, [*OWN_COLUMNS, *extra], restval="", lineterminator="\n")
    writer.writeheader()
    for letter in letters:
        own = {"number": letter.number, "style": letter.person.style, "code": letter.code}
        writer.writerow(letter.person.columns | own)
    return written.getvalue()


def parse_letters(text: str) -> list[Letter]:
    """Return the letters of a list; the inverse of `format_letters`."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        return [
            Letter(
                code=row.pop("code"),
                number=int(row.pop("number")),
                person=Person(style=row.pop("style"), columns=dict(row)),
            )
            for row in reader
        ]
    except (csv.Error, KeyError, ValueError):
        raise RegistrarError("this is no list of letters that this program wrote") from None


def find_person(letters: Iterable[Letter], number: int) -> Person:
    """Return who has the letter with this roll number; RegistrarError if nobody has."""
    for letter in letters:
        if letter.number == number:
            return letter.person
    raise RegistrarError(f"no letter has roll number {number}")
