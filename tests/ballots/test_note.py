"""Notes of other implementations open, and no second spelling or bad signature passes."""

import base64
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal.rekor.checkpoint import SignedNote

from ballots.errors import NoteError, PointError, ProtocolError
from ballots.note import (
    COSIGNATURE,
    ED25519,
    MAX_NOTE,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    VerifierKey,
    check_name,
    cosignature_message,
    format_note,
    format_signature_lines,
    format_vkey,
    key_id,
    parse_base64,
    parse_note,
    parse_signature_lines,
    parse_vkey,
    sign_note,
    verified_signatures,
    verifier_of,
    verify_note,
)

# The example of Go's golang.org/x/mod/sumdb/note, with its published private key.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETER_LINE = (
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PETER_NOTE: Final = f"{PETER_TEXT}\n{PETER_LINE}".encode()
# The example of C2SP signed-note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

TEXT = "a text\n"
ALICE_KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
BOB_KEY = Ed25519PrivateKey.from_private_bytes(b"b" * 32)
ALICE = verifier_of("alice.example", ED25519, ALICE_KEY)
BOB = verifier_of("bob.example", ED25519, BOB_KEY)
BY_ALICE = sign_note(TEXT, ALICE.name, ALICE_KEY)
BY_BOB = sign_note(TEXT, BOB.name, BOB_KEY)
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2007\u200a\u2028\u2029\u202f\u205f\u3000"


def reason_of(error: pytest.ExceptionInfo[ProtocolError]) -> str:
    """Return the reason of a refusal."""
    return error.value.reason


def spoilt(signature: NoteSignature) -> NoteSignature:
    """Return a signature with its last bit turned."""
    raw = signature.signature
    return NoteSignature(
        key_id=signature.key_id, name=signature.name, signature=raw[:-1] + bytes([raw[-1] ^ 1])
    )


def test_the_note_of_go_opens() -> None:
    """The example of Go's note package parses, verifies, and is written back to the byte."""
    key = parse_vkey(PETER)
    assert (key.name, key.id.hex(), key.type) == ("PeterNeumann", "c74f20a3", ED25519)
    note = parse_note(PETER_NOTE)
    assert note.text == PETER_TEXT
    verify_note(note, [key])
    assert format_note(note) == PETER_NOTE


def test_we_sign_as_go_does() -> None:
    """With the published private key we make the published signature line."""
    private = Ed25519PrivateKey.from_private_bytes(PETER_SEED)
    assert verifier_of("PeterNeumann", ED25519, private) == parse_vkey(PETER)
    assert format_signature_lines([sign_note(PETER_TEXT, "PeterNeumann", private)]) == PETER_LINE


def test_the_note_of_c2sp_opens() -> None:
    """The example of the C2SP specification verifies."""
    verify_note(parse_note(FOO_NOTE), [parse_vkey(FOO)])


