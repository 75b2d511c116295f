"""Write, read and check the codes on the letters, and turn one into a credential's seed.

Promise: every single wrong symbol and every swap of two symbols is caught while typing. Limit: a code is a
bearer secret; who got which letter is the registrar's knowledge, in admin/. Texts of errors never repeat the
code. Format: PROTOCOL.md section 6.

The check symbol: symbols are elements of GF(32) = GF(2)[x] / (x^5+x^2+1), a symbol's value giving the bits of
the polynomial, and a = x, which is primitive. Over the 16 symbols s_0 .. s_15 of a code, in reading order and
with the check symbol last, the sum of a^(15-i) * s_i is zero. The 16 weights are distinct and not zero.
"""

from argon2.low_level import Type, hash_secret_raw

from ballots.errors import CodeError
from ballots.wire import H

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32 symbols, in order of value."""
CODE_BITS = 75
"""Random bits in a code: 15 symbols of 5 bits."""

_MEMORY_KIB = 19_456
_PASSES = 2
_LANES = 1
_ARGON2_VERSION = 0x13

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_SEPARATORS = " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2015"
_FORGIVEN = {
    **{ord(separator): None for separator in _SEPARATORS},
    **{ord(symbol.lower()): symbol for symbol in ALPHABET},
    **{ord(typed): meant for typed, meant in zip("OoIiLl", "001111", strict=True)},
}


def _times_x(value: int) -> int:
    """Return x times an element of GF(2)[x] / (x^5+x^2+1)."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _remainder(values: list[int]) -> int:
    """Return the sum of x^(last-i) * values[i]."""
    total = 0
    for value in values:
        total = _times_x(total) ^ value
    return total


def format_code(random_bits: int) -> str:
    """Return a code `XXXX-XXXX-XXXX-XXXX` for 75 random bits; the inverse of `parse_code` but for the check.

    The first symbol holds the highest five bits; the last of the 16 is the check symbol. Errors: CodeError
    `code-bits` (not 0 to 2^75-1).
    """
    if not 0 <= random_bits < 1 << CODE_BITS:
        raise CodeError("code-bits", f"expected a number of {CODE_BITS} bits")
    values = [random_bits >> shift & 31 for shift in range(CODE_BITS - 5, -5, -5)]
    values.append(_times_x(_remainder(values)))
    symbols = "".join(ALPHABET[value] for value in values)
    return "-".join(symbols[start : start + 4] for start in range(0, 16, 4))


def check_symbol(symbols: str) -> str:
    """Return the symbol that stands last in a code, for the upper-case symbols before it."""
    return ALPHABET[_times_x(_remainder([_VALUES[symbol] for symbol in symbols]))]


def parse_code(text: str) -> str:
    """Return the 15 upper-case symbols of a typed code of 16, without its check symbol.

    Forgiven: small letters, O for 0, I and L for 1, and anywhere spaces, tabs, line ends, U+00A0, hyphens and
    dashes (U+2010 to U+2015). Errors, in this order: CodeError `code-length`, `code-symbol` (U is none),
    `code-check`.
    """
    symbols = text.translate(_FORGIVEN)
    if len(symbols) != 16:
        raise CodeError("code-length", f"expected 16 symbols, got {len(symbols)}")
    if not all(symbol in _VALUES for symbol in symbols):
        raise CodeError("code-symbol", "expected digits and letters other than U")
    if _remainder([_VALUES[symbol] for symbol in symbols]) != 0:
        raise CodeError("code-check", "expected a code whose last symbol fits the others")
    return symbols[:15]


def credential_seed(code: str, manifest_hash: bytes) -> bytes:
    """Return the 32-byte Ed25519 seed of the credential behind the 15 symbols that `parse_code` gave.

    Argon2id, version 0x13, 19 MiB, 2 passes, 1 lane; about 15 ms, so that guessing codes against a published
    roll is hopeless. Errors: CodeError `code-length`, `code-symbol`. Source: RFC 9106.
    """
    if len(code) != 15:
        raise CodeError("code-length", f"expected 15 symbols, got {len(code)}")
    if not all(symbol in _VALUES for symbol in code):
        raise CodeError("code-symbol", "expected upper-case Crockford symbols")
    return hash_secret_raw(
        secret=code.encode("ascii"),
        salt=H("code", manifest_hash)[:16],
        time_cost=_PASSES,
        memory_cost=_MEMORY_KIB,
        parallelism=_LANES,
        hash_len=32,
        type=Type.ID,
        version=_ARGON2_VERSION,
    )


def ballot_number(entry_hash: bytes) -> str:
    """Return a ballot's number: the first 50 bits of its 32-byte entry hash as 10 Crockford symbols.

    Errors: CodeError `hash-length`. Format: PROTOCOL.md section 6.
    """
    if len(entry_hash) != 32:
        raise CodeError("hash-length", f"expected a hash of 32 bytes, got {len(entry_hash)}")
    bits = int.from_bytes(entry_hash[:7], "big") >> 6
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(45, -5, -5))
