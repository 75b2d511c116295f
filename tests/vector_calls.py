"""What each vector calls: from the JSON that a case gives to the JSON that it must get.

Bytes are lower-case hex, texts are texts. A second implementation writes this table once and reads all files.
"""

from collections.abc import Callable
from typing import Any

from ballots import hpke, sharing
from ballots.board import Board
from ballots.checkpoint import Checkpoint, verify_witnessed
from ballots.choices import Choices, pad_choices, unpad_choices
from ballots.codes import ballot_number, credential_seed, format_code, parse_code
from ballots.election import Election
from ballots.entries import Ballot, parse_entry
from ballots.errors import BoardError
from ballots.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from ballots.note import parse_note, parse_vkey, verify_note
from ballots.points import check_ed25519_key, check_x25519_key, ed25519_public, sign_ed25519, verify_ed25519
from ballots.receipt import Promise, make_promise, verify_promise, verify_receipt
from ballots.sealing import context_of, rehearsal_box, seal_ballot
from ballots.shares import IssuerPrivateKey, blind, blind_sign, check_issuer_key, finalize, verify
from ballots.signing import Signed, signed_message
from ballots.tiles import format_bundle, format_path, parse_bundle, parse_path
from ballots.tlog_proof import parse_proof
from ballots.verification import blinded_hash, share_message
from ballots.voter import Asking, ask_share, finish_share, read_setup
from ballots.wire import Bytes, H, Hash, decode, encode
from ballots.witness import decide
from tally.opening import open_ballot
from tally.outcome import BallotCount, format_outcome
from tests.records import audit_call
from tests.simulator import Draw
from tests.vector_calls_count import count

Given = dict[str, Any]
Gives = dict[str, Any]


def raw(text: str) -> bytes:
    """Return the bytes behind hex."""
    return bytes.fromhex(text)


def replay(entries: list[str]) -> Board:
    """Return the board that entries lead to; the origin is that of the manifest, or of the tests."""
    board = Board("wijk.example/board")
    for entry in entries:
        board.append(entry.encode())
    return board


def election_of(given: Given) -> Election:
    """Return the election that the set-up entries of a case decide."""
    return replay(given["setup"]).resolved


def _hash(given: Given) -> Gives:
    parts = [
        raw(part["bytes"]) if "bytes" in part else part.get("text", part.get("number"))
        for part in given["parts"]
    ]
    return {"hash": H(given["label"], *parts).hex()}


def _base64(given: Given) -> Gives:
    try:
        return {"bytes": Bytes.parse(given["text"]).hex()}
    except ValueError:
        raise BoardError("base64", "a second spelling") from None


def _entry(given: Given) -> Gives:
    entry = parse_entry(raw(given["bytes"]))
    return {"entry_hash": leaf_hash(encode(entry)).hex()}


def _signed(given: Given) -> Gives:
    entry = parse_entry(given["entry"].encode())
    assert isinstance(entry, Signed)
    return {"message": signed_message(entry, raw(given["manifest_hash"])).hex()}


def _seed(given: Given) -> Gives:
    seed = credential_seed(parse_code(given["text"]), raw(given["manifest_hash"]))
    return {"seed": seed.hex(), "credential": ed25519_public(seed).hex()}


def _ed25519_key(given: Given) -> Gives:
    check_ed25519_key(raw(given["key"]))
    return {}


def _x25519_key(given: Given) -> Gives:
    check_x25519_key(raw(given["key"]))
    return {}


def _signature(given: Given) -> Gives:
    verify_ed25519(raw(given["key"]), raw(given["signature"]), raw(given["message"]))
    return {}


def _issuer_key(given: Given) -> Gives:
    check_issuer_key(int(given["modulus"], 16))
    return {}


def _share(given: Given) -> Gives:
    key = IssuerPrivateKey.from_primes(int(given["p"], 16), int(given["q"], 16))
    message = share_message(raw(given["manifest_hash"]), given["style"], raw(given["voting_key"]))
    blinded, inverse = blind(
        key.public, message, raw(given["salt"]), lambda length: raw(given["blind"])[:length]
    )
    answer = blind_sign(key, blinded, Draw("vector"))
    signature = finalize(key.public, message, answer, inverse)
    return {
        "message": message.hex(),
        "blinded": blinded.hex(),
        "blinded_hash": blinded_hash(blinded).hex(),
        "blind_signature": answer.hex(),
        "signature": signature.hex(),
    }


