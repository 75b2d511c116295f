"""The colours of a site: our own theme, and a municipality's file in its place where that says something.

A municipality's file is read strictly and only what was read is served: custom properties `--wijk-*`, for
light, for dark and for forced colours, each with a value of its kind. It is refused if it could be hard to
read: text must have a contrast of 7:1 with what is behind it (WCAG 2.2, 1.4.6), lines one of 3:1 (1.4.11).
No error quotes what is no theme: somebody may name a file with a key by mistake.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from service.errors import SettingsError
from service.sheets import STATIC

LIGHT = ":root"
DARK = "@media screen and (prefers-color-scheme: dark)"
FORCED = "@media (forced-colors: active)"
MAX_BYTES = 16_384
HARDLY = 3
WELL = 7
TEXTS = ("ink", "soft", "cobalt", "clay")
GROUNDS = ("paper", "glaze", "warm")
LINES = ("line", "fired")
TONES = ("tone-0", "tone-1", "tone-2", "tone-3")
PRINTED = ("cobalt", "clay")
WHITE = "#ffffff"
PAIRS = (
    *((text, ground, WELL) for text in TEXTS for ground in GROUNDS),
    ("cobalt-paper", "cobalt", WELL),
    *((line, ground, HARDLY) for line in LINES for ground in GROUNDS),
    *((tone, "paper", HARDLY) for tone in TONES),
)
"""What is seen on what, and the contrast that it needs at least."""
COLOURS = {f"--wijk-{name}" for pair in PAIRS for name in pair[:2]}
COLOUR = re.compile(r"#[0-9a-f]{6}")
SYSTEM = re.compile(
    r"ActiveText|ButtonBorder|ButtonFace|ButtonText|Canvas|CanvasText|Field|FieldText|GrayText|Highlight"
    r"|HighlightText|LinkText|Mark|MarkText|VisitedText"
)
LENGTH = re.compile(r"(?:0|[01](?:\.[0-9]{1,3})?)rem")
FONT = re.compile(r'(?:[A-Za-z-]+|"[A-Za-z0-9 -]+")(?:, (?:[A-Za-z-]+|"[A-Za-z0-9 -]+"))*')
OTHERS = {
    "--wijk-corner": (LENGTH, "a length to 1.999rem, as 0.7rem"),
    "--wijk-radius": (LENGTH, "a length to 1.999rem, as 0.25rem"),
    "--wijk-font": (FONT, 'names of fonts, as "Noto Sans", sans-serif'),
}

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLOCK = re.compile(r"(?:(?P<media>@media[^{}]*?)\s*\{\s*)?:root\s*\{(?P<values>[^{}]*)\}(?(media)\s*\})")
VALUE = re.compile(r"(--[a-z0-9-]+)\s*:\s*(\S[^:]*)")


class ThemeError(SettingsError):
    """A theme file is not one that we serve; whoever wrote it must act. The message says what, and where."""


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """Values by name: for light, what is different in dark, and what is different with forced colours."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    forced: Mapping[str, str]

    def seen(self, *, dark: bool) -> Mapping[str, str]:
        """Return all values that somebody sees without forced colours."""
        return {**self.light, **self.dark} if dark else self.light


def read_theme(path: Path | None) -> str:
    """Return the sheet that a site serves: ours, with a municipality's file over it. Errors: ThemeError."""
    ours = parse_theme((STATIC / "theme.css").read_text())
    if path is None:
        return format_theme(ours)
    try:
        return format_theme(lay_over(ours, path.read_bytes()))
    except OSError as error:
        raise ThemeError(f"cannot read the theme {path}: {error.strerror}") from None
    except ThemeError as error:
        raise ThemeError(f"the theme {path}: {error}") from None


def lay_over(ours: Theme, raw: bytes) -> Theme:
    """Return our theme with what a municipality's file says over it. Errors: ThemeError."""
    if len(raw) > MAX_BYTES:
        raise ThemeError(f"expected at most {MAX_BYTES} bytes, got {len(raw)}")
    try:
        text = raw.decode()
    except UnicodeError:
        raise ThemeError("expected text in UTF-8") from None
    theirs = parse_theme(text)
    verify_values(theirs, text)
    both = Theme(
        light={**ours.light, **theirs.light},
        dark={**ours.dark, **theirs.dark},
        forced={**ours.forced, **theirs.forced},
    )
    verify_contrast(both)
    return both


