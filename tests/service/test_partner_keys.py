"""Facts about a node's keys at rest, its pins and its passphrase."""

import base64
import io
import json
import os
from pathlib import Path

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import Phase
from ballots.shares import check_issuer_key
from ballots.wire import encode
from service.partner import keyfile
from service.partner.cli import main, read_passphrase
from service.partner.errors import KeyFileError, PartnerError, PassphraseError, StateError, StateInUseError
from service.partner.keyfile import DEMO, STRONG, format_key_file, open_keys, parse_key_file, seal_keys
from service.partner.keys import (
    Keys,
    format_keys,
    format_public,
    load_issuer,
    make_keys,
    parse_public,
    public_of,
    spare_of,
)
from service.partner.state import KEYS, PUBLIC, StateDir, format_pins, parse_pins
from tests.service.partner_fakes import PASSPHRASE, keys_of, make_state, pins_of
from tests.simulator import Draw, World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(until=Phase.ROLL)


@pytest.fixture(scope="module")
def keys(world: World) -> Keys:
    return keys_of(world, "partner-1")


@pytest.fixture(scope="module")
def sealed(keys: Keys) -> bytes:
    return seal_keys(keys, PASSPHRASE, DEMO, Draw("seal"))


def init(state: Path, *more: str) -> int:
    passphrase = state.parent / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    common = ["--state", str(state), "--passphrase-file", str(passphrase), "--profile", "demo"]
    return main([*(more or ("init", "--id", "library", "--issuer-styles", "adult")), *common])


def spellings(secret: bytes) -> list[bytes]:
    number = int.from_bytes(secret, "big")
    return [
        secret,
        secret[::-1],
        secret.hex().encode(),
        base64.b64encode(secret).rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
        str(number).encode(),
    ]


def test_no_private_byte_stands_in_the_state_directory(tmp_path: Path) -> None:
    """After `init` no file holds a private key, in any usual spelling."""
    state = tmp_path / "node"
    assert init(state) == 0
    made = open_keys((state / KEYS).read_bytes(), PASSPHRASE)
    secrets = [made.node[0].witness, made.node[0].trustee, made.issuers[0].p, made.issuers[0].q]
    on_disk = b"\n".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert not [each for secret in secrets for each in spellings(bytes(secret)) if each in on_disk]
    assert PASSPHRASE.encode() not in on_disk


def test_only_the_owner_may_read_the_state(tmp_path: Path) -> None:
    """`init` makes the directory 0700 and every file 0600."""
    assert init(tmp_path / "node") == 0
    assert (tmp_path / "node").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "node").iterdir()} == {0o600}


def test_init_exports_what_the_manifest_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`public.json` and the output of `init` are id, witness, trustee and issuer keys by style."""
    assert init(tmp_path / "node") == 0
    public = parse_public((tmp_path / "node" / PUBLIC).read_bytes())
    assert capsys.readouterr().out.encode() == format_public(public)
    assert (public.id, list(public.issuers)) == ("library", ["adult"])
    check_issuer_key(int.from_bytes(public.issuers["adult"], "big"))
    assert public == public_of(open_keys((tmp_path / "node" / KEYS).read_bytes(), PASSPHRASE))


def test_a_second_init_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys that are there are never replaced."""
    assert init(tmp_path / "node") == 0
    before = (tmp_path / "node" / KEYS).read_bytes()
    assert init(tmp_path / "node") == 1
    assert (tmp_path / "node" / KEYS).read_bytes() == before
    assert "keeps its keys" in capsys.readouterr().err


def test_the_same_keys_come_back(keys: Keys, sealed: bytes) -> None:
    """Sealing and opening give the same keys."""
    assert open_keys(sealed, PASSPHRASE) == keys


@pytest.mark.parametrize("wrong", ["vier paarden in de weI", "x" * 12, PASSPHRASE + " "])
def test_a_wrong_passphrase_is_a_clear_error(sealed: bytes, wrong: str) -> None:
    """A wrong passphrase gives an error that says what to do, and no key."""
    with pytest.raises(PassphraseError, match="give the right one") as caught:
        open_keys(sealed, wrong)
    assert caught.value.reason == "passphrase-wrong"
    assert wrong not in str(caught.value)


