"""Style sheets say start and end, never left and right, so that a page may run from either side."""

import re
from collections.abc import Iterator

import pytest

from service.sheets import STATIC

SHEETS = sorted(STATIC.glob("*.css"))
SIDE = re.compile(
    r"(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    r"|(?:^|[\s;{])(?:left|right)\s*:"
)
FOUR = re.compile(r"(?:margin|padding|inset|border-width)\s*:\s*([^;}]+)")


def find_sides(css: str) -> Iterator[str]:
    """Yield every declaration that names a side, and shorthands whose two sides differ."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    yield from (match[0].strip() for match in SIDE.finditer(css))
    for match in FOUR.finditer(css):
        values = re.findall(r"[^\s(]+\([^)]*\)|\S+", match[1])
        if len(values) == 4 and values[1] != values[3]:
            yield match[0].strip()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_names_no_side(path) -> None:  # type: ignore[no-untyped-def]
    """Margins, paddings, borders, floats and text are placed by the direction of the page."""
    assert list(find_sides(path.read_text())) == []


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 1rem; }",
        "a { border-right: 0; }",
        "a { text-align: right; }",
        "a { float: left; }",
        "a { position: absolute; left: 0; }",
        "a { padding: 0 0 0 1rem; }",
        "a { margin: 0 clamp(1rem, 4vw, 2rem) 0 0; }",
        "a { border-top-left-radius: 1rem; }",
    ],
)
def test_a_side_is_found(css: str) -> None:
    """Each way of naming a side is found."""
    assert len(list(find_sides(css))) == 1


def test_what_has_no_side_is_let_through() -> None:
    """Logical properties, shorthands with equal sides, and words that only look like sides."""
    css = "a { margin-inline-start: 1rem; padding: 1px 2px 3px 2px; grid-area: left } /* left: 0; */"
    assert list(find_sides(css)) == []
