"""Read a page as its reader gets it, and hold it to the rules that every page keeps."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "input", "br", "use", "rect", "circle", "ellipse"}
APART = {"dd", "dt", "td", "th", "li", "p", "caption", "summary", "h1", "h2", "h3", "h4", "h5"}
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset")


@dataclass
class Element:
    """An element with its attributes and where it stands."""

    name: str
    attributes: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page in order, and its text."""

    elements: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    stack: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes, tuple(each.name for each in self.stack))
        self.elements.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element; every one must close in turn."""
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack[-1].name == tag, f"</{tag}> closes <{self.stack[-1].name}>"
        self.stack.pop()
        if tag in APART:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        """Take text."""
        self.words.append(data)
        for element in self.stack:
            element.text += data

    def all(self, *names: str) -> list[Element]:
        """Return the elements with one of these names."""
        return [each for each in self.elements if each.name in names]

    @property
    def text(self) -> str:
        """What a reader sees, with single spaces."""
        return " ".join("".join(self.words).split())

    @property
    def addresses(self) -> list[str]:
        """Where the page leads to or loads from."""
        return [
            each.attributes[name] for each in self.elements for name in ADDRESSES if name in each.attributes
        ]


def read_page(html: str) -> Page:
    """Return a page whose elements all close."""
    page = Page()
    page.feed(html)
    page.close()
    assert not page.stack
    return page


def assert_good(html: str, language: str = "nl") -> Page:
    """Hold a page to what all pages keep: structure, names, language, nothing foreign, nothing inline."""
    page = read_page(html)
    assert_nothing_foreign(page)
    assert_structure(page)
    assert page.all("html")[0].attributes["lang"] == language
    assert_names(page)
    return page


def assert_nothing_foreign(page: Page) -> None:
    """No address leads to another origin, and nothing inline that the content policy would refuse."""
    for address in page.addresses:
        assert address.startswith(("/", "#")), address
        assert not address.startswith("//"), address
    for each in page.elements:
        assert each.name not in {"style", "iframe", "object", "embed", "base"}, each.name
        if each.name == "script":
            assert each.attributes["src"].startswith("/static/booth/"), each
            assert each.text == "", each
        assert not [name for name in each.attributes if name == "style" or name.startswith("on")], each


def assert_structure(page: Page) -> None:
    """One h1, headings in order, landmarks, a skip link, a title."""
    assert page.all("title")[0].text.strip()
    levels = [int(each.name[1]) for each in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip([1, *levels], levels, strict=False)), levels
    assert [len(page.all(name)) for name in ("main", "header", "footer")] == [1, 1, 1]
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(set(ids)) == len(ids)
    for each in page.all("a"):
        target = each.attributes["href"]
        assert not target.startswith("#") or target[1:] in ids, target


def assert_names(page: Page) -> None:
    """Every field has a label, every picture a text, every table caption and scopes, every button a word."""
    labels = {each.attributes.get("for") for each in page.all("label")}
    for each in page.all("input", "select", "textarea"):
        assert each.attributes["id"] in labels
    for each in page.all("img"):
        assert "alt" in each.attributes
    assert len(page.all("caption")) == len(page.all("table"))
    for each in page.all("th"):
        assert each.attributes["scope"] in {"row", "col"}
    for each in page.all("button", "a", "summary"):
        assert each.text.strip() or each.attributes.get("aria-label"), each