def parse_theme(text: str) -> Theme:
    """Return what a file says, in at most one block each for light, dark, forced. Errors: ThemeError."""
    text = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    blocks: dict[str, Mapping[str, str]] = {}
    rest = text.lstrip()
    while rest:
        line = text.count("\n", 0, len(text) - len(rest)) + 1
        block = BLOCK.match(rest)
        kind = (
            LIGHT if block and block["media"] is None else " ".join((block["media"] if block else "").split())
        )
        if block is None or kind not in (LIGHT, DARK, FORCED):
            raise ThemeError(f'line {line}: expected ":root {{" alone or in "{DARK}" or "{FORCED}"')
        if kind in blocks:
            raise ThemeError(f"line {line}: expected one block for {kind}, got a second one")
        blocks[kind] = _parse_values(block["values"], line + rest.count("\n", 0, block.start("values")))
        rest = rest[block.end() :].lstrip()
    return Theme(light=blocks.get(LIGHT, {}), dark=blocks.get(DARK, {}), forced=blocks.get(FORCED, {}))


def _parse_values(text: str, line: int) -> Mapping[str, str]:
    """Return a block's values; it begins on `line`."""
    values: dict[str, str] = {}
    for part in text.split(";"):
        here = line + part.count("\n", 0, len(part) - len(part.lstrip()))
        line += part.count("\n")
        if not part.strip():
            continue
        found = VALUE.fullmatch(part.strip())
        if found is None:
            raise ThemeError(
                f'line {here}: expected custom properties alone, as "--wijk-ink: #14213d", with ";" between'
            )
        if found[1] in values:
            raise ThemeError(f"line {here}: expected each name once in a block, got one a second time")
        values[found[1]] = " ".join(found[2].split())
    return values


def verify_values(theme: Theme, text: str) -> None:
    """Raise ThemeError unless a municipality may set these names, and each value is of its kind.

    `text` is what the theme was read from.
    """
    for kind, values, colour, words in (
        (LIGHT, theme.light, COLOUR, "six small hex digits, as #14213d"),
        (DARK, theme.dark, COLOUR, "six small hex digits, as #14213d"),
        (FORCED, theme.forced, SYSTEM, "a system colour, as CanvasText"),
    ):
        for name, value in values.items():
            if name not in COLOURS | OTHERS.keys():
                line = text.count("\n", 0, text.rfind(name)) + 1
                raise ThemeError(f"line {line}: expected a name of ours (service/static/theme.css has them)")
            pattern, said = OTHERS.get(name, (colour, words))
            if not pattern.fullmatch(value):
                raise ThemeError(f"{kind}: expected for {name} {said}")
    missing = sorted((theme.light.keys() ^ theme.dark.keys()) & COLOURS)
    if missing:
        raise ThemeError(
            f"expected every colour both for light and for dark, got {', '.join(missing)} for one only"
        )


def verify_contrast(theme: Theme) -> None:
    """Raise ThemeError, with the pair and its contrast, unless all can be read in light and in dark."""
    for kind, colours in ("light", theme.seen(dark=False)), ("dark", theme.seen(dark=True)):
        for text, ground, least in PAIRS:
            other = colours[f"--wijk-{ground}"]
            _verify_pair(f"{kind}: ", text, colours, f"--wijk-{ground} {other}", least)
    for text in PRINTED:
        _verify_pair("printed: ", text, theme.light, f"paper {WHITE}", WELL)


def _verify_pair(where: str, text: str, colours: Mapping[str, str], ground: str, least: int) -> None:
    one = colours[f"--wijk-{text}"]
    found = contrast(one, ground.rpartition(" ")[2])
    if found < least:
        raise ThemeError(
            f"{where}expected a contrast of {least}:1 or more, "
            f"got {found:.2f}:1 for --wijk-{text} {one} on {ground}"
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast between two colours (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def format_theme(theme: Theme) -> str:
    """Return a theme as a style sheet."""
    light, dark, forced = (
        f":root{{{';'.join(f'{name}:{value}' for name, value in values.items())}}}"
        for values in (theme.light, theme.dark, theme.forced)
    )
    return f"{light}\n{DARK}{{{dark}}}\n{FORCED}{{{forced}}}\n"
