"""Compile the catalogue of texts, tally/texts/*.po, to what programs read; none of that is in git.

Python reads MO files, with gettext. The booth in the browser and the page that counts again read JSON, each
its own texts: a text, or the list of its forms in CLDR's order of plurals. `python -m deploy.build_texts`
makes all of them, and so does the wheel's build (setup.py). deploy/texts keeps the PO files. The same PO
gives the same bytes.
"""

import datetime
import io
import json
from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tally.texts.languages import LANGUAGES, SOURCE, Language

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tally" / "texts"
BOOTH = ROOT / "service" / "static" / "booth"
IN_BOOTH = ("booth.", "cldr.decimal", "cldr.group", "cldr.money.sign", "cldr.percent")
"""What the ids of the booth's texts begin with."""
OF_RECOUNT = "service/booth/src/page/"
"""Where the script that counts again names its texts, some of which other pages say too."""
NO_MOMENT = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def compile_text(po: bytes) -> bytes:
    """Return a catalogue compiled; texts that are marked fuzzy are left out."""
    catalog = read_po(io.BytesIO(po), abort_invalid=True)
    catalog.creation_date = catalog.revision_date = NO_MOMENT
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    return compiled.getvalue()


def is_in_booth(message: Message) -> bool:
    """Say whether the booth may say a text."""
    return _name_of(message).startswith(IN_BOOTH)


def is_in_recount(message: Message) -> bool:
    """Say whether the page that counts again says a text."""
    return any(path.startswith(OF_RECOUNT) for path, _ in message.locations)


def _name_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


FILES = {"texts": is_in_booth, "texts.recount": is_in_recount}
"""The files of each language for the browser, with what is in them."""


def read_some(po: bytes, is_in: Callable[[Message], bool]) -> dict[str, str | list[str]]:
    """Return some texts of one catalogue by id; those that are missing or fuzzy are left out."""
    found: dict[str, str | list[str]] = {}
    for message in read_po(io.BytesIO(po), abort_invalid=True):
        forms = [message.string] if isinstance(message.string, str) else list(message.string or [""])
        if message.id and is_in(message) and all(forms) and not message.fuzzy:
            found[_name_of(message)] = forms[0] if len(forms) == 1 else forms
    return found


def compile_some(language: Language, po: bytes, source: bytes, is_in: Callable[[Message], bool]) -> bytes:
    """Return some texts of one language as JSON, those that it lacks in the source's language."""
    first = read_some(source, is_in)
    lacking = {name: said if isinstance(said, str) else said[-1] for name, said in first.items()}
    texts = lacking | read_some(po, is_in)
    locale = LANGUAGES[language].locale.replace("_", "-")
    return json.dumps({"locale": locale, "texts": texts}, ensure_ascii=False, sort_keys=True).encode()


def build_texts(folder: Path = FOLDER, booth: Path = BOOTH) -> list[Path]:
    """Compile what is not compiled yet, or was from other texts; return what was written."""
    made: dict[Path, bytes] = {}
    source = (folder / f"{SOURCE}.po").read_bytes()
    for language in sorted(LANGUAGES):
        path = folder / f"{language}.po"
        raw = path.read_bytes()
        made[path.with_suffix(".mo")] = compile_text(raw)
        for name, is_in in FILES.items():
            made[booth / f"{name}.{language}.json"] = compile_some(language, raw, source, is_in)
    return [path for path, content in made.items() if _write(path, content)]


def _write(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)
    return True


if __name__ == "__main__":
    build_texts()
