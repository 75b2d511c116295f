"""The registrar's tool: codes, roll, letters, replacements, and where names are allowed to go."""

import csv
import json
import os
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from admin.drafts import add_officials, parse_draft, sign
from admin.keyfile import KeyFileError, open_key, public_key, seal_key
from admin.registrar import cli
from admin.registrar.codes import credential_of, draw_codes
from admin.registrar.errors import RegistrarError
from admin.registrar.folder import RegistrarFolder
from admin.registrar.people import Letter, Person, format_letters, parse_letters, parse_people
from admin.registrar.roll import RegistrarDesk, read_page
from ballots.board import Phase
from ballots.codes import parse_code
from ballots.entries import MAX_PAGE, Credential, Seal
from ballots.errors import WireError
from ballots.points import ed25519_public
from ballots.wire import Key, encode
from tests.simulator import World, make_world

PASSPHRASE = "kruidnagel en klompen"
PEOPLE = "style,name,street\n" + "".join(
    f"{'youth' if number % 3 == 0 else 'adult'},Bewoner {number:02},Laan {number}\n" for number in range(30)
)


@pytest.fixture
def world() -> World:
    """An election whose manifest stands, and no roll yet."""
    return make_world(until=Phase.ROLL)


class Desk:
    """A registrar's folder for an election, and the commands."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder / "registrar"
        self.manifest = folder / "manifest.json"
        self.manifest.write_bytes(world.entries[-1])
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n")
        files = RegistrarFolder(self.folder)
        files.create()
        files.write_key(seal_key(world.keys.registrar, PASSPHRASE, world.draw))

    def run(self, command: str, *arguments: str) -> int:
        """Run a command on the folder."""
        common = ["--dir", str(self.folder), "--passphrase-file", str(self.passphrase)]
        manifest = [] if command == "init" else ["--manifest", str(self.manifest)]
        return cli.main([command, *common, *manifest, *arguments])

    def out(self, name: str) -> list[bytes]:
        """Return the files for the officials' desk by the beginning of their names."""
        return [path.read_bytes() for path in sorted((self.folder / "out").glob(f"{name}*.json"))]

    def letters(self, name: str = "letters.csv") -> list[dict[str, str]]:
        """Return the rows of a list of letters."""
        with (self.folder / "letters" / name).open(newline="") as file:
            return list(csv.DictReader(file))

    def append_signed(self, raw: bytes) -> None:
        """Let both officials sign a draft, and put it on the board."""
        entry = parse_draft(raw)
        election = self.world.election
        seeds = self.world.keys.officials
        made = {who: sign(seed, entry, election.manifest_hash) for who, seed in seeds.items()}
        self.world.append(add_officials(entry, made, list(seeds)))


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    """A registrar ready to make the roll."""
    return Desk(world, tmp_path)


def with_people(desk: Desk, tmp_path: Path, text: str = PEOPLE) -> Path:
    """Write a file of people."""
    path = tmp_path / "people.csv"
    path.write_text(text)
    return path


def test_init_makes_an_encrypted_key_and_says_its_public_half(tmp_path, capsys) -> None:
    """`init` writes a key file that only the passphrase opens, and prints the key for the manifest."""
    (tmp_path / "secret").write_text(PASSPHRASE)
    folder = tmp_path / "registrar"
    arguments = ["init", "--dir", str(folder), "--passphrase-file", str(tmp_path / "secret")]
    assert cli.main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    raw = (folder / "registrar.key").read_bytes()
    assert Key.parse(told["key"]) == public_key(raw) == ed25519_public(open_key(raw, PASSPHRASE))
    with pytest.raises(KeyFileError, match="does not open"):
        open_key(raw, "another passphrase")
    assert cli.main(arguments) == 1
    assert "already" in capsys.readouterr().err


def test_every_letter_fits_the_line_with_its_roll_number(desk, tmp_path) -> None:
    """The code on the letter numbered n gives exactly the n-th credential of the roll, in its style."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path))) == 0
    lines = [line for page in desk.out("roll-") for line in read_page(page).credentials]
    letters = desk.letters()
    assert [int(row["number"]) for row in letters] == list(range(1, 31))
    for row, line in zip(letters, lines, strict=True):
        assert credential_of(row["code"], desk.world.election.manifest_hash) == line.key
        assert row["style"] == line.style
    assert Counter(row["style"] for row in letters) == {"adult": 20, "youth": 10}


def test_the_board_takes_roll_and_seal(desk, tmp_path) -> None:
    """The pages as they are, and the seal once two officials have signed it, stand on the board."""
    assert desk.run("roll", "--count", "adult=12", "--count", "youth=5") == 0
    assert desk.run("seal", "--population", "adult=13") == 0
    for page in desk.out("roll-"):
        desk.world.append(page)
    (raw,) = desk.out("seal")
    desk.append_signed(raw)
    assert desk.world.board.phase is Phase.SEALED
    seal = parse_draft(raw)
    assert isinstance(seal, Seal)
    assert [(each.style, each.size, each.population) for each in seal.styles] == [
        ("adult", 12, 13),
        ("youth", 5, 5),
    ]


def test_names_go_to_the_letters_and_nowhere_else(desk, tmp_path, capsys) -> None:
    """Not a name nor an address of the file stands in what leaves the folder, or in what is printed."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path))) == 0
    assert desk.run("seal") == 0
    assert {row["name"] for row in desk.letters()} == {f"Bewoner {number:02}" for number in range(30)}
    captured = capsys.readouterr()
    public = b"".join(desk.out("")) + captured.out.encode() + captured.err.encode()
    assert b"Bewoner" not in public
    assert b"Laan" not in public
    codes = [row["code"] for row in desk.letters()]
    assert not any(code.encode() in public or parse_code(code).encode() in public for code in codes)


