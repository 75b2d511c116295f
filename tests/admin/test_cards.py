"""The registrar's cards: each code once, an address no server sees whole, and a file nobody else reads."""

import io
import json
import logging
import re
import stat
import sys
import warnings
from pathlib import Path

import pypdf
import pytest
import segno

from admin.registrar import cli, printing
from admin.registrar.cards import Card, check_letters, check_site, make_card, say_words
from admin.registrar.codes import credential_of
from admin.registrar.errors import RegistrarError
from admin.registrar.people import Letter, Person
from admin.registrar.printing import draw_qr, print_cards
from ballots.codes import format_code, parse_code
from ballots.errors import CodeError
from tally.texts.languages import COMPLETE, Language
from tally.texts.texts import texts_in
from tests.admin.test_registrar import PEOPLE, Desk, with_people
from tests.simulator import Phase, make_world

SITE = "https://stem.example.org"
ANCHOR = bytes(range(32))
TITLE = 'Wijkbudget #set page(fill: red) $x$ *vet* \\ " <Noord> [@zuid]'
CODES = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def make_letters(count: int) -> list[Letter]:
    """Letters with fixed codes, each for somebody with a name that is markup elsewhere."""
    return [
        Letter(
            code=format_code((number + 1) * 0x123456789ABCDEF % (1 << 75)),
            number=number + 1,
            person=Person(columns={"name": f"#Bewoner_{number:03}_ *$", "street": ""}, style="adult"),
        )
        for number in range(count)
    ]


def make_cards(count: int, title: str = TITLE) -> list[Card]:
    """Cards for those letters, with two columns printed, one of them empty."""
    return [make_card(letter, title, SITE, ANCHOR, ["name", "street"]) for letter in make_letters(count)]


def read_pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A registrar whose manifest stands."""
    return Desk(make_world(until=Phase.ROLL), tmp_path)


def run_cards(desk: Desk, *arguments: str) -> int:
    """Run `cards`, without a passphrase."""
    fixed = ["--dir", str(desk.folder), "--manifest", str(desk.manifest), "--site", SITE]
    return cli.main(["cards", *fixed, *arguments])


# What stands on a card --------------------------------------------------------------------------------------


def test_code_and_manifest_hash_stand_behind_the_fragment_sign() -> None:
    """The QR code's address has the code and the manifest hash behind `#`, and nothing of them before it."""
    letter = make_letters(1)[0]
    card = make_card(letter, "Wijk", SITE, ANCHOR)
    assert card.link == f"{SITE}/vote#{letter.code}.{ANCHOR.hex()}"
    assert card.address == "stem.example.org/vote"
    assert card.link.count("#") == 1


def test_the_qr_code_says_the_link() -> None:
    """What is drawn depends on the whole text, and has four light modules around it."""
    card = make_cards(1)[0]
    side = segno.make_qr(card.link, error="m", boost_error=False).symbol_size(border=4)[0]
    assert f'width="{side}" height="{side}"' in draw_qr(card.link)
    assert draw_qr(card.link) != draw_qr(make_cards(2)[1].link)


def test_each_card_gets_the_qr_code_of_its_own_link(monkeypatch) -> None:
    """The texts that are drawn as QR codes are the links of the cards, each once, in order."""
    drawn: list[str] = []

    def note(link: str) -> str:
        drawn.append(link)
        return draw_qr(link)

    monkeypatch.setattr(printing, "draw_qr", note)
    cards = make_cards(9)
    print_cards(cards, say_words(texts_in("nl")), "nl", "a4")
    assert drawn == [f"{SITE}/vote#{card.code}.{ANCHOR.hex()}" for card in cards]


