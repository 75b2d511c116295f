"""A checkpoint of a running log opens, and only enough different witnesses make a checkpoint witnessed."""

import base64
from collections.abc import Iterable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal.rekor.checkpoint import LogCheckpoint, SignedCheckpoint

from ballots.checkpoint import (
    Checkpoint,
    add_cosignatures,
    cosign,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_cosignature,
    verify_witnessed,
)
from ballots.errors import NoteError, ProtocolError
from ballots.note import (
    COSIGNATURE,
    ED25519,
    MAX_TIME,
    Note,
    NoteSignature,
    VerifierKey,
    format_note,
    format_signature_lines,
    parse_note,
    parse_vkey,
    sign_note,
    verifier_of,
)
from ballots.wire import MAX_INT

# A checkpoint of a running log (a Certificate Transparency staging log), cosigned by four public witnesses;
# the first line is a signature of a type that we do not know.
REAL = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u2014 arche2025h1.staging.ct.transparency.dev \
zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u2014 arche2025h1.staging.ct.transparency.dev \
ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u2014 transparency.dev/DEV:witness-little-garden \
2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
\u2014 witness1.smartit.nu/witness1 \
pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
\u2014 remora.n621.de \
2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
\u2014 witness.stagemole.eu \
Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
""".encode()
REAL_LOG = parse_vkey(
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
REAL_WITNESSES = [
    parse_vkey(vkey)
    for vkey in (
        "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
        "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
        "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
    )
]
REAL_TIME = 0x6A122120

ORIGIN = "board.example/2026"
HEAD = Checkpoint(origin=ORIGIN, root=bytes(range(32)), size=70_000)
TEXT = format_checkpoint(HEAD)
OPERATOR_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OPERATOR = verifier_of(ORIGIN, ED25519, OPERATOR_KEY)
SIGNED = sign_checkpoint(HEAD, ORIGIN, OPERATOR_KEY)
NAMES = ("w0.example", "w1.example", "w2.example")
KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([i + 1]) * 32) for i in range(3)]
WITNESSES = [verifier_of(name, COSIGNATURE, key) for name, key in zip(NAMES, KEYS, strict=True)]
W0 = cosign(TEXT, NAMES[0], KEYS[0], 100)
W0_LATER = cosign(TEXT, NAMES[0], KEYS[0], 200)
W1 = cosign(TEXT, NAMES[1], KEYS[1], 101)


def with_lines(*signatures: NoteSignature) -> bytes:
    """Return the signed checkpoint with more signatures."""
    return SIGNED + format_signature_lines(signatures).encode()


def spoilt(signature: NoteSignature, at: int) -> NoteSignature:
    """Return a signature with a bit of one byte turned."""
    raw = bytearray(signature.signature)
    raw[at] ^= 1
    return NoteSignature(key_id=signature.key_id, name=signature.name, signature=bytes(raw))


def reason_of(error: pytest.ExceptionInfo[ProtocolError]) -> str:
    """Return the reason of a refusal."""
    return error.value.reason


def test_a_real_checkpoint_is_witnessed() -> None:
    """A checkpoint of a running log opens with its operator's key and the keys of its four witnesses."""
    witnessed = verify_witnessed(REAL, REAL_LOG, REAL_WITNESSES, 4)
    assert witnessed.checkpoint.size == 1_432_088_532
    assert witnessed.times == dict.fromkeys((w.name for w in REAL_WITNESSES), REAL_TIME)
    assert format_note(parse_note(REAL)) == REAL


@pytest.mark.parametrize(("old", "new"), [(b"1432088532", b"1432088533"), (b"U7WM", b"U7WN")])
def test_a_real_checkpoint_cannot_be_changed(old: bytes, new: bytes) -> None:
    """Another size or root is refused."""
    with pytest.raises(NoteError) as error:
        open_checkpoint(REAL.replace(old, new), REAL_LOG)
    assert reason_of(error) == "note-signature"


def test_sigstore_reads_our_checkpoints() -> None:
    """An independent reader finds the same origin, size and root."""
    assert LogCheckpoint.from_text(TEXT) == LogCheckpoint(
        origin=ORIGIN, log_size=70_000, log_hash=HEAD.root.hex(), other_content=[]
    )
    assert SignedCheckpoint.from_text(SIGNED.decode()).checkpoint.log_size == 70_000


