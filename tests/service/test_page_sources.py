"""No template and no view has words of its own: what is read comes from the catalogue."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from service import portal
from service.portal.docs_view import PROBLEM
from tally.audit.checks import CHECKS
from tests.service.page_reader import VOID

FOLDER = Path(portal.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
OTHERS = {"contest_words", "errors", "pages", "routes", "words"}
VIEWS = [path for path in sorted(FOLDER.glob("*.py")) if path.stem.endswith("_view") or path.stem in OTHERS]
ENGLISH = {"docs_view.py", "docs.html"}
"""What describes the interface to programmers, in English, from the interface's own description."""
NAMES = {"Wijkaandeel", *(check.part for check in CHECKS), PROBLEM}
COMMANDS = ("wijkaandeel ", "attachment; ", "content-", "text/")
AS_TYPED = {"code", "pre", "script", "style"}
SEEN = ("alt", "aria-label", "aria-description", "data-label", "placeholder", "title")
EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
BLOCK = re.compile(r"\{%(.*?)%\}", re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
QUOTED = re.compile(r'"([^"]*)"')
LETTER = re.compile(r"[^\W\d_]")
SENTENCE = re.compile(r"[^\W\d_]{2,}[,:;.?!]? +[^\W\d_]|^[A-ZÀ-Þ][a-zà-þ]|[^\W\d_][.?!]$")
"""Two words, a capital at the start, or a full stop."""


class Words(HTMLParser):
    """Collects the words of a template that do not come from an expression."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at what is read aloud; an element that names its language has words of its own."""
        given = {name: value or "" for name, value in attrs}
        says = "lang" in given and "\0" not in given["lang"]
        if not says and not self._is_exempt:
            self.found += [
                given[name] for name in SEEN if LETTER.search(given.get(name, "").replace("\0", ""))
            ]
        if tag not in VOID:
            self._open.append((tag, says or tag in AS_TYPED))

    def handle_endtag(self, tag: str) -> None:
        """Close an element; templates open some in one branch and close them in another."""
        for place in reversed(range(len(self._open))):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Look at text."""
        text = data.replace("Wijkaandeel", "")
        if LETTER.search(text) and not self._is_exempt:
            self.found.append(data.strip())

    @property
    def _is_exempt(self) -> bool:
        return any(exempt for _, exempt in self._open)


def find_in_template(text: str) -> list[str]:
    """Return the words of a template that are not from the catalogue, between tags and in expressions."""
    text = COMMENT.sub("", text)
    quoted = [
        word for code in EXPRESSION.findall(text) + BLOCK.findall(text) for word in QUOTED.findall(code)
    ]
    words = Words()
    words.feed(BLOCK.sub("", EXPRESSION.sub("\0", text)))
    words.close()
    return words.found + [
        word
        for word in quoted
        if SENTENCE.search(word) and not word.endswith(".html") and not word.startswith(COMMANDS)
    ]


def find_in_view(text: str) -> Iterator[str]:
    """Yield the strings of a module that somebody could read, but what explains the code."""
    tree = ast.parse(text)
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            said = node.value
            if SENTENCE.search(said.strip()) and said not in NAMES and not said.startswith(COMMANDS):
                yield said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    """Between tags, in what is read aloud and in expressions, but in what names its own language."""
    text = path.read_text()
    if path.name in ENGLISH:
        text = EXPRESSION.sub("{{ x }}", text)
    assert find_in_template(text) == []


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.name)
def test_a_view_has_no_words_of_its_own(path: Path) -> None:
    """What a page says of the election comes from the catalogue by its id."""
    assert path.name in ENGLISH or list(find_in_view(path.read_text())) == []


FAULTS = {
    "<p>Zo telt u.</p>": ["Zo telt u."],
    "<p>{{ say('a') }} punten</p>": ["\0 punten"],
    '<img alt="Een plein">': ["Een plein"],
    '<table><td data-label="Kosten"></td></table>': ["Kosten"],
    "<p>{{ \"Let op: \" if error }}{{ page.title }}</p>": ["Let op: "],
    '{% set name = "De wand" %}': ["De wand"],
    '<html lang="{{ language }}"><p>Nee</p>': ["Nee"],
    '<p lang="en">Body</p><p>Wijkaandeel</p><code>tar -cf</code>{# uitleg hier #}': [],
}  # fmt: skip


@pytest.mark.parametrize("text", FAULTS)
def test_words_are_found_in_a_template(text: str) -> None:
    """A text that stands there itself is found wherever a reader may meet it."""
    assert find_in_template(text) == FAULTS[text]


def test_words_are_found_in_a_view() -> None:
    """Sentences, headings and parts of them are found; ids, fields and docstrings are not."""
    source = '"""De module zegt iets."""\nA = ("page.a", "Zoek", f"{n} keer gestemd", "punten op", "look")'
    assert list(find_in_view(source)) == ["Zoek", "punten op", " keer gestemd"]
