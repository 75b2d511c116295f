"""One spelling of everything: canonical JSON, base64url and the labelled hash."""

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from ballots.board import Phase
from ballots.choices import Choices
from ballots.entries import Ballot, Close, Entry, Release, Request, parse_entry, skim_ballot, skim_entry
from ballots.errors import ProtocolError, WireError
from ballots.receipt import Promise
from ballots.sealing import RehearsalAnswer
from ballots.signing import kind_of
from ballots.wire import MAX_ENTRY, MAX_INT, Bytes, H, decode, encode, numbered_hashes
from tally.audit.report import AuditReport
from tally.outcome import Outcome
from tests.simulator import make_world

GOOD = b'{"count":3,"kind":"release","number":1,"style":"adult"}'

SECOND_SPELLINGS = {
    "a space": b'{"count": 3,"kind":"release","number":1,"style":"adult"}',
    "a space at the end": GOOD + b" ",
    "a newline before": b"\n" + GOOD,
    "another order": b'{"kind":"release","count":3,"number":1,"style":"adult"}',
    "a member twice": b'{"count":3,"count":3,"kind":"release","number":1,"style":"adult"}',
    "the kind twice": b'{"count":3,"kind":"release","kind":"release","number":1,"style":"adult"}',
    "an escaped letter": b'{"count":3,"kind":"release","number":1,"style":"\\u0061dult"}',
    "an escaped name": b'{"\\u0063ount":3,"kind":"release","number":1,"style":"adult"}',
}
WRONG_TYPES = {
    "a float": GOOD.replace(b"3", b"3.0"),
    "an exponent": GOOD.replace(b"3", b"3e0"),
    "a text for a number": GOOD.replace(b"3", b'"3"'),
    "a boolean for a number": GOOD.replace(b"3", b"true"),
    "null": GOOD.replace(b"3", b"null"),
    "a negative number": GOOD.replace(b"3", b"-3"),
    "2^53": GOOD.replace(b"3", str(2**53).encode()),
    "a large number": GOOD.replace(b"3", b"1" * 400),
    "a member missing": b'{"count":3,"kind":"release","number":1}',
    "an unknown member": GOOD.replace(b'"style"', b'"room":1,"style"'),
    "an unknown kind": GOOD.replace(b"release", b"deliver"),
    "no kind": b'{"count":3,"number":1,"style":"adult"}',
    "an upper-case id": GOOD.replace(b"adult", b"Adult"),
    "an id that ends in a newline": GOOD.replace(b"adult", b"adult\\n"),
    "an id of 41 characters": GOOD.replace(b"adult", b"a" * 41),
    "an array": b"[" + GOOD + b"]",
    "a number alone": b"3",
}
MALFORMED = {
    "nothing but a brace": b"{",
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "a lone surrogate": GOOD.replace(b"adult", b"\\ud800"),
    "a lone surrogate in bytes": GOOD.replace(b"adult", b"\xed\xa0\x80"),
    "Latin-1": GOOD.replace(b"adult", b"\xe9"),
    "a leading zero": GOOD.replace(b"3", b"03"),
    "a plus": GOOD.replace(b"3", b"+3"),
    "a trailing comma": GOOD.replace(b"}", b",}"),
    "two objects": GOOD + GOOD,
    "a NUL after": GOOD + b"\0",
}


@pytest.mark.parametrize("raw", SECOND_SPELLINGS.values(), ids=SECOND_SPELLINGS)
def test_a_second_spelling_is_refused(raw: bytes) -> None:
    """The same meaning in other bytes is refused."""
    with pytest.raises(WireError):
        parse_entry(raw)


@pytest.mark.parametrize("raw", (WRONG_TYPES | MALFORMED).values(), ids=WRONG_TYPES | MALFORMED)
def test_other_types_and_forms_are_refused(raw: bytes) -> None:
    """What is not a record of known members and types is refused."""
    with pytest.raises(WireError):
        parse_entry(raw)


@pytest.mark.parametrize("raw", [b"", b"x" * (MAX_ENTRY + 1)], ids=["empty", "65,536 bytes"])
def test_lengths_out_of_range_are_refused(raw: bytes) -> None:
    """An entry has 1 to 65,535 bytes."""
    with pytest.raises(WireError) as refused:
        parse_entry(raw)
    assert refused.value.reason == "wire-length"


@pytest.mark.parametrize(
    "text", ["AA==", "AB", "AAB", "A", "AAA\n", "A A", "+A", "/A", "AA=", "A=AA", "AAAA=", "ÅA", "AA A"]
)
def test_base64_has_one_spelling(text: str) -> None:
    """Padding, spare bits, white space and the other alphabet are refused where every length is allowed."""
    assert Bytes.parse("AA") == b"\0"
    with pytest.raises(ValueError, match="base64url"):
        Bytes.parse(text)


@given(st.binary(max_size=100))
def test_base64_goes_there_and_back(raw: bytes) -> None:
    """Any bytes come back from their text."""
    assert Bytes.parse(Bytes(raw).format()) == raw


@given(st.binary(max_size=300))
def test_any_bytes_give_a_typed_error(raw: bytes) -> None:
    """Random bytes are refused as an entry, never with another error."""
    with pytest.raises(ProtocolError):
        parse_entry(raw)