def test_the_roll_is_in_random_order(desk, tmp_path) -> None:
    """Roll numbers do not follow the order in which people stand in the register."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path))) == 0
    names = [row["name"] for row in desk.letters()]
    assert names != sorted(names)


def test_only_the_owner_can_read_letters_and_key(desk) -> None:
    """Folders are 0700 and files 0600, whatever the umask."""
    before = os.umask(0)
    try:
        assert desk.run("roll", "--count", "adult=3") == 0
    finally:
        os.umask(before)
    for path in [desk.folder, *desk.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_lost_letter_is_replaced(desk, capsys) -> None:
    """`replace --revoke` gives the same person a new code, and the board takes the exchange."""
    enrol(desk)
    assert desk.run("replace", "--revoke", "2") == 0
    assert desk.run("replace", "--walk-in", "youth") == 0
    for raw in desk.out("replace-"):
        desk.append_signed(raw)
    lines = [line for page in desk.out("roll-") for line in read_page(page).credentials]
    (first,), (second,) = desk.letters("letter-8.csv"), desk.letters("letter-9.csv")
    credentials = desk.world.board.credentials
    assert credentials.find(lines[1].key)[1] == "revoked"
    for row in (first, second):
        key = credential_of(row["code"], desk.world.election.manifest_hash)
        assert credentials.find(key) == (row["style"], "waiting")
    assert (first["style"], second["style"]) == (lines[1].style, "youth")
    assert credentials.replacements == 2


def test_a_replaced_letter_can_be_lost_too(desk) -> None:
    """A replacement has a roll number of its own, by which it can be revoked again."""
    enrol(desk)
    assert desk.run("replace", "--revoke", "2") == 0
    assert desk.run("replace", "--revoke", "8") == 0
    for raw in desk.out("replace-"):
        desk.append_signed(raw)
    assert desk.world.board.credentials.replacements == 2


def enrol(desk: Desk) -> None:
    """Play until the voting has begun, with a roll by the tool."""
    assert desk.run("roll", "--count", "adult=4", "--count", "youth=3") == 0
    assert desk.run("seal") == 0
    for page in desk.out("roll-"):
        desk.world.append(page)
    desk.append_signed(*desk.out("seal"))
    desk.world.append(desk.world.make_start())
    assert desk.world.board.phase is Phase.VOTING


REFUSALS = {
    "a style of another election": (["roll", "--count", "kids=3"], "expected a style"),
    "nobody": (["roll", "--count", "adult=0"], "at least one resident"),
    "a seal without a roll": (["seal"], "no roll yet"),
    "a replacement without a roll": (["replace", "--revoke", "1"], "no roll yet"),
    "a file that is not there": (["roll", "--people", "/nowhere/people.csv"], "cannot be read"),
}


@pytest.mark.parametrize(("arguments", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_is_refused_and_nothing_is_written(desk, capsys, arguments, expected) -> None:
    """A refusal says what was expected, and leaves the folder as it was."""
    before = sorted(desk.folder.rglob("*"))
    assert desk.run(*arguments) == 1
    assert expected in capsys.readouterr().err
    assert sorted(desk.folder.rglob("*")) == before


def test_a_second_roll_is_refused(desk, capsys) -> None:
    """Letters that have gone out are not made worthless by a second `roll`."""
    assert desk.run("roll", "--count", "adult=2") == 0
    assert desk.run("roll", "--count", "adult=2") == 1
    assert "without a roll" in capsys.readouterr().err


def test_an_interrupted_roll_is_not_sealed(desk, capsys, monkeypatch) -> None:
    """When writing the pages breaks off, at whatever page, nothing is sealed and nobody is dropped."""
    monkeypatch.setattr("admin.registrar.roll.MAX_PAGE", 2)
    write = RegistrarFolder.write_out
    left = iter([True, True])

    def fill(folder: RegistrarFolder, name: str, content: bytes) -> Path:
        if not next(left, False):
            raise OSError("No space left on device")
        return write(folder, name, content)

    with monkeypatch.context() as full:
        full.setattr(RegistrarFolder, "write_out", fill)
        assert desk.run("roll", "--count", "adult=5") == 1
    assert len(desk.out("roll-")) == 2
    assert desk.run("seal") == 1
    assert "not whole" in capsys.readouterr().err
    assert desk.out("seal") == []


def test_a_population_smaller_than_the_roll_is_refused(desk, capsys) -> None:
    """Nobody can seal more credentials than people."""
    assert desk.run("roll", "--count", "adult=4") == 0
    assert desk.run("seal", "--population", "adult=3") == 1
    assert "only 3 people" in capsys.readouterr().err


def test_a_roll_number_that_nobody_has_is_refused(desk, capsys) -> None:
    """A mistyped number revokes nobody."""
    assert desk.run("roll", "--count", "adult=4") == 0
    assert desk.run("replace", "--revoke", "5") == 1
    assert "from 1 to 4" in capsys.readouterr().err


def test_a_wrong_passphrase_is_refused(desk, capsys) -> None:
    """Without the passphrase nothing is signed, and the message tells nothing of it."""
    desk.passphrase.write_text("something else entirely")
    assert desk.run("roll", "--count", "adult=4") == 1
    said = capsys.readouterr().err
    assert "does not open" in said
    assert "something else" not in said


def test_the_manifest_of_another_election_is_refused(desk, capsys) -> None:
    """A manifest that names another registrar, or that its officials did not sign, is not worked with."""
    desk.manifest.write_bytes(make_world(until=Phase.ROLL, seed="another").entries[-1])
    assert desk.run("roll", "--count", "adult=4") == 1
    assert "another registrar" in capsys.readouterr().err
    raw = bytearray(desk.world.entries[-1])
    at = raw.index(b'"signature":"') + len(b'"signature":"')
    raw[at : at + 1] = b"A" if raw[at : at + 1] != b"A" else b"B"
    desk.manifest.write_bytes(raw)
    assert desk.run("roll", "--count", "adult=4") == 1
    assert "no manifest that its officials signed" in capsys.readouterr().err


def test_codes_are_drawn_from_75_bits_and_differ() -> None:
    """Every code asks the source for 75 bits, and a repeated draw is drawn again."""
    asked = []
    numbers = iter([5, 5, 2**75 - 1])

    def draw(bits: int) -> int:
        asked.append(bits)
        return next(numbers)

    assert [parse_code(code) for code in draw_codes(2, draw)] == ["0" * 14 + "5", "Z" * 15]
    assert asked == [75, 75, 75]


def test_pages_hold_400_lines(world) -> None:
    """A roll of 401 has two pages, numbered from 1."""
    desk = RegistrarDesk(world.entries[-1], world.keys.registrar)
    lines = [Credential(key=Key(number.to_bytes(32, "big")), style="adult") for number in range(MAX_PAGE + 1)]
    pages = [read_page(raw) for raw in desk.make_pages(lines)]
    assert [(page.page, len(page.credentials)) for page in pages] == [(1, MAX_PAGE), (2, 1)]


BAD_FILES = {
    "no style": "name\nAnna\n",
    "a reserved column": "style,code\nadult,x\n",
    "a column twice": "style,name,name\nadult,a,b\n",
    "too few fields": "style,name\nadult\n",
    "too many fields": "style,name\nadult,a,b\n",
    "an empty style": "style,name\n,a\n",
    "an open quote": 'style,name\nadult,"a\n',
    "nothing": "",
}


@pytest.mark.parametrize("text", BAD_FILES.values(), ids=BAD_FILES)
def test_a_malformed_file_of_people_is_refused(text) -> None:
    """No resident is lost because a row was misread."""
    with pytest.raises(RegistrarError):
        parse_people(text)


def test_letters_are_read_back_as_they_were_written() -> None:
    """Commas, quotes and line ends in an address survive the list of letters."""
    person = Person(columns={"name": 'O\'Neill, "Pat"', "street": "Laan 1\n2 hoog"}, style="adult")
    letters = [Letter(code="0000-0000-0000-0000", number=1, person=person)]
    assert parse_letters(format_letters(letters)) == letters


DRAFT_FAULTS = {
    "no JSON": lambda raw: b"{",
    "no object": lambda raw: b"[]",
    "no signatures": lambda raw: raw.replace(b'"signatures":[],', b""),
    "another spelling": lambda raw: raw.replace(b'"signatures":[]', b'"signatures": []'),
    "another kind": lambda raw: raw.replace(b'"kind":"seal"', b'"kind":"sealed"'),
    "an unknown member": lambda raw: raw.replace(b"{", b'{"a":1,', 1),
}


@pytest.mark.parametrize("fault", DRAFT_FAULTS.values(), ids=DRAFT_FAULTS)
def test_a_draft_has_one_spelling(world, fault) -> None:
    """What the officials are given to sign is a well-formed entry, but for their signatures."""
    desk = RegistrarDesk(world.entries[-1], world.keys.registrar)
    page = desk.make_pages([Credential(key=Key(ed25519_public(bytes(32))), style="adult")])
    draft = encode(desk.make_seal(page, {}))
    assert encode(parse_draft(draft)) == draft
    with pytest.raises(WireError):
        parse_draft(fault(draft))


def test_the_tool_loads_nothing_that_talks_to_a_network() -> None:
    """The registrar's machine has no network, and the tool has no code for one."""
    program = (
        "import sys; import admin.registrar.cli\n"
        "network = {'asyncpg', 'httpx', 'litestar', 'urllib.request'}\n"
        "sys.exit(','.join(network & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