@pytest.mark.parametrize(("paper", "pages"), [("a4", 3), ("a6", 17)])
def test_every_code_is_printed_once(paper: printing.Paper, pages: int) -> None:
    """Eight an A4 or one an A6; each has its own code, number, title, line, address and manifest hash."""
    cards = make_cards(17)
    texts = read_pages(print_cards(cards, say_words(texts_in("nl")), "nl", paper))
    assert len(texts) == pages
    whole = "\n".join(texts)
    assert CODES.findall(whole) == [card.code for card in cards]
    per_page = 8 if paper == "a4" else 1
    for place, card in enumerate(cards):
        page = texts[place // per_page]
        assert f"#Bewoner_{place:03}_ *$" in page
        assert f" {card.number}\n" in page or f" {card.number} " in page
    for fixed in ("stem.example.org/vote", ANCHOR.hex()):
        assert whole.count(fixed) == 17


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    """A title and a name with signs of the typesetter's language stand on the card letter for letter."""
    (text,) = read_pages(print_cards(make_cards(1), say_words(texts_in("nl")), "nl", "a6"))
    assert TITLE in " ".join(text.split())


@pytest.mark.parametrize("language", COMPLETE)
def test_a_screen_reader_can_read_the_cards(language: Language) -> None:
    """The PDF is tagged and says that it is PDF/UA-1, its language, its title, and what the QR code is."""
    made = print_cards(make_cards(2), say_words(texts_in(language)), language, "a4")
    root = pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"].startswith(language)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert texts_in(language).find("page.card.document").encode() in root["/Metadata"].get_data()
    assert texts_in(language).find("page.card.picture") in list_alternatives(root["/StructTreeRoot"])


def list_alternatives(element: pypdf.generic.PdfObject) -> list[str]:
    """Return all texts that stand for pictures, in order."""
    node = element.get_object()
    if isinstance(node, list):
        return [text for each in node for text in list_alternatives(each)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (list_alternatives(node["/K"]) if "/K" in node else [])


def test_the_same_cards_give_the_same_bytes() -> None:
    """No time and no chance goes into the PDF."""
    words = say_words(texts_in("nl"))
    assert print_cards(make_cards(3), words, "nl", "a4") == print_cards(make_cards(3), words, "nl", "a4")


@pytest.mark.parametrize("paper", ["a4", "a6"])
def test_what_does_not_fit_is_refused(paper: printing.Paper) -> None:
    """A title that would run over the card's foot is no card; the error says so, and says no code."""
    cards = make_cards(1, title="Een heel lange naam " * 60)
    with pytest.raises(RegistrarError, match="too long") as raised:
        print_cards(cards, say_words(texts_in("nl")), "nl", paper)
    assert raised.value.__cause__ is None
    assert cards[0].code not in str(raised.value)


@pytest.mark.parametrize(
    "site",
    [
        "http://stem.example.org",
        "https://stem.example.org/pad",
        "https://stem.example.org?x=1",
        "https://stem.example.org#x",
        "https://u:p@stem.example.org",
        "stem.example.org",
        "javascript:alert(1)",
        "https://Stem.example.org",
        "https://",
    ],
)
def test_only_an_origin_that_browsers_trust_is_printed(site: str) -> None:
    """Not over plain HTTP but to this machine itself, and no path, question or name of a user."""
    with pytest.raises(RegistrarError, match="https://"):
        check_site(site)


def test_a_site_may_end_in_a_slash() -> None:
    """The slash goes; this machine itself may be named without https."""
    assert check_site(SITE + "/") == SITE
    assert check_site("http://localhost:8000") == "http://localhost:8000"


def test_a_code_that_is_none_is_not_printed() -> None:
    """A wrong symbol is caught by the check symbol, another spelling by its form; neither is repeated."""
    good = make_letters(1)[0]
    wrong = ("1" if good.code[0] != "1" else "2") + good.code[1:]
    for code, error in ((wrong, CodeError), (good.code.replace("-", ""), RegistrarError)):
        with pytest.raises(error) as raised:
            make_card(Letter(code=code, number=1, person=good.person), "Wijk", SITE, ANCHOR)
        assert code not in str(raised.value)


def test_a_code_must_open_the_line_of_its_number() -> None:
    """Cards in another order than the roll, or of another election, are refused, and no code is told."""
    letters = make_letters(2)
    roll = [credential_of(letter.code, ANCHOR) for letter in letters]
    check_letters(letters, roll, roll)
    for wrong in ([roll[1], roll[0]], roll[:1], [credential_of(each.code, bytes(32)) for each in letters]):
        with pytest.raises(RegistrarError, match="does not fit") as raised:
            check_letters(letters, roll, wrong)
        assert not any(letter.code in str(raised.value) for letter in letters)


# The command ------------------------------------------------------------------------------------------------


def test_the_command_prints_the_list_it_drew(desk, tmp_path, capsys) -> None:
    """`cards` needs no passphrase; its file is closed to others, and no code is said or logged."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path))) == 0
    capsys.readouterr()
    assert run_cards(desk, "--line", "name", "--json") == 0
    captured = capsys.readouterr()
    path = Path(json.loads(captured.out)["file"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    texts = read_pages(path.read_bytes())
    codes = [row["code"] for row in desk.letters()]
    assert CODES.findall("\n".join(texts)) == codes
    assert desk.world.election.manifest.title in texts[0]
    assert not any(code in captured.out + captured.err for code in codes)
    assert not any("Bewoner" in text for text in (captured.out, captured.err))
    left = {each.name for each in path.parent.iterdir()}
    assert left == {"letters.csv", "letters.pdf"}


def test_cards_are_never_overwritten(desk, capsys) -> None:
    """A second run is refused and leaves the first file as it was."""
    assert desk.run("roll", "--count", "adult=3") == 0
    assert run_cards(desk) == 0
    path = desk.folder / "letters" / "letters.pdf"
    before = path.read_bytes()
    assert run_cards(desk, "--paper", "a6") == 1
    assert "never overwritten" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_replacement_gets_a_card_of_its_own(desk) -> None:
    """The list of one letter gives one card, with its new roll number."""
    assert desk.run("roll", "--count", "adult=3") == 0
    assert desk.run("replace", "--revoke", "2") == 0
    assert run_cards(desk, "--list", "letter-4.csv", "--paper", "a6", "--language", "en") == 0
    (text,) = read_pages((desk.folder / "letters" / "letter-4.pdf").read_bytes())
    assert CODES.findall(text) == [desk.letters("letter-4.csv")[0]["code"]]
    assert "Your number on the list: 4" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--list", "elsewhere.csv"], "is missing"),
        (["--list", "../letters/letters.csv"], "name of a list"),
        (["--line", "shoe-size"], "column"),
        (["--site", "http://stem.example.org"], "https://"),
    ],
)
def test_a_wrong_wish_writes_nothing(desk, tmp_path, capsys, arguments: list[str], said: str) -> None:
    """A wrong list, column or site is an error in one line, without a file and without a code."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path, PEOPLE))) == 0
    capsys.readouterr()
    assert run_cards(desk, *arguments) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert not list((desk.folder / "letters").glob("*.pdf"))
    assert not any(row["code"] in told.err + told.out for row in desk.letters())


def test_cards_of_another_election_are_refused(desk, tmp_path, capsys) -> None:
    """A manifest that names another registrar is no manifest for these codes."""
    assert desk.run("roll", "--count", "adult=3") == 0
    desk.manifest.write_bytes(make_world(until=Phase.ROLL, seed="another").entries[-1])
    assert run_cards(desk) == 1
    assert "another registrar" in capsys.readouterr().err
    assert not list((desk.folder / "letters").glob("*.pdf"))


def test_a_damaged_list_tells_no_code(desk, capsys, caplog) -> None:
    """A code that somebody changed in the list is refused; nothing of it is said, logged or warned about."""
    assert desk.run("roll", "--count", "adult=3") == 0
    path = desk.folder / "letters" / "letters.csv"
    codes = [row["code"] for row in desk.letters()]
    wrong = codes[1][:-1] + ("A" if codes[1][-1] != "A" else "B")
    path.write_text(path.read_text().replace(codes[1], wrong))
    capsys.readouterr()
    with warnings.catch_warnings(record=True) as warned, caplog.at_level(logging.DEBUG):
        assert run_cards(desk) == 1
    told = capsys.readouterr()
    said = told.err + told.out + caplog.text + "".join(str(each.message) for each in warned)
    assert not any(part in said for code in [*codes, wrong] for part in (code, parse_code_or(code)))
    assert not list(path.parent.glob("*.pdf"))


def parse_code_or(code: str) -> str:
    """Return a code's symbols; of a wrong code, the code without its strokes."""
    try:
        return parse_code(code)
    except CodeError:
        return code.replace("-", "")


def test_without_the_extra_the_command_says_what_to_install(desk, capsys, monkeypatch) -> None:
    """A registrar without the typesetter reads how to get it."""
    assert desk.run("roll", "--count", "adult=1") == 0
    monkeypatch.setitem(sys.modules, "typst", None)
    assert run_cards(desk) == 1
    assert "wijkaandeel[print]" in capsys.readouterr().err
