"""One attack: who the attacker is, what they do, and what catches it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.scenes import Scene


@dataclass(frozen=True)
class Attack:
    """A row of the table.

    `attacker` has all keys that they would have, and uses them. `caught` is the answer of both
    implementations: the ids of the checks that fail, then the reason of section 15 where an entry or a
    primitive is refused.
    `once` is for code that there is only once, as a partner's node.
    """

    attacker: str
    does: str
    caught: str
    scene: Callable[[], Scene]
    once: bool = False

    @property
    def is_limit(self) -> bool:
        """Say whether nothing catches it: a limit that the protocol tells of."""
        return self.caught.startswith(("slack", "not anchored"))


def at_node(attacker: str, does: str, caught: str, scene: Callable[[], Scene]) -> Attack:
    """Return the row of an attack on code that there is only once."""
    return Attack(attacker, does, caught, scene, once=True)


SERVER = "whoever serves the files"
OPERATOR = "the operator"
BOARD = "the operator and all partners"
"""They sign and cosign any log that they like."""
VOTER = "a voter"
OFFICIALS = "two officials"
ISSUER = "one issuer"
ISSUERS = "all issuers of a style together"
REGISTRAR = "the registrar"
