"""A municipality's theme: what it may say, what is refused and why, and that a site shows it."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import AsyncTestClient

from ballots.board import Phase
from service.app import create_app
from service.partner.cli import read_colours
from service.partner.errors import StateError
from service.serve import prepare
from service.sheets import SHEETS, STATIC
from service.theme import FORCED, ThemeError, contrast, format_theme, lay_over, parse_theme, read_theme
from tests.service.portal_site import make_settings, put_world
from tests.simulator import make_world

OPERATIONS = (Path(__file__).parents[2] / "deploy" / "OPERATIONS.md").read_text()
EXAMPLE = re.findall(r"```css\n(.*?)```", OPERATIONS, re.DOTALL)[0]
OURS = parse_theme((STATIC / "theme.css").read_text())
BOTH = ":root {{ {0} }} @media screen and (prefers-color-scheme: dark) {{ :root {{ {0} }} }}"
NIGHT = "; ".join(f"{name}: {value}" for name, value in OURS.dark.items())
SNIPPETS = [
    *(
        "url(//a.example)",
        "@import 'a.css';",
        "}",
        "{",
        ";",
        ":",
        "/*",
        "*/",
        "</style>",
        "\\",
        "'",
        '"',
        "\x00",
        "\ufeff",
    ),
    *(
        ":root",
        "body { color: red }",
        "--wijk-ink: red;",
        "--nl-link-color: #ffffff;",
        "var(--wijk-ink)",
        "!important",
    ),
]


def test_our_theme_says_only_what_is_read() -> None:
    """Ours is in the form that we ask for, and every name in it is one that a sheet reads."""
    sheets = "".join((STATIC / f"{name}.css").read_text() for name in (*SHEETS, "vote", "kiosk"))
    read = set(re.findall(r"var\(\s*(--[a-z0-9-]+)", sheets))
    given_names = OURS.light.keys() | OURS.dark.keys() | OURS.forced.keys()
    assert given_names - read == set()
    assert {name for name in read if name.startswith("--wijk-")} <= OURS.light.keys()
    assert (OURS.light.keys() & OURS.dark.keys()) == OURS.dark.keys()
    assert parse_theme(read_theme(None)) == OURS


def test_the_example_is_laid_over_ours() -> None:
    """The example in OPERATIONS.md is taken: what it says stands in place of ours, and the rest is ours."""
    theme = lay_over(OURS, EXAMPLE.encode())
    assert theme.light["--wijk-cobalt"] == "#0b5129"
    assert theme.dark["--wijk-cobalt"] == "#93dba9"
    assert theme.light["--wijk-clay"] == OURS.light["--wijk-clay"]
    assert theme.light["--wijk-font"] == '"Noto Sans", sans-serif'
    assert theme.forced == OURS.forced
    assert parse_theme(format_theme(theme)) == theme


@pytest.mark.parametrize(("text", "said"), [
    ("body { color: red }", r'line 1: expected ":root \{" alone or in'),
    (":root {}\nbody { color: red }", "line 2: expected"),
    ("/* one\ntwo */\n@import 'a.css';", "line 3: expected"),
    (":root, body { --wijk-ink: #000000 }", "line 1: expected"),
    (":root { --wijk-ink: #000000", "line 1: expected"),
    (":root {} /* open", "line 1: expected"),
    ("@media print { :root { --wijk-ink: #000000 } }", "line 1: expected"),
    ("@media (prefers-color-scheme: dark) { :root { } }", "line 1: expected"),
    ("@media screen and (prefers-color-scheme: dark) { body { } }", "line 1: expected"),
    ("@media screen and (prefers-color-scheme: dark) { :root { } :root { } }", "line 1: expected"),
    ("@font-face { src: url(//a.example/a.woff) }", "line 1: expected"),
    (":root {}\n:root {}", "line 2: expected one block for :root"),
    (":root { color: red }", "expected custom properties alone"),
    (":root { --wijk-ink #000000 }", "expected custom properties alone"),
    (":root {\n  --wijk-ink: #000000;\n  ink\n}", "line 3: expected custom properties alone"),
    (":root {\n--wijk-ink: #000000;\n\n--wijk-inkt: #000000 }", "line 4: expected a name of ours"),
    (":root { --wijk-ink: }", "expected custom properties alone"),
    (":root { --wijk-ink: #000000; --wijk-ink: #000000 }", "line 1: expected each name once"),
    (BOTH.format("--wijk-inkt: #000000"), "line 1: expected a name of ours"),
    (BOTH.format("--nl-link-color: #000000"), "line 1: expected a name of ours"),
    (BOTH.format("--wijk-ink: black"), "expected for --wijk-ink six small hex digits"),
    (BOTH.format("--wijk-ink: #000"), "six small hex digits"),
    (BOTH.format("--wijk-ink: #00000080"), "six small hex digits"),
    (BOTH.format("--wijk-ink: #00000A"), "six small hex digits"),
    (BOTH.format("--wijk-ink: url(a.png)"), "six small hex digits"),
    (BOTH.format("--wijk-ink: #000000 !important"), "six small hex digits"),
    (BOTH.format("--wijk-ink: var(--wijk-paper)"), "six small hex digits"),
    (":root { --wijk-radius: 3rem }", "a length to 1.999rem"),
    (":root { --wijk-corner: calc(1rem) }", "a length to 1.999rem"),
    (":root { --wijk-font: url(a.woff) }", "names of fonts"),
    (':root { --wijk-font: "a\\"b" }', "names of fonts"),
    (":root { --wijk-ink: #000000 }", "both for light and for dark, got --wijk-ink for one only"),
    (FORCED + " { :root { --wijk-ink: #000000 } }", "a system colour"),
    (BOTH.format("--wijk-ink: #777777"), "light: expected a contrast of 7:1 .*, got 4.48:1 for --wijk-ink"),
    (BOTH.format("--wijk-cobalt: #12398f"), "dark: expected .* --wijk-cobalt #12398f on --wijk-paper"),
    (BOTH.format("--wijk-warm: #7f7f7f"), "--wijk-ink #14213d on --wijk-warm #7f7f7f"),
    (BOTH.format("--wijk-cobalt-paper: #12398f"), "got 1.00:1 for --wijk-cobalt-paper"),
    (BOTH.format("--wijk-line: #eeeeee"), "light: expected a contrast of 3:1 or more"),
    (BOTH.format("--wijk-fired: #6a6a6a"), "dark: .* for --wijk-fired #6a6a6a on --wijk-(glaze|warm)"),
    (BOTH.format(NIGHT), "printed: .* 7:1 .* for --wijk-cobalt #a9c3ff on paper #ffffff"),
    ("/*" + "a" * 16_400 + "*/", "expected at most 16384 bytes, got 16404"),
])  # fmt: skip
def test_what_is_refused(text: str, said: str) -> None:
    """A file with anything else in it is refused, with the place and what was expected."""
    with pytest.raises(ThemeError, match=said):
        lay_over(OURS, text.encode())


AROUND = [
    "{}",
    "{}\n",
    ":root {{ {} }}",
    ":root {{ --{}: #000000 }}",
    ":root {{ --{0}: #000000; --{0}: #000000 }}",
    ":root {{ --wijk-ink: {} }}",
    "@media {} {{}}",
]


@pytest.mark.parametrize("around", AROUND)
def test_no_error_quotes_the_file(around: str) -> None:
    """Who names a file with a key in place of a theme finds nothing of the key in the error."""
    key = "".join(f"{value:02x}" for value in range(7, 39))
    with pytest.raises(ThemeError) as raised:
        lay_over(OURS, around.format(key).encode())
    assert not [at for at in range(len(key) - 7) if key[at : at + 8] in str(raised.value)]


def test_what_is_no_text() -> None:
    """Bytes that are no text are refused."""
    with pytest.raises(ThemeError, match="UTF-8"):
        lay_over(OURS, b"\xff:root {}")


@given(st.lists(st.tuples(st.integers(0, len(EXAMPLE)), st.sampled_from(SNIPPETS)), min_size=1, max_size=3))
def test_whatever_is_put_into_a_theme(cuts: list[tuple[int, str]]) -> None:
    """Whatever somebody writes into the example, it is refused or it has no more in it than a theme has."""
    text = EXAMPLE
    for place, snippet in cuts:
        text = text[:place] + snippet + text[place:]
    try:
        theme = lay_over(OURS, text.encode())
    except ThemeError:
        return
    assert parse_theme(format_theme(theme)) == theme
    for values, ours in ((theme.light, OURS.light), (theme.dark, OURS.dark), (theme.forced, OURS.forced)):
        for name, value in values.items():
            assert value == ours.get(name) or re.fullmatch(
                r'#[0-9a-f]{6}|[01][0-9.]*rem|["A-Za-z0-9, -]+', value
            )


def test_contrast_as_others_compute_it() -> None:
    """Contrasts are those of WCAG 2.2: 21 for black on white, 1 for a colour on itself."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.478, abs=0.001)
    assert contrast("#12398f", "#12398f") == 1


