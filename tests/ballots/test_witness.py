"""A witness cosigns only what begins with all it cosigned before, and answers as the specification says."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ballots.checkpoint import (
    Checkpoint,
    add_cosignatures,
    cosign,
    format_checkpoint,
    sign_checkpoint,
    verify_witnessed,
)
from ballots.errors import NoteError, ProofError, ProtocolError
from ballots.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, root_of
from ballots.note import (
    COSIGNATURE,
    ED25519,
    Note,
    format_note,
    format_signature_lines,
    parse_note,
    sign_note,
    verifier_of,
)
from ballots.wire import MAX_INT
from ballots.witness import (
    MAX_REQUEST,
    PLAIN,
    SIZE,
    AddCheckpoint,
    decide,
    format_add_checkpoint,
    format_answer,
    parse_add_checkpoint,
    parse_conflict,
)

ORIGIN = "board.example/2026"
OPERATOR_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
OPERATOR = verifier_of(ORIGIN, ED25519, OPERATOR_KEY)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
WITNESS = verifier_of("w.example", COSIGNATURE, WITNESS_KEY)
LEAVES = [leaf_hash(b"entry %d" % i) for i in range(40)]
FORK = [*LEAVES[:5], leaf_hash(b"another"), *LEAVES[6:]]
HASH = base64.b64encode(bytes(32)).decode()


def head_of(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    """Return the checkpoint of the first leaves."""
    return Checkpoint(origin=ORIGIN, root=root_of(leaves[:size]), size=size)


def note_of(checkpoint: Checkpoint, private: Ed25519PrivateKey = OPERATOR_KEY) -> bytes:
    """Return a signed checkpoint."""
    return sign_checkpoint(checkpoint, checkpoint.origin, private)


def proof_of(old: int, new: int, leaves: list[bytes] = LEAVES) -> tuple[bytes, ...]:
    """Return a consistency proof."""

    def read(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    return tuple(consistency_proof(old, new, read))


def body_of(old: int, note: bytes, proof: tuple[bytes, ...] = ()) -> bytes:
    """Return the body of a request."""
    return format_add_checkpoint(AddCheckpoint(note=note, old_size=old, proof=proof))


def reason_of(error: pytest.ExceptionInfo[ProtocolError]) -> str:
    """Return the reason of a refusal."""
    return error.value.reason


NOTE_7 = note_of(head_of(7))


def test_the_request_of_c2sp_parses() -> None:
    """The example of the specification is read, and written back to the byte."""
    raw = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 example.com/behind-the-sofa \
opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()
    request = parse_add_checkpoint(raw)
    assert (request.old_size, len(request.proof), len(parse_note(request.note).signatures)) == (
        20852014,
        4,
        2,
    )
    assert format_add_checkpoint(request) == raw


def test_every_growth_is_accepted() -> None:
    """From every remembered size to every later one a true proof is accepted, also to the same size."""
    for new in range(len(LEAVES) + 1):
        for old in range(new + 1):
            remembered = head_of(old) if old else None
            decision = decide(
                body_of(old, note_of(head_of(new)), proof_of(old, new)), ORIGIN, OPERATOR, remembered
            )
            assert (decision.status, decision.checkpoint, decision.reason) == (200, head_of(new), "")


def test_an_accepted_checkpoint_becomes_witnessed() -> None:
    """The answer to an accepted request, added to the checkpoint, makes it witnessed."""
    decision = decide(body_of(0, NOTE_7), ORIGIN, OPERATOR, None)
    assert decision.checkpoint is not None
    answer = format_answer(decision.checkpoint, WITNESS.name, WITNESS_KEY, 1_800_000_000)
    assert answer.startswith("\u2014 w.example ".encode())
    witnessed = verify_witnessed(add_cosignatures(NOTE_7, answer, [WITNESS]), OPERATOR, [WITNESS], 1)
    assert witnessed.times == {"w.example": 1_800_000_000}


def test_a_checkpoint_with_more_signatures_is_accepted() -> None:
    """Signatures of other witnesses on the submitted checkpoint are ignored."""
    line = format_signature_lines([cosign(format_checkpoint(head_of(7)), "other.example", OTHER_KEY, 1)])
    decision = decide(body_of(0, NOTE_7 + line.encode()), ORIGIN, OPERATOR, None)
    assert decision.status == 200


FOREIGN = Checkpoint(origin="other.example", root=root_of(LEAVES), size=40)
EXTENDED = format_checkpoint(head_of(7)) + "extension\n"
BAD_SIGNATURE = NOTE_7.replace(b"\n7\n", b"\n8\n")
EMPTY_FORK = Checkpoint(origin=ORIGIN, root=bytes(32), size=0)


@pytest.mark.parametrize(
    ("raw", "remembered", "status", "reason"),
    [
        (b"", None, 400, "witness-form"),
        (b"old 0\n\nnonsense", None, 400, "note-form"),
        (body_of(0, note_of(FOREIGN)), None, 404, "witness-origin"),
        (body_of(0, note_of(head_of(7), OTHER_KEY)), None, 403, "note-unsigned"),
        (body_of(0, BAD_SIGNATURE), None, 403, "note-signature"),
        (
            body_of(
                0,
                format_note(Note(text=EXTENDED, signatures=(sign_note(EXTENDED, ORIGIN, OPERATOR_KEY),))),
            ),
            None,
            400,
            "checkpoint-form",
        ),
        (body_of(8, NOTE_7), head_of(8), 400, "witness-old-size"),
        (body_of(0, NOTE_7), head_of(5), 409, "witness-conflict"),
        (body_of(5, NOTE_7, proof_of(5, 7)), None, 409, "witness-conflict"),
        (body_of(4, NOTE_7, proof_of(4, 7)), head_of(5), 409, "witness-conflict"),
        (body_of(0, NOTE_7), head_of(9), 409, "witness-conflict"),
        (body_of(0, NOTE_7, (bytes(32),)), None, 422, "proof-length"),
        (body_of(5, NOTE_7), head_of(5), 422, "proof-length"),
        (body_of(5, NOTE_7, proof_of(5, 7)[:-1]), head_of(5), 422, "proof-length"),
        (body_of(5, NOTE_7, (*proof_of(5, 7), bytes(32))), head_of(5), 422, "proof-length"),
        (body_of(5, NOTE_7, proof_of(5, 7)[::-1]), head_of(5), 422, "proof-root"),
        (body_of(6, NOTE_7, proof_of(6, 7)), head_of(6, FORK), 422, "proof-root"),
        (body_of(7, NOTE_7), head_of(7, FORK), 422, "proof-root"),
        (body_of(7, NOTE_7, (bytes(32),)), head_of(7), 422, "proof-length"),
        (body_of(0, note_of(EMPTY_FORK)), None, 422, "proof-root"),
        (body_of(0, note_of(EMPTY_FORK)), head_of(0), 422, "proof-root"),
    ],
)
def test_refused_requests(raw: bytes, remembered: Checkpoint | None, status: int, reason: str) -> None:
    """Every refusal has its status and reason, and gives no checkpoint to sign."""
    decision = decide(raw, ORIGIN, OPERATOR, remembered)
    assert (decision.status, decision.reason, decision.checkpoint) == (status, reason, None)
    if status != 409:
        assert (decision.content_type, decision.body) == (PLAIN, f"{reason}\n".encode())


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (body_of(9, note_of(FOREIGN, OTHER_KEY)), 404),
        (body_of(9, note_of(head_of(7), OTHER_KEY)), 403),
        (body_of(9, NOTE_7), 400),
        (body_of(6, NOTE_7), 409),
        (body_of(5, NOTE_7), 422),
    ],
)
def test_the_order_of_the_checks(raw: bytes, status: int) -> None:
    """When several things are wrong the first of origin, signature, size, memory and proof decides."""
    assert decide(raw, ORIGIN, OPERATOR, head_of(5)).status == status


@pytest.mark.parametrize(
    ("remembered", "old", "body"), [(None, 3, b"0\n"), (head_of(5), 0, b"5\n"), (head_of(0), 3, b"0\n")]
)
def test_a_conflict_names_the_size(remembered: Checkpoint | None, old: int, body: bytes) -> None:
    """A 409 tells the size that the witness has, with the content type of the specification."""
    decision = decide(body_of(old, NOTE_7, proof_of(old, 7)), ORIGIN, OPERATOR, remembered)
    assert (decision.status, decision.body, decision.content_type) == (409, body, SIZE)
    assert decision.content_type == "text/x.tlog.size"
    assert parse_conflict(body) == int(body)


def test_the_empty_board_can_be_witnessed() -> None:
    """A checkpoint of size 0 with the root of the empty tree is accepted, and growth from it too."""
    empty = head_of(0)
    assert empty.root == EMPTY_ROOT
    assert decide(body_of(0, note_of(empty)), ORIGIN, OPERATOR, None).status == 200
    assert decide(body_of(0, NOTE_7), ORIGIN, OPERATOR, empty).status == 200


def test_an_operator_key_of_another_origin() -> None:
    """A witness set up with a key that is not the origin's accepts nothing."""
    decision = decide(body_of(0, note_of(FOREIGN)), "other.example", OPERATOR, None)
    assert (decision.status, decision.reason) == (403, "note-unsigned")
    text = parse_note(note_of(FOREIGN)).text
    line = sign_note(text, OPERATOR.name, OPERATOR_KEY)
    note = format_note(Note(signatures=(line,), text=text))
    decision = decide(body_of(0, note), "other.example", OPERATOR, None)
    assert (decision.status, decision.reason) == (400, "checkpoint-origin")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "witness-form"),
        (NOTE_7, "witness-form"),
        (b"\n\n" + NOTE_7, "witness-form"),
        (b"old 0\n" + NOTE_7, "witness-form"),
        (b"Old 0\n\n" + NOTE_7, "witness-form"),
        (b"old\t0\n\n" + NOTE_7, "witness-form"),
        (b"old  0\n\n" + NOTE_7, "witness-form"),
        (b"old 0 \n\n" + NOTE_7, "witness-form"),
        (b"old 00\n\n" + NOTE_7, "witness-form"),
        (b"old 07\n\n" + NOTE_7, "witness-form"),
        (b"old -1\n\n" + NOTE_7, "witness-form"),
        (b"old +1\n\n" + NOTE_7, "witness-form"),
        (b"old \n\n" + NOTE_7, "witness-form"),
        (f"old {MAX_INT + 1}\n\n".encode() + NOTE_7, "witness-form"),
        (b"old 0\r\n\r\n" + NOTE_7, "witness-form"),
        ("old \u0661\n\n".encode() + NOTE_7, "witness-form"),
        (f"old 1\n{HASH[:-1]}\n\n".encode() + NOTE_7, "witness-form"),
        (f"old 1\n{HASH} \n\n".encode() + NOTE_7, "witness-form"),
        (f"old 1\n{HASH[:-2]}B=\n\n".encode() + NOTE_7, "witness-form"),
        (b"old 1\nAA==\n\n" + NOTE_7, "witness-form"),
        (f"old 1\n{bytes(32).hex()}\n\n".encode() + NOTE_7, "witness-form"),
        (("old 1\n" + f"{HASH}\n" * 64 + "\n").encode() + NOTE_7, "witness-form"),
        (b"old 0\n\n\n" + NOTE_7, ""),
        (b"old 0\n\n" + NOTE_7 + b"\n", "note-form"),
        (b"old 0\n\n" + NOTE_7[:-1], "note-form"),
        (b"old 0\n\n", "note-form"),
        (b"x" * (MAX_REQUEST + 1), "witness-length"),
    ],
)
def test_refused_bodies(raw: bytes, reason: str) -> None:
    """A body in any other form or spelling is answered with 400, and never with a signature."""
    assert decide(raw, ORIGIN, OPERATOR, None).status in {400, 404}
    if reason:
        with pytest.raises((NoteError, ProofError)) as error:
            parse_add_checkpoint(raw)
        assert reason_of(error) == reason


