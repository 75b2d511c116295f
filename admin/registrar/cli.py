"""The registrar's commands: `wijkaandeel registrar init | roll | seal | replace | cards`, without a network.

Only reads arguments, draws randomness and prints; what is made is decided in roll.py, codes.py, people.py,
cards.py and picture_cards.py.
"""

import argparse
import getpass
import json
import secrets
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.progress import track

from admin.drafts import format_draft, parse_draft
from admin.keyfile import KeyFileError, open_key, public_key, seal_key
from admin.registrar.cards import check_letters, make_card, say_words
from admin.registrar.codes import credential_of, derive_credentials, draw_codes
from admin.registrar.errors import RegistrarError
from admin.registrar.folder import RegistrarFolder
from admin.registrar.people import Letter, Person, find_person, format_letters, parse_letters, parse_people
from admin.registrar.picture_cards import make_picture_cards, say_picture_words
from admin.registrar.printing import Paper, print_cards, print_picture_cards
from admin.registrar.roll import RegistrarDesk, read_manifest, read_page
from ballots.entries import Credential, Replace
from ballots.errors import ProtocolError
from ballots.manifest import manifest_hash
from ballots.wire import Key
from tally.texts.languages import COMPLETE, SOURCE
from tally.texts.texts import texts_in

EXAMPLES = """examples:
  wijkaandeel registrar init --dir registrar
  wijkaandeel registrar roll --dir registrar --manifest manifest.json --people residents.csv
  wijkaandeel registrar roll --dir registrar --manifest manifest.json --count adult=240 --count youth=60
  wijkaandeel registrar seal --dir registrar --manifest manifest.json --population adult=251
  wijkaandeel registrar replace --dir registrar --manifest manifest.json --revoke 17
  wijkaandeel registrar replace --dir registrar --manifest manifest.json --walk-in adult
  wijkaandeel registrar cards --dir registrar --manifest manifest.json --site https://stem.example.org
  wijkaandeel registrar cards --dir registrar --manifest manifest.json --site https://stem.example.org \\
      --list letter-242.csv --paper a6 --line name --line street
  wijkaandeel registrar cards --dir registrar --manifest manifest.json --site https://stem.example.org \\
      --style youth --pictures
exit codes: 0 done, 1 refused (nothing was written), 2 wrong arguments"""


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except (RegistrarError, KeyFileError, ProtocolError) as error:
        print(f"wijkaandeel registrar: {error}", file=sys.stderr)
        return 1
    except (OSError, UnicodeError) as error:
        print(f"wijkaandeel registrar: a file cannot be read or written: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wijkaandeel registrar",
        description="Make the roll, its letters and replacements, on a machine without a network.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_command(commands, "init", _init, "make the signing key; its public key goes into the manifest")
    roll = _add_command(commands, "roll", _roll, "draw a code a resident; write the roll and the letters")
    whom = roll.add_mutually_exclusive_group(required=True)
    whom.add_argument(
        "--people",
        type=Path,
        metavar="FILE.csv",
        help="one row a resident, with a column style; all else goes to the letters only",
    )
    whom.add_argument(
        "--count",
        type=_pair,
        action="append",
        metavar="STYLE=N",
        help="so many residents, without names (once a style)",
    )
    seal = _add_command(commands, "seal", _seal, "end the roll; the officials sign after you")
    seal.add_argument(
        "--population",
        type=_pair,
        action="append",
        default=[],
        metavar="STYLE=N",
        help="how many people may vote (default: as many as are on the roll)",
    )
    replace = _add_command(commands, "replace", _replace, "a new code for a lost letter, or for a walk-in")
    which = replace.add_mutually_exclusive_group(required=True)
    which.add_argument("--revoke", type=int, metavar="NUMBER", help="the roll number on the lost letter")
    which.add_argument("--walk-in", metavar="STYLE", help="somebody who was not on the roll")
    cards = _add_command(commands, "cards", _cards, "print codes as cards with a QR code, as a PDF")
    _add_card_arguments(cards)
    for command in (roll, seal, replace, cards):
        command.add_argument(
            "--manifest",
            type=Path,
            required=True,
            metavar="FILE",
            help="the manifest's entry, as on the board",
        )
    return parser


def _add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--dir", type=Path, required=True, metavar="DIR", help="the registrar's folder")
    command.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="read the passphrase from a file (default: ask)"
    )
    command.add_argument("--json", action="store_true", help="answer in JSON")
    command.set_defaults(run=run)
    return command