async def test_a_site_serves_it(database: str, folder: Path) -> None:
    """A site with a theme serves it where its pages look for their colours, and keeps it for minutes only."""
    world = make_world(Phase.VOTING)
    await put_world(database, world)
    path = folder / "theme.css"
    path.write_text(EXAMPLE)
    settings = make_settings(database, folder, world)
    for theme, colour in ((path, "#0b5129"), (None, "#12398f")):
        site = create_app(msgspec.structs.replace(settings, theme=theme))
        async with AsyncTestClient(site) as client:
            for address in ("/", "/vote"):
                page = (await client.get(address, headers={"accept": "text/html"})).text
                links = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
                assert [link.partition("?")[0] for link in links[:3]] == [
                    f"/static/{name}.css" for name in SHEETS
                ]
            sheet = await client.get(links[1])
        assert sheet.text == read_theme(theme)
        assert f"--wijk-cobalt:{colour};" in sheet.text
        assert sheet.headers["content-type"].startswith("text/css")
        assert sheet.headers["cache-control"] == "public, max-age=600"


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot read the theme"), ("body { }", "line 1: expected")]
)
async def test_nothing_starts_with_a_wrong_theme(folder: Path, text: str | None, said: str) -> None:
    """Neither service nor partner starts with a theme that is missing or wrong; both name the file."""
    path = folder / "theme.css"
    if text is not None:
        path.write_text(text)
    settings = make_settings(f"postgresql:///nowhere?host={folder}", folder, make_world(Phase.VOTING))
    wrong = msgspec.structs.replace(settings, theme=path)
    with pytest.raises(ThemeError, match=f"{path}.*{said}|{said} {path}"):
        await prepare(wrong)
    with pytest.raises(ThemeError):
        create_app(wrong)
    with pytest.raises(StateError, match=said):
        read_colours(path)