def test_the_operators_checkpoint_opens() -> None:
    """What the operator signs is what opens, also between cosignatures of strangers."""
    assert open_checkpoint(SIGNED, OPERATOR) == HEAD
    assert open_checkpoint(with_lines(W0, spoilt(W1, 9)), OPERATOR) == HEAD


ROOT = base64.b64encode(HEAD.root).decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "checkpoint-form"),
        (f"{ORIGIN}\n1\n", "checkpoint-form"),
        (f"{ORIGIN}\n1\n{ROOT}", "checkpoint-form"),
        (f"{ORIGIN}\n1\n{ROOT}\n\n", "checkpoint-form"),
        (f"{ORIGIN}\n1\n{ROOT}\nextension\n", "checkpoint-form"),
        (f"\n1\n{ROOT}\n", "checkpoint-form"),
        (f"a b\n1\n{ROOT}\n", "checkpoint-form"),
        (f"a+b\n1\n{ROOT}\n", "checkpoint-form"),
        (f"\ud800\n1\n{ROOT}\n", "checkpoint-form"),
        (f"{ORIGIN}\n\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n01\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n00\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n+1\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n-1\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n 1\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n1 \n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n1_0\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n1e1\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n0x1\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n\u0661\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n{MAX_INT + 1}\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n", "checkpoint-size"),
        (f"{ORIGIN}\n1\n\n", "checkpoint-hash"),
        (f"{ORIGIN}\n1\n{ROOT[:-1]}\n", "checkpoint-hash"),
        (f"{ORIGIN}\n1\n{ROOT[:-2]}9=\n", "checkpoint-hash"),
        (f"{ORIGIN}\n1\n{HEAD.root.hex()}\n", "checkpoint-hash"),
        (f"{ORIGIN}\n1\n{base64.b64encode(bytes(31)).decode()}\n", "checkpoint-hash"),
        (f"{ORIGIN}\n1\n{base64.b64encode(bytes(33)).decode()}\n", "checkpoint-hash"),
    ],
)
def test_refused_checkpoints(text: str, reason: str) -> None:
    """A checkpoint in any other form or spelling is refused for its reason."""
    with pytest.raises(NoteError) as error:
        parse_checkpoint(text)
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint(origin="a\nb", root=HEAD.root, size=1),
        Checkpoint(origin="", root=HEAD.root, size=1),
        Checkpoint(origin=ORIGIN, root=b"", size=1),
        Checkpoint(origin=ORIGIN, root=HEAD.root, size=-1),
        Checkpoint(origin=ORIGIN, root=HEAD.root, size=MAX_INT + 1),
    ],
)
def test_checkpoints_without_a_spelling(checkpoint: Checkpoint) -> None:
    """A checkpoint that no text would be read as is neither written nor signed."""
    with pytest.raises(NoteError):
        format_checkpoint(checkpoint)
    with pytest.raises(NoteError):
        sign_checkpoint(checkpoint, checkpoint.origin, OPERATOR_KEY)


def test_the_origin_is_the_key_name() -> None:
    """The operator neither signs nor is believed for an origin that is not its name."""
    with pytest.raises(NoteError) as error:
        sign_checkpoint(HEAD, "other.example", OPERATOR_KEY)
    assert reason_of(error) == "checkpoint-origin"
    text = format_checkpoint(Checkpoint(origin="other.example", root=HEAD.root, size=1))
    raw = format_note(Note(text=text, signatures=(sign_note(text, ORIGIN, OPERATOR_KEY),)))
    with pytest.raises(NoteError) as error:
        open_checkpoint(raw, OPERATOR)
    assert reason_of(error) == "checkpoint-origin"


def test_only_the_operator_counts() -> None:
    """Without the operator's signature a checkpoint is refused, however many witnesses signed it."""
    raw = format_note(Note(text=TEXT, signatures=(W0, W1)))
    with pytest.raises(NoteError) as error:
        verify_witnessed(raw, OPERATOR, WITNESSES, 1)
    assert reason_of(error) == "note-unsigned"