def _add_card_arguments(cards: argparse.ArgumentParser) -> None:
    cards.add_argument(
        "--site",
        required=True,
        metavar="URL",
        help="where residents vote, as https://stem.example.org",
    )
    cards.add_argument(
        "--list", default="letters.csv", metavar="NAME", help="which list of letters (default: letters.csv)"
    )
    cards.add_argument(
        "--paper",
        choices=get_args(Paper),
        default="a4",
        help="a4: eight cards a page, or four with pictures; a6: one",
    )
    cards.add_argument(
        "--style",
        action="append",
        default=[],
        metavar="STYLE",
        help="only cards of this style (once a style; default: all)",
    )
    cards.add_argument(
        "--pictures",
        action="store_true",
        help="cards for children: a picture and few words, in a drawn order, without name and number",
    )
    cards.add_argument("--language", choices=COMPLETE, default=SOURCE, help="of the words on the card")
    cards.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column of the list to print, such as a name (once a line; default: none)",
    )


def _pair(text: str) -> tuple[str, int]:
    style, equals, count = text.partition("=")
    if not (equals and style and count.isdecimal()):
        raise argparse.ArgumentTypeError("expected STYLE=N, as in adult=240")
    return style, int(count)


def _init(arguments: argparse.Namespace) -> int:
    content = seal_key(secrets.token_bytes(32), _passphrase(arguments, new=True), secrets.token_bytes)
    folder = RegistrarFolder(arguments.dir)
    folder.create()
    path = folder.write_key(content)
    key = public_key(content).format()
    _answer(arguments, {"file": str(path), "key": key}, f"{path} written. Public key for the manifest: {key}")
    return 0


def _roll(arguments: argparse.Namespace) -> int:
    folder, desk = _open(arguments)
    people = _read_people(arguments)
    for style in sorted({person.style for person in people}):
        desk.check_style(style)
    if not people or folder.list_out("roll-") or folder.list_letters():
        raise RegistrarError("expected at least one resident, and a folder without a roll")
    secrets.SystemRandom().shuffle(people)
    codes = draw_codes(len(people), secrets.randbits)
    keys = _track(
        arguments, derive_credentials(codes, desk.manifest_hash), len(codes), "Deriving credentials"
    )
    lines = [Credential(key=key, style=who.style) for key, who in zip(keys, people, strict=True)]
    letters = [
        Letter(code=code, number=number, person=who)
        for number, (code, who) in enumerate(zip(codes, people, strict=True), 1)
    ]
    written = folder.write_letters("letters.csv", format_letters(letters))
    pages = desk.make_pages(lines)
    folder.write_pages(pages)
    answer = {"letters": str(written), "pages": len(pages), "residents": len(people)}
    _answer(
        arguments,
        answer,
        f"{len(people)} residents on {len(pages)} pages in {folder.out}. Letters: {written}. "
        "Print them, then destroy that file.",
    )
    return 0


def _read_people(arguments: argparse.Namespace) -> list[Person]:
    if arguments.people is not None:
        return parse_people(arguments.people.read_text("utf-8"))
    return [Person(columns={}, style=style) for style, count in arguments.count for _ in range(count)]


def _seal(arguments: argparse.Namespace) -> int:
    folder, desk = _open(arguments)
    seal = desk.make_seal(folder.read_pages(), dict(arguments.population))
    path = folder.write_out("seal.json", format_draft(seal))
    sizes = {each.style: each.size for each in seal.styles}
    listed = ", ".join(f"{style} {size}" for style, size in sizes.items())
    _answer(
        arguments,
        {"file": str(path), "sizes": sizes},
        f"Sealed ({listed}). Give {path} to the officials to sign.",
    )
    return 0


