"""Codes forgive how people type, catch what people mistype, and never repeat themselves."""

from contextlib import suppress

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from ballots.codes import ALPHABET, ballot_number, credential_seed, format_code, parse_code
from ballots.errors import CodeError
from ballots.wire import H

codes = st.integers(0, 2**75 - 1).map(format_code)
CODE = format_code(0x123456789ABCDEF0123 % 2**75)
MANIFEST_HASH = bytes(range(32))


def refused(text: str) -> CodeError:
    """Return the error for a code that must be refused, having checked that it does not repeat the code."""
    with pytest.raises(CodeError) as caught:
        parse_code(text)
    assert not text or text not in str(caught.value)
    return caught.value


def sum_in_field(symbols: str) -> int:
    """Return the sum of x^(15-i) * s_i in GF(2)[x]/(x^5+x^2+1), by long division."""
    total = 0
    for i, symbol in enumerate(symbols):
        total ^= ALPHABET.index(symbol) << (15 - i)
    for shift in range(20, 4, -1):
        if total >> shift & 1:
            total ^= 0b100101 << (shift - 5)
    return total


@given(st.integers(0, 2**75 - 1))
def test_a_printed_code_reads_back(bits: int) -> None:
    """A code is 4 x 4 symbols, satisfies the check equation, and holds its 75 bits in reading order."""
    text = format_code(bits)
    assert [len(group) for group in text.split("-")] == [4, 4, 4, 4]
    assert sum_in_field(text.replace("-", "")) == 0
    symbols = parse_code(text)
    assert len(symbols) == 15
    assert sum(ALPHABET.index(symbol) << 5 * (14 - i) for i, symbol in enumerate(symbols)) == bits


def test_known_codes_are_spelt_so() -> None:
    """Three codes stand here as vectors for other implementations."""
    assert format_code(0) == "0000-0000-0000-0000"
    assert format_code(1) == "0000-0000-0000-0012"
    assert format_code(2**75 - 1) == "ZZZZ-ZZZZ-ZZZZ-ZZZN"


def test_the_weights_are_distinct() -> None:
    """The 16 weights of the check are distinct and not zero, so no swap and no single fault slips through."""
    weights = set()
    for position in range(16):
        symbols = "0" * position + "1" + "0" * (15 - position)
        weights.add(sum_in_field(symbols))
    assert len(weights) == 16
    assert 0 not in weights


@given(codes, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_caught(code: str, position: int, wrong: str) -> None:
    """Every code with one other symbol is refused by the check."""
    symbols = code.replace("-", "")
    typed = symbols[:position] + wrong + symbols[position + 1 :]
    if typed != symbols:
        assert refused(typed).reason == "code-check"


def test_every_wrong_symbol_of_one_code_is_caught() -> None:
    """All 16 x 31 single faults of one code are caught."""
    symbols = CODE.replace("-", "")
    for position in range(16):
        for wrong in set(ALPHABET) - {symbols[position]}:
            assert refused(symbols[:position] + wrong + symbols[position + 1 :]).reason == "code-check"


@given(codes, st.integers(0, 15), st.integers(0, 15))
def test_two_swapped_symbols_are_caught(code: str, first: int, second: int) -> None:
    """Every swap of two different symbols, neighbours or not, is refused by the check."""
    symbols = list(code.replace("-", ""))
    if symbols[first] != symbols[second]:
        symbols[first], symbols[second] = symbols[second], symbols[first]
        assert refused("".join(symbols)).reason == "code-check"


@given(codes)
def test_typing_is_forgiven(code: str) -> None:
    """Small letters, O, I and L, spaces, dashes and line ends anywhere change nothing."""
    expected = parse_code(code)
    assert parse_code(code.lower()) == expected
    assert parse_code(code.replace("-", "")) == expected
    assert parse_code(" " + " ".join(code) + "\r\n\t\u00a0") == expected
    assert parse_code(code.replace("-", "\u2013")) == expected
    for digit, letters in (("0", "Oo"), ("1", "IiLl")):
        for letter in letters:
            assert parse_code(code.replace(digit, letter)) == expected


@pytest.mark.parametrize(
    "wrong", ["U", "u", "*", "~", "$", "=", "\u0131", "\u017f", "\uff10", "\u0660", "\u00e9", "\0"]
)
def test_a_symbol_outside_the_alphabet_is_refused(wrong: str) -> None:
    """U, the other check symbols of Crockford, and look-alikes of other scripts are refused."""
    assert refused(wrong + CODE[1:]).reason == "code-symbol"


@pytest.mark.parametrize("text", ["", "-", CODE[:-1], CODE + "0", CODE * 2])
def test_a_code_of_another_length_is_refused(text: str) -> None:
    """Fewer or more than 16 symbols are refused."""
    assert refused(text).reason == "code-length"


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_a_typed_error(text: str) -> None:
    """Any text gives 15 symbols of the alphabet or CodeError."""
    with suppress(CodeError):
        assert set(parse_code(text)) <= set(ALPHABET)


@pytest.mark.parametrize("bits", [-1, 2**75])
def test_bits_out_of_range_are_refused(bits: int) -> None:
    """A code has exactly 75 bits."""
    with pytest.raises(CodeError) as caught:
        format_code(bits)
    assert caught.value.reason == "code-bits"


def test_a_seed_is_argon2id_of_the_fifteen_symbols() -> None:
    """The seed is Argon2id with the parameters and the salt that section 4.1 names."""
    symbols = parse_code(CODE)
    expected = hash_secret_raw(
        symbols.encode(), H("code", MANIFEST_HASH)[:16], 2, 19 * 1024, 1, 32, Type.ID, 19
    )
    seed = credential_seed(symbols, MANIFEST_HASH)
    assert seed == expected
    assert len(seed) == 32
    assert seed != credential_seed(symbols, bytes(32))


@pytest.mark.parametrize(
    ("code", "reason"),
    [("", "code-length"), (CODE, "code-length"), ("o" * 15, "code-symbol"), ("é" * 15, "code-symbol")],
)
def test_a_seed_is_made_of_parsed_codes_only(code: str, reason: str) -> None:
    """A code that was not parsed, so that it may have a second spelling, gives no seed."""
    with pytest.raises(CodeError) as caught:
        credential_seed(code, MANIFEST_HASH)
    assert caught.value.reason == reason


@given(st.binary(min_size=32, max_size=32))
def test_a_ballot_number_is_the_first_fifty_bits(entry_hash: bytes) -> None:
    """A ballot's number is the first 50 bits of its hash, five a symbol."""
    bits = "".join(f"{byte:08b}" for byte in entry_hash)
    assert ballot_number(entry_hash) == "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, 50, 5))


def test_known_ballot_numbers() -> None:
    """Two numbers stand here as vectors for other implementations."""
    assert ballot_number(bytes(32)) == "0000000000"
    assert ballot_number(b"\xff" * 6 + b"\xc0" + bytes(25)) == "ZZZZZZZZZZ"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_of_another_length_has_no_number(size: int) -> None:
    """Only 32 bytes have a number."""
    with pytest.raises(CodeError) as caught:
        ballot_number(bytes(size))
    assert caught.value.reason == "hash-length"