def test_a_key_of_the_wrong_type_is_refused() -> None:
    """An operator's key of the witness type, or the other way about, is refused."""
    as_witness = verifier_of(ORIGIN, COSIGNATURE, OPERATOR_KEY)
    as_operator = verifier_of(NAMES[0], ED25519, KEYS[0])
    for call in (
        lambda: open_checkpoint(SIGNED, as_witness),
        lambda: verify_witnessed(SIGNED, OPERATOR, [as_operator], 1),
        lambda: verify_cosignature(TEXT, W0, as_operator),
        lambda: add_cosignatures(SIGNED, b"", [as_operator]),
    ):
        with pytest.raises(NoteError) as error:
            call()
        assert reason_of(error) == "note-key-type"


@pytest.mark.parametrize(
    ("signatures", "threshold", "times"),
    [
        ((W0,), 1, {NAMES[0]: 100}),
        ((W0, W1), 1, {NAMES[0]: 100, NAMES[1]: 101}),
        ((W1, W0), 2, {NAMES[0]: 100, NAMES[1]: 101}),
        ((W0_LATER, W0), 1, {NAMES[0]: 100}),
        ((W0, W0_LATER), 1, {NAMES[0]: 100}),
    ],
)
def test_witnessed(signatures: tuple[NoteSignature, ...], threshold: int, times: dict[str, int]) -> None:
    """Enough known witnesses make a checkpoint witnessed; each counts once, at its earliest time."""
    witnessed = verify_witnessed(with_lines(*signatures), OPERATOR, WITNESSES, threshold)
    assert (witnessed.checkpoint, witnessed.times) == (HEAD, times)


STRANGER = cosign(TEXT, "stranger.example", OPERATOR_KEY, 100)
OTHER_TEXT = format_checkpoint(Checkpoint(origin=ORIGIN, root=HEAD.root, size=1))


def timed(time: int) -> NoteSignature:
    """Return a cosignature of the first witness over a time that `cosign` refuses."""
    value = KEYS[0].sign(f"cosignature/v1\ntime {time}\n{TEXT}".encode())
    return NoteSignature(key_id=W0.key_id, name=W0.name, signature=time.to_bytes(8, "big") + value)


@pytest.mark.parametrize(
    ("signatures", "witnesses", "threshold", "reason"),
    [
        ((), WITNESSES, 1, "witness-threshold"),
        ((W0,), WITNESSES, 2, "witness-threshold"),
        ((W0, W0, W0_LATER), WITNESSES, 2, "witness-threshold"),
        ((W0, STRANGER), WITNESSES, 2, "witness-threshold"),
        ((W0, W1), WITNESSES[2:], 1, "witness-threshold"),
        ((W0, W1), [], 1, "witness-threshold"),
        ((W0, W1), WITNESSES, 0, "witness-threshold"),
        ((W0, W1), WITNESSES, -1, "witness-threshold"),
        ((), [], 0, "witness-threshold"),
        ((W0, spoilt(W1, -1)), WITNESSES, 1, "note-signature"),
        ((W0, spoilt(W0, 7)), WITNESSES, 1, "note-signature"),
        ((W0, cosign(OTHER_TEXT, NAMES[1], KEYS[1], 100)), WITNESSES, 1, "note-signature"),
        ((timed(0),), WITNESSES, 1, "cosignature-time"),
        ((timed(MAX_TIME + 1),), WITNESSES, 1, "cosignature-time"),
        ((W0,), [WITNESSES[0], verifier_of("alias.example", COSIGNATURE, KEYS[0])], 1, "witness-keys"),
        ((W0,), [WITNESSES[0], WITNESSES[0]], 1, "witness-keys"),
        ((STRANGER,), [verifier_of("stranger.example", COSIGNATURE, OPERATOR_KEY)], 1, "witness-keys"),
    ],
)
def test_not_witnessed(
    signatures: tuple[NoteSignature, ...], witnesses: Iterable[VerifierKey], threshold: int, reason: str
) -> None:
    """Too few, repeated, strange, spoilt or timeless cosignatures do not make a checkpoint witnessed."""
    with pytest.raises(NoteError) as error:
        verify_witnessed(with_lines(*signatures), OPERATOR, witnesses, threshold)
    assert reason_of(error) == reason


