"""Files that are no copy of a board: each is answered with what is wrong, none breaks the page."""

import gzip
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from service.portal.alone import NAME, make_alone
from tests.journeys.test_recount import verdict_of

pytestmark = [pytest.mark.journey, pytest.mark.attack]

BLOCK = 512
SIZE = slice(124, 136)
SUM = slice(148, 156)


def archive(*names: str, form: int = tarfile.USTAR_FORMAT, kind: bytes = tarfile.REGTYPE) -> bytes:
    """Return an archive with a few bytes under each name."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.type = kind
            member.linkname = "elsewhere" if kind != tarfile.REGTYPE else ""
            member.size = 5 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"bytes"))
    return made.getvalue()


def with_header(raw: bytes, change: Callable[[bytearray], None]) -> bytes:
    """Return an archive whose first header is changed and has the right sum again."""
    header = bytearray(raw[:BLOCK])
    change(header)
    header[SUM] = b" " * 8
    header[SUM] = b"%06o\0 " % sum(header)
    return bytes(header) + raw[BLOCK:]


def of_size(size: bytes) -> Callable[[bytearray], None]:
    """Return a change of the size that a header tells."""

    def change(header: bytearray) -> None:
        header[SIZE] = size

    return change


def endless_pax() -> bytes:
    """Return an archive whose pax header says that its line has no length."""
    raw = archive("é" * 60 + "checkpoint", form=tarfile.PAX_FORMAT)
    at = raw.index(b" path=")
    start = raw.rindex(b"\0", 0, at) + 1
    return raw[:start] + b"0" * (at - start) + raw[at:]


def many_names(count: int) -> bytes:
    """Return an archive of so many empty files."""
    blank = tarfile.TarInfo("0" * 7).tobuf(tarfile.USTAR_FORMAT)
    rest = int(blank[SUM].rstrip(b"\0 "), 8) - sum(blank[:7])
    before, after = blank[7 : SUM.start], blank[SUM.stop :]
    names = (b"%07d" % number for number in range(count))
    headers = (name + before + b"%06o\0 " % (rest + sum(name)) + after for name in names)
    return b"".join(headers) + bytes(2 * BLOCK)


@dataclass(frozen=True)
class Wrong:
    """A file, what the page says of it, and what it says further down."""

    name: str
    raw: bytes
    said: str
    further: str = ""


NO_TAR = "Dit bestand kunnen we niet lezen Het is geen gewoon tar-bestand"
WRONG = (
    Wrong("nothing", b"", "Hier staat geen bord in"),
    Wrong("text", b"checkpoint\n" * 500, NO_TAR),
    Wrong("shorter than a header", b"checkpoint", NO_TAR),
    Wrong("a zip file", b"PK\3\4" + bytes(600), "Dit bestand is ingepakt Pak het eerst uit."),
    Wrong("a tar file in gzip", gzip.compress(archive("checkpoint")), "Dit bestand is ingepakt"),
    Wrong(
        "an archive whose first name begins as gzip does", archive("BZh/checkpoint"), "Controle L01 gaat mis"
    ),
    Wrong("more files than any record", many_names(100_001), "Hier staan te veel bestanden in"),
    Wrong("cut within a header", archive("tile/a", "checkpoint")[: BLOCK * 2 + 100], NO_TAR),
    Wrong("cut within a file", archive("checkpoint")[: BLOCK + 3], NO_TAR),
    Wrong("a wrong sum", b"C" + archive("checkpoint")[1:], NO_TAR),
    Wrong("larger than the file", with_header(archive("checkpoint"), of_size(b"77777777777\0")), NO_TAR),
    Wrong("a size that is no number", with_header(archive("checkpoint"), of_size(b"-0000000005\0")), NO_TAR),
    Wrong(
        "a size in base 256", with_header(archive("checkpoint"), of_size(b"\x80" + bytes(10) + b"\5")), NO_TAR
    ),
    Wrong("a pax line without length", endless_pax(), NO_TAR),
    Wrong("a path twice", archive("checkpoint", "./checkpoint"), "Er staat twee keer hetzelfde in."),
    Wrong("no checkpoint", archive("tile/0/000.p/1"), "Hier staat geen bord in"),
    Wrong("two boards", archive("a/checkpoint", "b/checkpoint"), "Hier staat meer dan één bord in"),
    Wrong(
        "a link as the checkpoint",
        archive("checkpoint", kind=tarfile.SYMTYPE),
        "Controle L01 gaat mis",
        "there is no",
    ),
    Wrong("five bytes as the checkpoint", archive("checkpoint"), "Controle L01 gaat mis"),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
async def test_a_file_that_is_no_copy(folder: Path, browser: Browser, wrong: Wrong) -> None:
    """What is wrong with the file is said, the program goes on, and another file may be chosen."""
    (folder / NAME).write_text(make_alone())
    (folder / "bord.tar").write_bytes(wrong.raw)
    page = await browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    await page.goto((folder / NAME).as_uri())
    for _ in range(2):
        await page.locator("#tar").set_input_files(folder / "bord.tar")
        await page.get_by_role("button", name="Begin met natellen").click()
        assert wrong.said in await verdict_of(page)
        assert wrong.further in await page.inner_text("#uitkomst")
        assert "Het klopt " not in (await page.inner_text("#uitkomst")).replace("Het klopt niet", "")
    assert heard == []


async def test_nothing_chosen(folder: Path, browser: Browser) -> None:
    """Whoever starts without having chosen anything is told so."""
    (folder / NAME).write_text(make_alone())
    page = await browser.new_page()
    await page.goto((folder / NAME).as_uri())
    await page.get_by_role("button", name="Begin met natellen").click()
    assert await page.get_by_text("U hebt nog geen map of bestand gekozen.").first.is_visible()
    assert not await page.locator("#bezig").is_visible()