@pytest.mark.parametrize(
    "vkey",
    [
        PETER,
        FOO,
        "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ],
)
def test_verifier_keys_of_others(vkey: str) -> None:
    """Verifier keys of other implementations parse and are written back to the letter."""
    assert format_vkey(parse_vkey(vkey)) == vkey


def test_sigstore_reads_our_notes() -> None:
    """An independent reader finds the same text, names, key ids and signatures in our notes."""
    theirs = SignedNote.from_text(format_note(Note(text=TEXT, signatures=(BY_ALICE, BY_BOB))).decode("utf-8"))
    assert theirs.note == TEXT
    assert [(s.name, s.sig_hash, base64.b64decode(s.signature)) for s in theirs.signatures] == [
        (s.name, s.key_id, s.signature) for s in (BY_ALICE, BY_BOB)
    ]


KEY_64 = PETER.split("+", 2)[2]


def vkey_of(raw: bytes) -> str:
    """Return the verifier key of a type and a key, good or not, with the id that belongs to it."""
    return f"a+{key_id('a', raw[0], raw[1:]).hex()}+{base64.b64encode(raw).decode()}"


@pytest.mark.parametrize(
    ("vkey", "reason"),
    [
        ("", "note-vkey"),
        ("PeterNeumann", "note-vkey"),
        (f"+c74f20a3+{KEY_64}", "note-vkey"),
        (f"PeterNeumann+C74F20A3+{KEY_64}", "note-vkey"),
        (f"PeterNeumann+c74f20a+{KEY_64}", "note-vkey"),
        (f"PeterNeumann+c74f20a3+{KEY_64}\n", "note-vkey"),
        (f" {PETER}", "note-vkey"),
        (f"Peter\nNeumann+c74f20a3+{KEY_64}", "note-vkey"),
        (f"\ud800+c74f20a3+{KEY_64}", "note-vkey"),
        (f"PeterNeumann+c74f20a4+{KEY_64}", "note-vkey-id"),
        (f"Peter+c74f20a3+{KEY_64}", "note-vkey-id"),
        (f"PeterNeumann+c74f20a3+{KEY_64}=", "note-vkey"),
        (f"PeterNeumann+c74f20a3+{KEY_64[:-1]}", "note-vkey"),
        (f"PeterNeumann+c74f20a3+{KEY_64[:-4]}", "note-vkey"),
        (f"PeterNeumann+c74f20a3+{KEY_64}AAAA", "note-vkey"),
        (f"PeterNeumann+c74f20a3+Ag{KEY_64[2:]}", "note-key-type"),
        (f"PeterNeumann+c74f20a3+Bg{KEY_64[2:]}", "note-key-type"),
        (vkey_of(b"\x01\x01" + bytes(31)), "point-small-order"),
        (vkey_of(b"\x01" + b"\xff" * 32), "point-not-canonical"),
    ],
)
def test_refused_verifier_keys(vkey: str, reason: str) -> None:
    """A verifier key in another form, with another id or with a weak key is refused."""
    with pytest.raises((NoteError, PointError)) as error:
        parse_vkey(vkey)
    assert reason_of(error) == reason


@pytest.mark.parametrize("name", ["", "a+b", "\ud800", "a\x00b", "a\x1fb", *(f"a{c}b" for c in SPACES)])
def test_refused_names(name: str) -> None:
    """A key name with a space of any script, a plus, a control character or nothing at all is refused."""
    with pytest.raises(NoteError) as error:
        check_name(name)
    assert reason_of(error) == "note-name"


@pytest.mark.parametrize(
    "text",
    ["a", "ab", "abc", "AA=", "AA", "AA==\n", " AA==", "AB==", "AAB=", "AAA=A", "A===", "AA-_", "é==="],
)
def test_second_spellings_of_base64(text: str) -> None:
    """Base64 with missing padding, spare bits, other letters or white space is refused."""
    with pytest.raises(NoteError) as error:
        parse_base64(text)
    assert reason_of(error) == "note-base64"


LINE = PETER_LINE.encode()
HEAD = PETER_TEXT.encode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "note-form"),
        (b"\n", "note-form"),
        (b"\n\n", "note-form"),
        (HEAD, "note-form"),
        (HEAD + b"\n", "note-form"),
        (HEAD + LINE, "note-form"),
        (HEAD + b"\n" + LINE[:-1], "note-form"),
        (HEAD + b"\n" + LINE + b"\n", "note-form"),
        (HEAD + b"\n" + LINE + b"more\n", "note-form"),
        (HEAD + b"\n" + LINE.replace("\u2014".encode(), b"-"), "note-form"),
        (HEAD + b"\n" + LINE.replace(b" Peter", b"  Peter"), "note-form"),
        (HEAD + b"\n" + LINE.replace(b" x08", b"  x08"), "note-form"),
        (HEAD + b"\n" + LINE.replace(b"\n", b" \n"), "note-form"),
        (HEAD + b"\n" + LINE.replace(b"x08", b"x08 "), "note-form"),
        (HEAD + b"\n\xe2\x80\x94 PeterNeumann x08gow==\n", "note-base64"),
        (HEAD + b"\n" + LINE.replace(b"AM=", b"AN="), "note-base64"),
        (HEAD + b"\n" + LINE.replace(b"AM=", b"AM"), "note-base64"),
        (HEAD + b"\n" + LINE.replace(b"AM=", b"AM=="), "note-base64"),
        (HEAD + b"\n" + LINE.replace(b"Neumann", b"+Neumann"), "note-name"),
        (HEAD + b"\n" + LINE.replace(b"Neumann", "\u2003Neumann".encode()), "note-name"),
        (HEAD + b"\r\n\n" + LINE, "note-control"),
        (b"\t" + PETER_NOTE, "note-control"),
        (b"\0" + PETER_NOTE, "note-control"),
        (b"\xff" + PETER_NOTE, "note-utf8"),
        (b"\xed\xa0\x80" + PETER_NOTE, "note-utf8"),
        (b"\xc0\x8a" + PETER_NOTE, "note-utf8"),
        (b"a" * (MAX_NOTE + 1), "note-length"),
        (HEAD + b"\n" + LINE * (MAX_SIGNATURES + 1), "note-signatures"),
    ],
)
def test_refused_notes(raw: bytes, reason: str) -> None:
    """A note in any other form or spelling is refused for its reason."""
    with pytest.raises(NoteError) as error:
        parse_note(raw)
    assert reason_of(error) == reason


