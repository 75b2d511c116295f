"""Cut a secret into fragments, k of which give it back and fewer of which tell nothing.

Shamir's scheme over the integers modulo 2^255-19. Limit: a wrong fragment gives a wrong secret without a
word; resealing finds it (sealing.py). Not in constant time: in the audit everything here is public, and a
voter cuts a secret once. Format: PROTOCOL.md section 8.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ballots.errors import SealingError

PRIME = 2**255 - 19
"""The prime that fragments are counted modulo."""
MAX_FRAGMENTS = 255
"""The most fragments that can be numbered, as the number stands in one byte."""


def split(secret_coefficients: Sequence[int], n: int) -> list[bytes]:
    """Return fragments 1 to n, 32 bytes big-endian each, of which any k give back the secret.

    The k coefficients are a_0 (the secret) to a_(k-1), numbers modulo 2^255-19; fragment i is f(i).
    Errors: SealingError `fragment-count` (not 1 <= k <= n <= 255). Source: Shamir 1979, "How to share a
    secret".
    """
    if not 1 <= len(secret_coefficients) <= n <= MAX_FRAGMENTS:
        raise SealingError(
            "fragment-count", f"expected 1 <= {len(secret_coefficients)} <= {n} <= {MAX_FRAGMENTS}"
        )
    highest_first = secret_coefficients[::-1]
    fragments = []
    for i in range(1, n + 1):
        value = 0
        for coefficient in highest_first:
            value = value * i + coefficient
        fragments.append((value % PRIME).to_bytes(32, "big"))
    return fragments


def recover(fragments: Mapping[int, bytes], k: int) -> bytes:
    """Return the secret f(0), 32 bytes big-endian, from the k fragments with the lowest numbers.

    `fragments` maps numbers (1 to 255) to 32 bytes big-endian. Errors: SealingError `fragment-count` (fewer
    than k, or k < 1), `fragment-index` (a number out of range), `fragment-range` (one of those k is not 32
    bytes below 2^255-19).
    """
    if not 1 <= k <= len(fragments):
        raise SealingError("fragment-count", f"expected {k} fragments, at least one, got {len(fragments)}")
    indices = tuple(sorted(fragments)[:k])
    total = 0
    for weight, index in zip(_weights_at_zero(indices), indices, strict=True):
        fragment = fragments[index]
        value = int.from_bytes(fragment, "big")
        if len(fragment) != 32 or value >= PRIME:
            raise SealingError("fragment-range", f"expected fragment {index} to be 32 bytes below 2^255-19")
        total += weight * value
    return (total % PRIME).to_bytes(32, "big")


@lru_cache(maxsize=1024)
def _weights_at_zero(indices: tuple[int, ...]) -> tuple[int, ...]:
    """Return Lagrange's coefficients at 0: for each i the product over j != i of j / (j - i)."""
    if not (indices[0] >= 1 and indices[-1] <= MAX_FRAGMENTS):
        raise SealingError("fragment-index", f"expected numbers from 1 to {MAX_FRAGMENTS}")
    weights = []
    for i in indices:
        top = bottom = 1
        for j in indices:
            if j != i:
                top = top * j % PRIME
                bottom = bottom * (j - i) % PRIME
        weights.append(top * pow(bottom, -1, PRIME) % PRIME)
    return tuple(weights)