@pytest.mark.parametrize("bad", ["", "short", "x" * 11, "x" * 1025, "\ud800" + "x" * 12])
def test_a_bad_passphrase_is_refused_before_anything_is_sealed(keys: Keys, bad: str) -> None:
    """Passphrases are 12 characters or more, at most 1,024 bytes, in UTF-8."""
    with pytest.raises(PassphraseError):
        seal_keys(keys, bad, DEMO, Draw("x"))


def test_no_byte_of_a_key_file_can_be_changed_unseen(sealed: bytes) -> None:
    """Whichever byte is changed, the file does not open."""
    for at in range(0, len(sealed) - 1, 7):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(PartnerError):
            open_keys(changed, PASSPHRASE)


def test_the_cost_of_guessing_cannot_be_lowered(sealed: bytes) -> None:
    """The parameters of Argon2id stand in the file, are authenticated, and have a floor and a ceiling."""
    file = parse_key_file(sealed)
    assert file.profile == DEMO
    for profile in ({"lanes": 1, "memory": 8192, "passes": 2}, {"lanes": 2, "memory": 8192, "passes": 1}):
        with pytest.raises(PassphraseError):
            open_keys(encode({**json.loads(sealed), "profile": profile}), PASSPHRASE)
    for profile in ({"lanes": 1, "memory": 64, "passes": 1}, {"lanes": 1, "memory": 2**30, "passes": 1}):
        with pytest.raises(KeyFileError):
            parse_key_file(encode({**json.loads(sealed), "profile": profile}))


def test_the_default_profile_is_strong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `--profile demo` a guess costs 256 MiB, four times."""
    monkeypatch.setenv("NODE_PASSPHRASE", PASSPHRASE)
    assert (
        main(
            ["init", "--id", "library", "--state", str(tmp_path / "n"), "--passphrase-env", "NODE_PASSPHRASE"]
        )
        == 0
    )
    assert parse_key_file((tmp_path / "n" / KEYS).read_bytes()).profile == STRONG
    assert (STRONG.memory, STRONG.passes) == (262_144, 4)


def test_two_seals_never_look_alike(keys: Keys) -> None:
    """Salt and nonce are fresh each time."""
    one, two = (parse_key_file(seal_keys(keys, PASSPHRASE, DEMO, os.urandom)) for _ in range(2))
    assert one.salt != two.salt
    assert one.nonce != two.nonce


def test_keys_do_not_show_in_repr(keys: Keys) -> None:
    """Neither `repr` nor rich's view of it shows a private key."""
    shown = (
        repr(keys)
        + repr(keys.node[0])
        + repr(load_issuer(keys.issuers[0]))
        + str(keys.issuers[0].__rich_repr__())
    )
    assert not [
        each
        for secret in (keys.node[0].witness, keys.issuers[0].p)
        for each in spellings(secret)[2:]
        if each.decode() in shown
    ]
    assert repr(bytes(keys.node[0].witness)) not in shown


def test_a_spare_has_issuer_keys_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second node gets the same issuer keys and neither witness nor trustee key."""
    assert init(tmp_path / "node") == 0
    assert init(tmp_path / "spare", "spare", "--keys", str(tmp_path / "node" / KEYS)) == 0
    keys = open_keys((tmp_path / "node" / KEYS).read_bytes(), PASSPHRASE)
    assert open_keys((tmp_path / "spare" / KEYS).read_bytes(), PASSPHRASE) == spare_of(keys)
    assert spare_of(keys).node == []
    with pytest.raises(KeyFileError, match="spare"):
        public_of(spare_of(keys))


def test_every_partner_makes_other_keys() -> None:
    """Fresh keys differ and issuer keys are sound."""
    one, two = (make_keys("a", ["adult"], os.urandom) for _ in range(2))
    assert one.node != two.node
    assert load_issuer(one.issuers[0]).public != load_issuer(two.issuers[0]).public


def test_a_state_directory_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    """A directory of mode 0755 or a key file of mode 0644 is not used."""
    state = StateDir(tmp_path / "node")
    state.make()
    state.write(KEYS, b"x")
    (tmp_path / "node" / KEYS).chmod(0o644)
    with pytest.raises(StateError, match="0600"):
        state.find(KEYS)
    (tmp_path / "node").chmod(0o755)
    with pytest.raises(StateError, match="0700"):
        state.check()


def test_two_processes_never_share_a_state_directory(tmp_path: Path) -> None:
    """While one holds the directory another is refused, and may have it afterwards."""
    state = StateDir(tmp_path / "node")
    state.make()
    with state.lock(), pytest.raises(StateInUseError), state.lock():
        pass
    with state.lock():
        pass


def test_what_is_pinned_stays(world: World, tmp_path: Path) -> None:
    """Origin, operator's key and manifest hash never change; a hash may be added, an address changed."""
    first = pins_of(world, "http://127.0.0.1:1", manifest_hash="")
    state = make_state(tmp_path / "node", first)
    state.pin(pins_of(world, "http://127.0.0.1:2"))
    assert state.read_pins() == pins_of(world, "http://127.0.0.1:2")
    other = make_world(until=Phase.ROLL, seed="other")
    elsewhere = make_world(until=Phase.ROLL, origin="elders.example/board")
    for pins in (
        pins_of(world, "http://127.0.0.1:2", "00" * 32),
        first,
        pins_of(other, "http://127.0.0.1:2", world.election.manifest_hash.hex()),
        pins_of(elsewhere, "http://127.0.0.1:2"),
    ):
        with pytest.raises(PartnerError, match="stays so"):
            state.pin(pins)
    assert state.read_pins() == pins_of(world, "http://127.0.0.1:2")