def test_a_text_may_hold_empty_lines() -> None:
    """The text ends at the last empty line, so earlier ones belong to it."""
    text = f"\n\none\n\n\u2014 no signature\n\n{PETER_TEXT}"
    private = Ed25519PrivateKey.from_private_bytes(PETER_SEED)
    note = Note(text=text, signatures=(sign_note(text, "PeterNeumann", private),))
    assert parse_note(format_note(note)) == note


@pytest.mark.parametrize(
    "note",
    [
        Note(text="no newline", signatures=(BY_ALICE,)),
        Note(text="", signatures=(BY_ALICE,)),
        Note(text="\ud800\n", signatures=(BY_ALICE,)),
        Note(text="\r\n", signatures=(BY_ALICE,)),
        Note(text=TEXT, signatures=()),
        Note(text=TEXT, signatures=(NoteSignature(key_id=b"abc", name="a", signature=b"12"),)),
        Note(text=TEXT, signatures=(NoteSignature(key_id=b"abcd", name="a", signature=b""),)),
        Note(text=TEXT, signatures=(NoteSignature(key_id=b"abcd", name="a b", signature=b"1"),)),
    ],
)
def test_notes_without_a_spelling(note: Note) -> None:
    """A note that no bytes would be read as cannot be written."""
    with pytest.raises(NoteError):
        format_note(note)


@pytest.mark.parametrize(
    ("text", "reason"), [("a", "note-form"), ("a\r\n", "note-control"), ("\ud800\n", "note-utf8")]
)
def test_only_a_note_text_is_signed(text: str, reason: str) -> None:
    """A text that no note can hold is not signed."""
    with pytest.raises(NoteError) as error:
        sign_note(text, "alice", ALICE_KEY)
    assert reason_of(error) == reason


def test_unknown_keys_are_ignored() -> None:
    """Signatures by unknown keys, good or bad, change nothing, and alone they do not count."""
    known_name = NoteSignature(key_id=BY_BOB.key_id, name=ALICE.name, signature=bytes(64))
    known_id = NoteSignature(key_id=ALICE.id, name=BOB.name, signature=bytes(64))
    odd = NoteSignature(key_id=b"\0\0\0\0", name="odd", signature=b"x" * 3000)
    note = Note(text=TEXT, signatures=(spoilt(BY_BOB), known_name, known_id, odd, BY_ALICE))
    verify_note(note, [ALICE])
    with pytest.raises(NoteError) as error:
        verify_note(note, [parse_vkey(PETER)])
    assert reason_of(error) == "note-unsigned"
    with pytest.raises(NoteError) as error:
        verify_note(note, [])
    assert reason_of(error) == "note-unsigned"


@pytest.mark.parametrize(
    "signatures",
    [
        (spoilt(BY_ALICE),),
        (BY_ALICE, spoilt(BY_ALICE)),
        (spoilt(BY_ALICE), BY_ALICE),
        (BY_BOB, spoilt(BY_ALICE)),
        (NoteSignature(key_id=ALICE.id, name=ALICE.name, signature=b"short"),),
        (NoteSignature(key_id=ALICE.id, name=ALICE.name, signature=BY_ALICE.signature + b"\0"),),
        (NoteSignature(key_id=ALICE.id, name=ALICE.name, signature=BY_BOB.signature),),
        (sign_note("another text\n", ALICE.name, ALICE_KEY),),
    ],
)
def test_a_bad_signature_refuses_the_note(signatures: tuple[NoteSignature, ...]) -> None:
    """One bad signature by a known key refuses the whole note, whatever else is signed."""
    with pytest.raises(NoteError) as error:
        verify_note(Note(text=TEXT, signatures=signatures), [ALICE, BOB])
    assert reason_of(error) == "note-signature"