def test_two_keys_of_one_name_count_once() -> None:
    """A witness that changed its key counts once, though both keys are known and signed."""
    renewed = verifier_of(NAMES[0], COSIGNATURE, KEYS[2])
    raw = with_lines(W0, cosign(TEXT, NAMES[0], KEYS[2], 90))
    assert verify_witnessed(raw, OPERATOR, [WITNESSES[0], renewed], 1).times == {NAMES[0]: 90}
    with pytest.raises(NoteError) as error:
        verify_witnessed(raw, OPERATOR, [WITNESSES[0], renewed], 2)
    assert reason_of(error) == "witness-threshold"


@pytest.mark.parametrize("time", [0, -1, MAX_TIME + 1])
def test_no_cosignature_outside_time(time: int) -> None:
    """A witness does not sign at time 0, before it, or at 2^63."""
    with pytest.raises(NoteError) as error:
        cosign(TEXT, NAMES[0], KEYS[0], time)
    assert reason_of(error) == "cosignature-time"


def test_only_checkpoints_are_cosigned() -> None:
    """A witness signs no text that is not a plain checkpoint."""
    with pytest.raises(NoteError) as error:
        cosign(f"{TEXT}extension\n", NAMES[0], KEYS[0], 1)
    assert reason_of(error) == "checkpoint-form"


@pytest.mark.parametrize("time", [1, 1_679_315_147, MAX_TIME])
def test_a_cosignature_verifies(time: int) -> None:
    """A cosignature verifies with its witness's key and no other, and for its own text only."""
    signature = cosign(TEXT, NAMES[0], KEYS[0], time)
    verify_cosignature(TEXT, signature, WITNESSES[0])
    with pytest.raises(NoteError) as error:
        verify_cosignature(TEXT, signature, WITNESSES[1])
    assert reason_of(error) == "note-unsigned"
    with pytest.raises(NoteError) as error:
        verify_cosignature(OTHER_TEXT, signature, WITNESSES[0])
    assert reason_of(error) == "note-signature"


def test_answers_of_witnesses_are_added() -> None:
    """Known witnesses' lines are added once; strangers' lines are left out."""
    answer = format_signature_lines([W0, STRANGER, W1, W0]).encode()
    raw = add_cosignatures(SIGNED, answer, WITNESSES)
    assert raw == with_lines(W0, W1)
    assert add_cosignatures(raw, answer, WITNESSES) == raw


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (b"", "note-form"),
        (b"\xff", "note-utf8"),
        (b"sorry\n", "note-form"),
        (format_signature_lines([W0]).encode() + b"\n", "note-form"),
        (format_signature_lines([spoilt(W0, -1)]).encode(), "note-signature"),
    ],
)
def test_wrong_answers_of_witnesses(lines: bytes, reason: str) -> None:
    """An answer that is not signature lines, or has a bad one of a known witness, is refused as a whole."""
    with pytest.raises(NoteError) as error:
        add_cosignatures(SIGNED, lines, WITNESSES)
    assert reason_of(error) == reason


@given(
    origin=st.text(
        st.characters(codec="utf-8", exclude_categories=("Z", "C"), exclude_characters="+"), min_size=1
    ),
    size=st.integers(0, MAX_INT),
    root=st.binary(min_size=32, max_size=32),
)
def test_checkpoints_round_trip(origin: str, size: int, root: bytes) -> None:
    """Every checkpoint that is written is read as itself."""
    checkpoint = Checkpoint(origin=origin, root=root, size=size)
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@given(
    st.one_of(st.text(), st.tuples(st.text(), st.text(), st.text()).map("\n".join).map(lambda t: t + "\n"))
)
def test_any_text(text: str) -> None:
    """Any text is refused with a typed error or written back unchanged."""
    for candidate in (text, f"{ORIGIN}\n{text}\n{ROOT}\n", f"{ORIGIN}\n1\n{text}\n", f"{text}\n1\n{ROOT}\n"):
        try:
            checkpoint = parse_checkpoint(candidate)
        except ProtocolError:
            continue
        assert format_checkpoint(checkpoint) == candidate


@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    """Any bytes are refused with a typed error, as a checkpoint and as a witnessed one."""
    for candidate in (raw, SIGNED[:-1] + raw, TEXT.encode() + raw):
        with pytest.raises(ProtocolError):
            verify_witnessed(candidate, OPERATOR, WITNESSES, 1)
