"""Compile the catalogue of texts, tally/texts/*.po, to the MO files that gettext reads; they are not in git.

`python -m deploy.build_texts` does it, and so does the wheel's build (setup.py). deploy/texts keeps the PO
files. The same PO gives the same bytes.
"""

import datetime
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / "tally" / "texts"
NO_MOMENT = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def compile_text(po: bytes) -> bytes:
    """Return a catalogue compiled; texts that are marked fuzzy are left out."""
    catalog = read_po(io.BytesIO(po), abort_invalid=True)
    catalog.creation_date = catalog.revision_date = NO_MOMENT
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    return compiled.getvalue()


def build_texts(folder: Path = FOLDER) -> list[Path]:
    """Compile what is not compiled yet, or was from other texts; return what was written."""
    written = []
    for source in sorted(folder.glob("*.po")):
        target, compiled = source.with_suffix(".mo"), compile_text(source.read_bytes())
        if not target.is_file() or target.read_bytes() != compiled:
            fresh = target.with_suffix(".mo.new")
            fresh.write_bytes(compiled)
            fresh.replace(target)
            written.append(target)
    return written


if __name__ == "__main__":
    build_texts()