def test_a_second_spelling_of_s_is_refused() -> None:
    """A signature with S + L in place of S, which lax verifiers accept, is refused."""
    order = 2**252 + 27742317777372353535851937790883648493
    r, s = BY_ALICE.signature[:32], int.from_bytes(BY_ALICE.signature[32:], "little")
    lax = NoteSignature(key_id=ALICE.id, name=ALICE.name, signature=r + (s + order).to_bytes(32, "little"))
    with pytest.raises(NoteError) as error:
        verify_note(Note(text=TEXT, signatures=(lax,)), [ALICE])
    assert reason_of(error) == "note-signature"


def test_colliding_known_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two known keys under one name and id cannot be told apart, so nothing is verified."""
    note = Note(text=TEXT, signatures=(BY_ALICE,))
    verify_note(note, [ALICE, ALICE])
    found = ALICE.id
    monkeypatch.setattr("ballots.note.key_id", lambda *_: found)
    with pytest.raises(NoteError) as error:
        verify_note(note, [ALICE, VerifierKey(key=BOB.key, name=ALICE.name, type=ED25519)])
    assert reason_of(error) == "note-ambiguous"


def test_a_cosignature_is_no_signature() -> None:
    """One key of both types under one name has two ids, and neither type passes as the other."""
    both = verifier_of(ALICE.name, COSIGNATURE, ALICE_KEY)
    assert both.id != ALICE.id
    message = cosignature_message(TEXT, 7)
    value = (7).to_bytes(8, "big") + ALICE_KEY.sign(message)
    good = Note(text=TEXT, signatures=(NoteSignature(key_id=both.id, name=both.name, signature=value),))
    assert [v.time for v in verified_signatures(good, [both, ALICE])] == [7]
    for key in (ALICE, both):
        wrong = BY_ALICE.signature if key is both else value
        note = Note(text=TEXT, signatures=(NoteSignature(key_id=key.id, name=key.name, signature=wrong),))
        with pytest.raises(NoteError) as error:
            verify_note(note, [ALICE, both])
        assert reason_of(error) == "note-signature"


def test_sixteen_large_signatures_fit() -> None:
    """A note with 16 signatures of 5 kB each is read, as the specification asks."""
    large = tuple(
        NoteSignature(key_id=b"\0\0\0\0", name=f"pq{i}.example", signature=b"x" * 5000) for i in range(16)
    )
    note = Note(text=TEXT, signatures=(*large, BY_ALICE))
    verify_note(parse_note(format_note(note)), [ALICE])


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes(raw: bytes) -> None:
    """Any bytes are refused with a typed error or written back unchanged."""
    for candidate in (raw, raw + b"\n\n" + LINE, HEAD + b"\n" + raw, HEAD + b"\n\xe2\x80\x94 " + raw + b"\n"):
        try:
            note = parse_note(candidate)
        except ProtocolError:
            continue
        assert format_note(note) == candidate


@given(st.one_of(st.text(), st.text().map(lambda text: f"{text}+c74f20a3+{KEY_64}")))
def test_any_verifier_key(text: str) -> None:
    """Any text is refused as a verifier key with a typed error or written back unchanged."""
    try:
        key = parse_vkey(text)
    except ProtocolError:
        return
    assert format_vkey(key) == text


@given(st.integers(0, len(PETER_NOTE) - 1), st.integers(0, 255))
def test_any_byte_changed(at: int, byte: int) -> None:
    """A note with one byte changed verifies no longer."""
    raw = PETER_NOTE[:at] + bytes([byte]) + PETER_NOTE[at + 1 :]
    if raw != PETER_NOTE:
        with pytest.raises(NoteError):
            verify_note(parse_note(raw), [parse_vkey(PETER)])


@given(st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=99)), min_size=1))
def test_signature_lines_round_trip(values: list[tuple[bytes, bytes]]) -> None:
    """Signature lines that are written are read as the same signatures."""
    lines = tuple(NoteSignature(key_id=i, name="é/x", signature=s) for i, s in values[:MAX_SIGNATURES])
    assert parse_signature_lines(format_signature_lines(lines)) == lines