@given(st.data())
def test_a_changed_entry_is_refused_or_reads_back_equal(data: st.DataObject) -> None:
    """A valid entry with some bytes replaced is refused, or is the one spelling of what it now says."""
    raw = bytearray(data.draw(st.sampled_from(make_world(until=Phase.VOTING).entries)))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        entry = parse_entry(bytes(raw))
    except ProtocolError:
        return
    assert encode(entry) == bytes(raw)


def test_every_entry_of_an_election_reads_back_equal() -> None:
    """Each entry is the one spelling of its record, as JSON that any reader understands."""
    for raw in make_world().entries:
        assert encode(parse_entry(raw)) == raw
        assert (
            json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            == raw
        )


READ = (Entry, Choices, Outcome, AuditReport, Promise, RehearsalAnswer)
"""What is read from the wire, with everything in it."""


def _records_in(found: inspect.Type, seen: dict[type, inspect.StructType]) -> None:
    """Collect the records that a type leads to."""
    if isinstance(found, inspect.StructType) and found.cls not in seen:
        seen[found.cls] = found
        for each in found.fields:
            _records_in(each.type, seen)
    for each in [getattr(found, "item_type", None), *getattr(found, "types", ())]:
        if each is not None:
            _records_in(each, seen)


@pytest.mark.parametrize("kind", READ, ids=lambda kind: getattr(kind, "__name__", "Entry"))
def test_no_member_may_be_left_out(kind: object) -> None:
    """No record from the wire has a default, a fraction or a null: nothing has two spellings."""
    seen: dict[type, inspect.StructType] = {}
    _records_in(inspect.type_info(kind), seen)
    assert seen
    for record in seen.values():
        assert record.forbid_unknown_fields
        for each in record.fields:
            assert each.required, (record.cls, each.name)
            assert not isinstance(each.type, inspect.FloatType | inspect.NoneType | inspect.AnyType)


@given(st.data())
def test_a_second_spelling_is_what_the_record_would_not_give(data: st.DataObject) -> None:
    """Entries respelt at random are accepted if and only if they are what encoding the record gives."""
    entry = json.loads(data.draw(st.sampled_from(make_world(until=Phase.VOTING).entries)))
    names = data.draw(st.permutations(list(entry)))
    raw = json.dumps(
        {name: entry[name] for name in names},
        separators=data.draw(st.sampled_from([(",", ":"), (", ", ":"), (",", ": ")])),
        ensure_ascii=data.draw(st.booleans()),
    ).encode()
    meant = encode(msgspec.json.decode(raw, type=Entry, dec_hook=lambda kind, text: kind.parse(text)))
    if raw == meant:
        assert encode(parse_entry(raw)) == raw
    else:
        with pytest.raises(WireError) as refused:
            parse_entry(raw)
        assert refused.value.reason == "wire-spelling"


def test_skimming_reads_what_parsing_does() -> None:
    """What is read of an entry a second time is equal to what was read the first time."""
    for raw in make_world().entries:
        entry, skimmed = parse_entry(raw), skim_entry(raw)
        assert kind_of(skimmed) == kind_of(entry)
        assert all(getattr(entry, name) == getattr(skimmed, name) for name in skimmed.__struct_fields__)
        if isinstance(entry, Ballot):
            sealed = skim_ballot(raw)
            assert all(getattr(entry, name) == getattr(sealed, name) for name in sealed.__struct_fields__)


@given(st.binary(max_size=40), st.integers(0, 8))
def test_numbered_hashes_are_hashes_with_a_number(part: bytes, count: int) -> None:
    """Many hashes of one part with numbers are those of H, one by one."""
    expected = [H("box", part, number) for number in range(1, count + 1)]
    assert numbered_hashes("box", part, count) == expected


def test_odd_characters_are_written_as_rfc_8785_says() -> None:
    """Control characters get the short escapes or lower-case hex; all else stands as UTF-8."""
    text = '\x01\x1f\x7f\u2028é"\\/\n\t\b\f\r😀'
    written = encode({"t": text})
    assert written == b'{"t":"\\u0001\\u001f\x7f\xe2\x80\xa8\xc3\xa9\\"\\\\/\\n\\t\\b\\f\\r\xf0\x9f\x98\x80"}'


def test_records_are_frozen() -> None:
    """A record does not change once it is made, and takes its members by name only."""
    release = decode(Release, GOOD)
    with pytest.raises(AttributeError):
        release.count = 4
    with pytest.raises(TypeError):
        Release(3, 1, "adult")  # type: ignore[misc]


def test_the_hash_is_labelled_and_length_prefixed() -> None:
    """H is SHA-256 over the label and each part with its length, so no two inputs run together."""
    raw = b"wijkaandeel/v1/test\0\0\0\0\x02ab\0\0\0\x08" + (7).to_bytes(8, "big") + b"\0\0\0\x02\xc3\xa9"
    assert H("test", b"ab", 7, "é") == hashlib.sha256(raw).digest()
    assert H("test", b"a", b"b") != H("test", b"ab", b"")


def test_numbers_reach_2_to_the_53_less_1() -> None:
    """The largest number is one that JavaScript holds exactly."""
    assert decode(Release, GOOD.replace(b"3", str(MAX_INT).encode())).count == MAX_INT


def test_kinds_do_not_read_each_other() -> None:
    """A record of one kind is refused where another is expected."""
    for kind in (Close, Request):
        with pytest.raises(WireError):
            decode(kind, GOOD)