def _asking(given: Given) -> tuple[Election, Asking]:
    """Ask as the voter's client does, with the voting key, salts and blinds that the case gives."""
    election = election_of(given)
    drawn = [raw(given["voting_seed"])]
    for issuer in given["issuers"]:
        drawn += [raw(issuer["salt"]), raw(issuer["blind"])]
    drawing = iter(drawn)
    return election, ask_share(
        election, given["style"], raw(given["credential_seed"]), lambda length: next(drawing)
    )


def _ask(given: Given) -> Gives:
    _, asking = _asking(given)
    blinded = [each.hex() for each in asking.request.blinded]
    return {"blinded": blinded, "request": encode(asking.request.request).decode()}


def _finish(given: Given) -> Gives:
    election, asking = _asking(given)
    share = finish_share(election, asking, [raw(answer) for answer in given["answers"]])
    return {"signatures": [signature.hex() for signature in share.signatures]}


def _verify_share(given: Given) -> Gives:
    key = IssuerPrivateKey.from_primes(int(given["p"], 16), int(given["q"], 16)).public
    verify(key, raw(given["message"]), raw(given["signature"]))
    return {}


def _hpke(given: Given) -> Gives:
    public = hpke.derive_key_pair(raw(given["recipient_ikm"]))[1]
    return {
        "box": hpke.seal(
            public, raw(given["ephemeral_ikm"]), raw(given["info"]), raw(given["plaintext"])
        ).hex()
    }


def _open_box(given: Given) -> Gives:
    return {
        "plaintext": hpke.open_box(raw(given["private_key"]), raw(given["box"]), raw(given["info"])).hex()
    }


def _split(given: Given) -> Gives:
    coefficients = [int(value, 16) for value in given["coefficients"]]
    return {"fragments": [fragment.hex() for fragment in sharing.split(coefficients, given["n"])]}


def _recover(given: Given) -> Gives:
    fragments = {each["number"]: raw(each["fragment"]) for each in given["fragments"]}
    return {"secret": sharing.recover(fragments, given["k"]).hex()}


def _check_choices(given: Given) -> Gives:
    choices = unpad_choices(raw(given["padded"]))
    election_of(given).check_choices(choices, given["style"])
    return {"choices": encode(choices).decode()}


def _pad(given: Given) -> Gives:
    choices = decode(Choices, given["choices"].encode())
    return {"padded": pad_choices(choices, given["pad"]).hex()}


def _seal(given: Given) -> Gives:
    election = election_of(given)
    ballot = seal_ballot(
        election,
        style=given["style"],
        share=[raw(signature) for signature in given["share"]],
        voting_seed=raw(given["voting_seed"]),
        revision=given["revision"],
        previous=raw(given["previous"]),
        padded=raw(given["padded"]),
        seed=raw(given["seed"]),
    )
    entry = encode(ballot)
    number = ballot_number(leaf_hash(entry))
    return {"ctx": context_of(election, ballot).hex(), "entry": entry.decode(), "number": number}


def _open(given: Given) -> Gives:
    ballot = decode(Ballot, given["ballot"].encode())
    keys = {each["number"]: raw(each["key"]) for each in given["keys"]}
    opened = open_ballot(election_of(given), ballot, Hash(leaf_hash(encode(ballot))), keys)
    if opened.reason:
        raise BoardError(opened.reason, "an invalid ballot")
    return {"choices": encode(opened.choices[0]).decode(), "seed": opened.seed.hex()}


def _rehearsal(given: Given) -> Gives:
    box, fragment = rehearsal_box(election_of(given), given["partner"], raw(given["seed"]))
    return {"box": box.hex(), "fragment": fragment.hex()}


def _promise(given: Given) -> Gives:
    return {
        "promise": encode(
            make_promise(election_of(given), raw(given["operator"]), raw(given["ballot"]))
        ).decode()
    }


def _set_up(given: Given) -> Gives:
    """Read set-up entries as a client does that was given a manifest hash."""
    entries = [entry.encode() for entry in given["entries"]]
    election = read_setup(entries, raw(given["manifest_hash"]))
    return {"origin": election.manifest.origin, "styles": list(election.styles)}


def _verify_promise(given: Given) -> Gives:
    verify_promise(election_of(given), decode(Promise, given["promise"].encode()), raw(given["ballot"]))
    return {}


def _receipt(given: Given) -> Gives:
    promise = decode(Promise, given["promise"].encode())
    return {
        "index": verify_receipt(election_of(given), promise, given["proof"].encode(), raw(given["ballot"]))
    }


def _note(given: Given) -> Gives:
    keys = [parse_vkey(key) for key in given["keys"]]
    note = parse_note(given["note"].encode())
    verify_note(note, keys)
    return {"text": note.text}