def _replace(arguments: argparse.Namespace) -> int:
    folder, desk = _open(arguments)
    lines = _read_lines(folder)
    if arguments.revoke is None:
        revokes, person = None, Person(columns={}, style=arguments.walk_in)
        desk.check_style(person.style)
    else:
        if not 1 <= arguments.revoke <= len(lines):
            raise RegistrarError(f"expected a roll number from 1 to {len(lines)}, got {arguments.revoke}")
        revokes = lines[arguments.revoke - 1]
        letters = (letter for text in folder.list_letters() for letter in parse_letters(text))
        person = find_person(letters, arguments.revoke)
    number = len(lines) + 1
    (code,) = draw_codes(1, secrets.randbits)
    entry = desk.make_replace(credential_of(code, desk.manifest_hash), revokes, person.style)
    letter = folder.write_letters(
        f"letter-{number}.csv", format_letters([Letter(code=code, number=number, person=person)])
    )
    path = folder.write_out(f"replace-{number:08d}.json", format_draft(entry))
    _answer(
        arguments,
        {"file": str(path), "letter": str(letter), "number": number},
        f"Letter {letter}. Give {path} to the officials to sign; hand replacements in by their numbers.",
    )
    return 0


def _cards(arguments: argparse.Namespace) -> int:
    folder, manifest = RegistrarFolder(arguments.dir), arguments.manifest.read_bytes()
    facts, anchor = read_manifest(manifest), manifest_hash(manifest)
    if public_key(folder.read_key()) != facts.registrar:
        raise RegistrarError("this manifest names another registrar's key; is it of another election?")
    if arguments.pictures and arguments.line:
        raise RegistrarError("expected no --line with --pictures: on children's cards stands no name")
    name = "-".join([Path(arguments.list).stem, *sorted(arguments.style)]) + ".pdf"
    folder.check_free(name)
    letters = [
        letter
        for letter in parse_letters(folder.read_letters(arguments.list))
        if not arguments.style or letter.person.style in arguments.style
    ]
    if not letters:
        raise RegistrarError("expected at least one letter in the list, of these styles")
    keys = derive_credentials([letter.code for letter in letters], anchor)
    check_letters(letters, _track(arguments, keys, len(letters), "Checking codes"), _read_lines(folder))
    path = folder.write_cards(name, _print(arguments, letters, facts.title, anchor))
    _answer(
        arguments,
        {"cards": len(letters), "file": str(path)},
        f"{len(letters)} cards in {path}. Print them, then destroy that file and the list.",
    )
    return 0


def _print(arguments: argparse.Namespace, letters: list[Letter], title: str, anchor: bytes) -> bytes:
    texts, paper = texts_in(arguments.language), arguments.paper
    if arguments.pictures:
        drawn = make_picture_cards(letters, arguments.site, anchor, texts, secrets.SystemRandom())
        return print_picture_cards(drawn, say_picture_words(texts), arguments.language, paper)
    cards = [make_card(letter, title, arguments.site, anchor, arguments.line) for letter in letters]
    return print_cards(cards, say_words(texts), arguments.language, paper)


def _read_lines(folder: RegistrarFolder) -> list[Key]:
    """Return the key of every roll number, replacements included, in order."""
    keys = [line.key for page in folder.read_pages() for line in read_page(page).credentials]
    return keys + [_parse_replace(raw).adds for raw in folder.list_out("replace-")]


def _parse_replace(raw: bytes) -> Replace:
    entry = parse_draft(raw)
    if not isinstance(entry, Replace):
        raise RegistrarError("expected only replacements in files called replace-*")
    return entry


def _open(arguments: argparse.Namespace) -> tuple[RegistrarFolder, RegistrarDesk]:
    folder = RegistrarFolder(arguments.dir)
    sealed = folder.read_key()
    manifest = arguments.manifest.read_bytes()
    return folder, RegistrarDesk(manifest, open_key(sealed, _passphrase(arguments)))


def _passphrase(arguments: argparse.Namespace, *, new: bool = False) -> str:
    if arguments.passphrase_file is not None:
        return str(arguments.passphrase_file.read_text("utf-8")).rstrip("\r\n")
    given = getpass.getpass("Passphrase of the registrar's key: ")
    if new and getpass.getpass("The same passphrase again: ") != given:
        raise RegistrarError("the two passphrases differ")
    return given


def _track(arguments: argparse.Namespace, keys: Iterable[Key], total: int, text: str) -> list[Key]:
    console = Console(stderr=True)
    shown = console.is_terminal and not arguments.json
    return list(track(keys, text, total=total, console=console, disable=not shown))


def _answer(arguments: argparse.Namespace, answer: dict[str, object], text: str) -> None:
    print(json.dumps(answer) if arguments.json else text)