@pytest.mark.parametrize(
    "change",
    [
        {"operator_key": "x"},
        {"origin": "elders.example/board"},
        {"board_url": "ftp://wijk.example/board"},
        {"board_url": "http://user:pass@wijk.example/board"},
        {"service_url": "http://wijk.example/?x"},
        {"manifest_hash": "AB" * 32},
        {"extra": "x"},
    ],
)
def test_wrong_pins_are_refused(world: World, change: dict[str, str]) -> None:
    """Pins that are malformed or whose key is not the origin's are refused."""
    raw = encode({**json.loads(format_pins(pins_of(world, "http://127.0.0.1:1"))), **change})
    with pytest.raises(PartnerError):
        parse_pins(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_come_back(raw: bytes) -> None:
    """Every parser of the state directory gives a typed error or an equal round trip."""
    for parse, format_ in (
        (parse_key_file, format_key_file),
        (parse_pins, format_pins),
        (parse_public, format_public),
    ):
        try:
            found = parse(raw)
        except PartnerError:
            continue
        assert format_(found).removesuffix(b"\n") == raw.removesuffix(b"\n")


def test_the_passphrase_comes_from_file_stdin_or_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three give the same passphrase, without the newline."""
    (tmp_path / "file").write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("NODE_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE + "\n"))
    assert read_passphrase(str(tmp_path / "file"), None) == PASSPHRASE
    assert read_passphrase("-", None) == PASSPHRASE
    assert read_passphrase(None, "NODE_PASSPHRASE") == PASSPHRASE
    for file, variable in ((str(tmp_path / "missing"), None), (None, "NOT_SET")):
        with pytest.raises(PassphraseError, match="expected the passphrase"):
            read_passphrase(file, variable)


def test_a_wrong_passphrase_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`partner public` with a wrong passphrase exits with 1 and says so."""
    assert init(tmp_path / "node") == 0
    (tmp_path / "wrong").write_text("a very wrong passphrase")
    assert (
        main(["public", "--state", str(tmp_path / "node"), "--passphrase-file", str(tmp_path / "wrong")]) == 1
    )
    assert "does not open the keys" in capsys.readouterr().err


def test_a_key_file_has_an_end() -> None:
    """A file over the limit is refused before it is read as JSON."""
    with pytest.raises(KeyFileError):
        parse_key_file(b"{" + b" " * keyfile.MAX_FILE)


def test_a_key_file_is_aes_gcm_under_argon2id() -> None:
    """Another program opens the file with Argon2id, the file's own costs and the passphrase."""
    keys = keys_of(make_world(until=Phase.ROLL), "partner-1")
    file = parse_key_file(seal_keys(keys, PASSPHRASE, DEMO, Draw("seal")))
    key = hash_secret_raw(
        PASSPHRASE.encode(), bytes(file.salt), DEMO.passes, DEMO.memory, DEMO.lanes, 32, Type.ID, 0x13
    )
    bound = encode({"kind": "partner-keys", "profile": DEMO, "salt": file.salt, "version": 1})
    assert AESGCM(key).decrypt(file.nonce, file.sealed, bound) == format_keys(keys)
