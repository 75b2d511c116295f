"""What the booth says of numbers and money is what Python says: one table for both languages."""

import json
from pathlib import Path

import pytest

from tally.texts.languages import COMPLETE
from tally.texts.texts import texts_in

TABLE = json.loads(Path(__file__).with_name("booth_texts.json").read_text())


def test_every_complete_language_is_in_the_table() -> None:
    """A language that becomes complete is tested in the browser too."""
    assert set(TABLE) >= set(COMPLETE)
    assert all(said["numbers"] and said["amounts"] for said in TABLE.values())


@pytest.mark.parametrize("language", sorted(TABLE))
def test_numbers_and_money_are_as_the_table_has_them(language: str) -> None:
    """The booth's own tests read the same table (service/booth/src/tests/booth_texts.test.ts)."""
    texts, said = texts_in(language), TABLE[language]  # type: ignore[arg-type]
    assert [[number, texts.number(number)] for number, _ in said["numbers"]] == said["numbers"]
    assert [[cents, texts.amount(cents)] for cents, _ in said["amounts"]] == said["amounts"]
    assert [[name, n, texts.say(name, n)] for name, n, _ in said["forms"]] == said["forms"]