def _witnessed(given: Given) -> Gives:
    keys = [parse_vkey(key) for key in given["witnesses"]]
    witnessed = verify_witnessed(
        given["note"].encode(), parse_vkey(given["operator"]), keys, given["threshold"]
    )
    head = witnessed.checkpoint
    times = [{"name": name, "time": time} for name, time in sorted(witnessed.times.items())]
    return {"origin": head.origin, "size": head.size, "root": head.root.hex(), "times": times}


def _inclusion(given: Given) -> Gives:
    proof = [raw(each) for each in given["proof"]]
    verify_inclusion(raw(given["leaf"]), given["index"], given["size"], proof, raw(given["root"]))
    return {}


def _consistency(given: Given) -> Gives:
    proof = [raw(each) for each in given["proof"]]
    verify_consistency(
        given["old_size"], raw(given["old_root"]), given["new_size"], raw(given["new_root"]), proof
    )
    return {}


def _tile_path(given: Given) -> Gives:
    tile = parse_path(given["path"])
    return {"path": format_path(tile), "level": tile.level, "index": tile.index, "width": tile.width}


def _bundle(given: Given) -> Gives:
    entries = parse_bundle(raw(given["bundle"]), given["width"])
    return {
        "entries": [entry.hex() for entry in entries],
        "same": format_bundle(entries) == raw(given["bundle"]),
    }


def _proof_file(given: Given) -> Gives:
    proof = parse_proof(given["proof"].encode())
    return {"index": proof.index, "hashes": [each.hex() for each in proof.hashes]}


def _witness(given: Given) -> Gives:
    known = given["remembered"]
    remembered = [
        Checkpoint(origin=given["origin"], root=raw(each["root"]), size=each["size"]) for each in known
    ]
    decision = decide(
        given["body"].encode(),
        given["origin"],
        parse_vkey(given["operator"]),
        remembered[0] if remembered else None,
    )
    return {"status": decision.status, "body": decision.body.decode(), "content_type": decision.content_type}


def _board(given: Given) -> Gives:
    board = replay(given["entries"])
    board.append(given["entry"].encode())
    return {"phase": board.phase.value, "size": board.size, "root": board.root().hex()}


def _outcome(given: Given) -> Gives:
    board = replay(given["entries"])
    last = board.voters.last_hashes()
    counting = BallotCount(board.resolved)
    superseded = 0
    for entry in given["entries"]:
        ballot = parse_entry(entry.encode())
        entry_hash = Hash(leaf_hash(entry.encode()))
        if isinstance(ballot, Ballot) and entry_hash in last:
            counting.add(open_ballot(board.resolved, ballot, entry_hash, board.trustee_keys))
        superseded += isinstance(ballot, Ballot) and entry_hash not in last
    return {"outcome": format_outcome(counting.finish(superseded)).decode()}


CALLS: dict[str, Callable[[Given], Gives]] = {
    "H": _hash,
    "base64url": _base64,
    "entry": _entry,
    "signed-message": _signed,
    "format-code": lambda given: {"code": format_code(int(given["bits"], 16))},
    "parse-code": lambda given: {"symbols": parse_code(given["text"])},
    "credential": _seed,
    "ballot-number": lambda given: {"number": ballot_number(raw(given["entry_hash"]))},
    "ed25519-key": _ed25519_key,
    "x25519-key": _x25519_key,
    "ed25519-sign": lambda given: {
        "signature": sign_ed25519(raw(given["seed"]), raw(given["message"])).hex()
    },
    "ed25519-verify": _signature,
    "issuer-key": _issuer_key,
    "share": _share,
    "ask-share": _ask,
    "finish-share": _finish,
    "share-verify": _verify_share,
    "hpke-seal": _hpke,
    "hpke-open": _open_box,
    "split": _split,
    "recover": _recover,
    "choices": _check_choices,
    "pad": _pad,
    "seal": _seal,
    "open": _open,
    "rehearsal": _rehearsal,
    "promise": _promise,
    "promise-verify": _verify_promise,
    "receipt": _receipt,
    "note": _note,
    "witnessed": _witnessed,
    "root": lambda given: {"root": root_of([raw(leaf) for leaf in given["leaves"]]).hex()},
    "inclusion": _inclusion,
    "consistency": _consistency,
    "tile-path": _tile_path,
    "bundle": _bundle,
    "proof-file": _proof_file,
    "add-checkpoint": _witness,
    "set-up": _set_up,
    "board": _board,
    "count": count,
    "outcome": _outcome,
    "audit": audit_call,
}
