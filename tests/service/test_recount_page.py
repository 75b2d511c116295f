"""The page for counting again as the server gives it: words, headers, scripts, and its one-file form."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient

from ballots.board import Phase
from deploy.build_booth import build_booth
from service.portal import alone, pages
from service.portal.addresses import list_paths
from service.portal.alone import make_alone
from service.portal.audit_view import PARTS
from service.portal.pages import texts_of
from service.sheets import STATIC
from tally.audit.checks import CHECKS
from tally.texts.languages import COMPLETE, Language
from tally.texts.texts import texts_in
from tests.service.page_reader import assert_good, read_page
from tests.service.portal_site import make_site, open_site
from tests.simulator import make_world

SOURCE = Path(pages.__file__).parents[1] / "booth" / "src" / "page"


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The scripts of the sources as they are."""
    build_booth()


async def test_scripts_come_from_here_and_from_nowhere_else(database: str, folder: Path) -> None:
    """The page's script, its worker and its texts are our own, named by their content, under the policy."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get("/recount")
        page = assert_good(answer.text)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "worker-src 'self'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        (script,) = page.all("script")
        (form,) = page.all("form")
        worker, texts = (form.attributes[name] for name in ("data-worker", "data-texts"))
        for address, kind in ((script.attributes["src"], "script"), (worker, "script"), (texts, "json")):
            served = await client.get(address)
            assert served.status_code == 200
            assert kind in served.headers["content-type"]
            assert served.headers["content-security-policy"] == policy
            assert address.endswith("?v=" + hashlib.sha256(served.content).hexdigest()[:12])


@pytest.mark.parametrize("language", COMPLETE)
async def test_the_script_speaks_the_language_of_its_page(
    database: str, folder: Path, language: Language
) -> None:
    """Its texts, what it says without them, and the tiles that it leads to are in the page's language."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        page = assert_good(
            (await client.get(list_paths("/recount")[COMPLETE.index(language)])).text, language
        )
        (form,) = page.all("form")
        texts = (await client.get(form.attributes["data-texts"])).json()
        wall = await client.get(form.attributes["data-wall"].replace("{place}", "2"))
    assert texts["locale"].startswith(language)
    assert texts["texts"]["recount.valid"] == texts_in(language).say("recount.valid")
    assert form.attributes["data-sorry"] == texts_in(language).say("booth.page.sorry")
    assert wall.headers["content-language"] == language


async def test_every_page_that_should_lead_there_does(database: str, folder: Path) -> None:
    """The first page, the wall, the outcome and the page for auditors lead to it, within their text."""
    world = make_world(Phase.COUNTED)
    async with open_site(database, folder, world) as client:
        for path in ("/", "/wall", "/outcome", "/audit"):
            page = assert_good((await client.get(path)).text)
            within = [e for e in page.all("a") if "main" in e.parents]
            assert "/recount" in [e.attributes["href"] for e in within], path


async def test_a_site_without_the_scripts_says_so(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where scripts were not built the page says what to do instead, and there is no one-file form."""
    site = make_site(database, folder, make_world(Phase.ROLL))
    monkeypatch.setattr(pages, "STATIC", folder)
    monkeypatch.setattr(alone, "STATIC", folder)
    async with AsyncTestClient(site) as client:
        page = assert_good((await client.get("/recount")).text)
        missing = await client.get("/recount/alone", headers={"accept": "text/html"})
    assert "Natellen kan hier nu niet" in page.text
    assert page.all("script") == []
    assert missing.status_code == 404


async def test_the_page_as_one_file(database: str, folder: Path) -> None:
    """The one-file form allows its own style and script by hash, names no address, and never differs."""
    async with open_site(database, folder, make_world(Phase.ROLL)) as client:
        answer = await client.get("/recount/alone")
    assert answer.headers["content-disposition"] == 'attachment; filename="natellen.html"'
    assert answer.text == make_alone()
    page = read_page(answer.text)
    policy = next(e.attributes["content"] for e in page.all("meta") if "http-equiv" in e.attributes)
    parts = dict(part.strip().split(" ", 1) for part in html.unescape(policy).split(";"))
    assert parts["default-src"] == "'none'"
    (style,) = page.all("style")
    texts, data, script = page.all("script")
    assert texts.attributes == {"type": "application/json", "id": "teksten"}
    assert data.attributes == {"type": "text/plain", "id": "rekenaar"}
    for name, element in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert parts[name] == f"'sha256-{digest}'"
    assert page.addresses == []
    assert re.findall(r"(?:https?|wss?)://", answer.text) == []


@pytest.mark.parametrize("language", COMPLETE)
def test_the_page_as_one_file_has_its_texts_inside(language: Language) -> None:
    """The one-file form of each language says the same as the page of that language."""
    inside, _, _ = read_page(make_alone(language)).all("script")
    assert json.loads(inside.text) == json.loads((STATIC / "booth" / texts_of(language)).read_bytes())


def test_what_would_end_its_element_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle with the end of its own element in it is not put into the one-file form."""
    (tmp_path / "booth").mkdir()
    texts = f"booth/{texts_of('nl')}"
    for name in (
        "booth/components.css",
        "theme.css",
        "style.css",
        "booth/recount.js",
        "booth/worker.js",
        texts,
    ):
        (tmp_path / name).write_text("a")
    monkeypatch.setattr(alone, "STATIC", tmp_path)
    assert make_alone()
    for name, text in (
        ("style.css", "</STYLE>"),
        ("booth/worker.js", "'</script'"),
        ("booth/recount.js", "<!--"),
        (texts, '"</script>"'),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ValueError, match="expected a text without"):
            make_alone()
        (tmp_path / name).write_text("a")


@pytest.mark.parametrize("language", COMPLETE)
def test_every_check_has_plain_words(language: Language) -> None:
    """Every check has a sentence in plain words, with nothing in it that only who made it understands."""
    names = dict(
        re.findall(r'^  ([A-Z][0-9]{2}): "(.*)",$', (SOURCE / "check_words.ts").read_text(), re.MULTILINE)
    )
    assert list(names) == [check.id for check in CHECKS]
    assert all(name == f"recount.check.{check.lower()}" for check, name in names.items())
    sentences = {texts_in(language).say(name) for name in names.values()}
    assert len(sentences) == len(CHECKS)
    for sentence in sentences:
        assert sentence.endswith(".")
        assert len(sentence.split()) <= 15, sentence
        assert not re.search(r"hash|cryptogra|merkle|signature|node", sentence, re.IGNORECASE), sentence


def test_the_same_words_for_the_parts_of_the_audit() -> None:
    """The parts of the audit have the same titles on the page for auditors and in the script."""
    found = dict(re.findall(r'\["([A-Z])", "(page\.part\.[a-z-]+)"\]', (SOURCE / "words.ts").read_text()))
    assert found == {check.id[0]: PARTS[check.part] for check in CHECKS}
    assert list(found.values()) == list(PARTS.values())
