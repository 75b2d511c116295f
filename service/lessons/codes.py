"""Join codes of lessons: short enough to type from a wall, with the check symbol that letters have too.

Limit: 35 random bits keep nobody out who can read the hashes. Whoever has a join code can add to a count that
decides nothing, and learn that a lesson runs.
"""

from ballots.codes import ALPHABET, check_symbol

DRAWN = 7
"""Symbols that are drawn; one more checks them."""
RANDOM_BYTES = 5


def draw_join_code(random: bytes) -> str:
    """Return a join code of eight symbols for 5 random bytes."""
    bits = int.from_bytes(random[:RANDOM_BYTES], "big") >> 5
    symbols = "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * DRAWN - 5, -5, -5))
    return symbols + check_symbol(symbols)
