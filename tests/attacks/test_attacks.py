"""Every attack of the table is caught, by what the table says, by both implementations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tally.audit.checks import CHECKS
from tests.attacks.rows import Attack
from tests.attacks.scenes import Judge
from tests.attacks.table import PARTS, checks_of, format_page

LANGUAGES = ("python", "typescript")
PAGE = Path(__file__).parent / "README.md"


def rows() -> Iterator[Attack]:
    """Yield all attacks."""
    for attacks in PARTS.values():
        yield from attacks


ATTACKS = [
    pytest.param(attack, language, id=f"{language}: {attack.attacker} {attack.does}")
    for language in LANGUAGES
    for attack in rows()
    if language == "python" or not attack.once
]


@pytest.mark.attack
@pytest.mark.parametrize(("attack", "language"), ATTACKS)
def test_the_attack_is_caught(attack: Attack, judge: Judge) -> None:
    """The answer is the one in the table."""
    assert attack.scene().judged(judge) == attack.caught


def test_the_page_is_made_from_the_table() -> None:
    """The committed page is what `python -m tests.attacks.table` prints."""
    assert PAGE.read_text() == format_page(), "run python -m tests.attacks.table > tests/attacks/README.md"


def test_every_check_catches_an_attack() -> None:
    """No check stands in the audit that catches nobody."""
    assert set().union(*map(checks_of, rows())) == {check.id for check in CHECKS}


def test_no_attack_stands_twice() -> None:
    """Each row is another attack."""
    told = [(part, row.attacker, row.does) for part, attacks in PARTS.items() for row in attacks]
    assert len(set(told)) == len(told)