@pytest.mark.parametrize(
    "request_",
    [
        AddCheckpoint(note=NOTE_7, old_size=-1, proof=()),
        AddCheckpoint(note=NOTE_7, old_size=1, proof=(b"",)),
        AddCheckpoint(note=NOTE_7, old_size=1, proof=(bytes(32),) * 64),
        AddCheckpoint(note=b"", old_size=1, proof=()),
    ],
)
def test_requests_without_a_spelling(request_: AddCheckpoint) -> None:
    """A request that no bytes would be read as cannot be written."""
    with pytest.raises(ProtocolError):
        format_add_checkpoint(request_)


@pytest.mark.parametrize(
    "body", [b"", b"5", b"05\n", b"5\n\n", b" 5\n", b"-5\n", "\u0665\n".encode(), b"\xff\n"]
)
def test_wrong_conflicts(body: bytes) -> None:
    """The body of a 409 in any other spelling is refused."""
    with pytest.raises(NoteError):
        parse_conflict(body)


@given(st.integers(0, MAX_INT), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_requests_round_trip(old: int, proof: list[bytes]) -> None:
    """Every request that is written is read as itself."""
    request = AddCheckpoint(note=NOTE_7, old_size=old, proof=tuple(proof))
    assert parse_add_checkpoint(format_add_checkpoint(request)) == request


@given(st.binary(), st.text(), st.sampled_from([None, head_of(5)]))
def test_any_bytes(raw: bytes, text: str, remembered: Checkpoint | None) -> None:
    """Any bytes are answered without an exception, and what parses is written back unchanged."""
    for candidate in (
        raw,
        b"old " + raw,
        b"old 0\n\n" + raw,
        f"old {text}\n\n".encode() + NOTE_7,
        f"old 1\n{text}\n\n".encode() + NOTE_7,
    ):
        decision = decide(candidate, ORIGIN, OPERATOR, remembered)
        assert decision.status in {200, 400, 403, 404, 409, 422}
        assert (decision.status == 200) == (decision.checkpoint is not None)
        try:
            request = parse_add_checkpoint(candidate)
        except ProtocolError:
            continue
        assert format_add_checkpoint(request) == candidate
