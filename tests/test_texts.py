"""The catalogue of texts: complete, with the same fields in every language, and marks as CLDR has them."""

import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel import Locale
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from deploy.build_texts import FILES, FOLDER, OF_RECOUNT, build_texts, compile_some, compile_text
from deploy.texts.catalogues import format_catalogue, names_of, read_catalogue, update_all
from deploy.texts.faults import find_faults
from deploy.texts.found import find_ids, find_texts
from tally.texts import catalogue
from tally.texts.catalogue import TextsError, find_text
from tally.texts.languages import COMPLETE, LANGUAGES, SOURCE, Language
from tally.texts.texts import texts_in

USED = find_texts()
PLURAL, PLAIN = "explain.by.fewer", "explain.tie"
ALL = tuple(LANGUAGES)
Catalogues = Mapping[Language, Catalog]


def read_all() -> dict[Language, Catalog]:
    return {language: read_catalogue(language) for language in LANGUAGES}


def test_the_catalogue_has_no_faults() -> None:
    """Every text that is used stands in every complete language, whole, and none besides."""
    assert list(find_faults(read_all(), USED)) == []
    assert len(USED) > 50


def test_the_files_are_as_the_project_writes_them() -> None:
    """`make texts` would change nothing: the order, the source's text beside each, the marks of CLDR."""
    for language, updated in update_all(read_all(), USED).items():
        assert format_catalogue(language, updated) == (FOLDER / f"{language}.po").read_bytes(), language


def test_the_compiled_texts_are_those_of_the_catalogue() -> None:
    """If this fails, a text was changed after the last `make booth`."""
    assert {path.stem for path in FOLDER.glob("*.po")} == set(LANGUAGES)
    for language in LANGUAGES:
        compiled = (FOLDER / f"{language}.mo").read_bytes()
        assert compiled == compile_text((FOLDER / f"{language}.po").read_bytes()), language


# What a fault is -----------------------------------------------------------------------------------------


def put(language: Language, name: str, string: str | tuple[str, ...]) -> Callable[[Catalogues], None]:
    """Return a change of one text."""

    def change(all_: Catalogues) -> None:
        message = all_[language].get(name)
        assert message is not None
        assert message.string != string
        message.string = string

    return change


def mark_fuzzy(all_: Catalogues) -> None:
    message = all_["en"].get(PLAIN)
    assert message is not None
    message.flags.add("fuzzy")


def make_plain(all_: Catalogues) -> None:
    all_["en"].delete(PLURAL)
    all_["en"].add(PLURAL, "with {n} votes fewer (with {less} fewer not)")


FORM = "{n} أوراق"
FAULTS: list[tuple[Callable[[Catalogues], object], str]] = [
    (lambda all_: all_["en"].delete(PLAIN), f"en: {PLAIN} is used and not there"),
    (lambda all_: all_["nl"].delete(PLAIN), f"nl: {PLAIN} is used and not there"),
    (lambda all_: all_["en"].add("explain.never", "x"), "en: explain.never is there and not used"),
    (put("en", PLAIN, ""), f"en: {PLAIN}: has no text"),
    (put("nl", PLAIN, ""), f"nl: {PLAIN}: has no text"),
    (mark_fuzzy, f"en: {PLAIN}: the source has changed: look at it, and take the mark `fuzzy` away"),
    (put("nl", PLURAL, ("met 1 stem minder", "")), f"nl: {PLURAL}: expected 2 forms, not all are there"),
    (put("ar", "explain.ballots", (FORM,) * 5), "ar: explain.ballots: expected 6 forms, not all are there"),
    (
        put("en", PLAIN, "It stood equal with {other}; {step}."),
        f"en: {PLAIN}: form 0 has the fields ['other', 'step'], the source ['others', 'step']",
    ),
    (
        put("en", PLURAL, ("with 1 vote fewer", "with {n} votes fewer")),
        f"en: {PLURAL}: form 1 has the fields ['n'], the source ['less', 'n']",
    ),
    (
        put("ar", "explain.ballots", (FORM, FORM, FORM, "أوراق", FORM, FORM)),
        "ar: explain.ballots: form 3 has the fields [], the source ['n']",
    ),
    (make_plain, f"en: {PLURAL}: has forms where the source has none, or none where it has"),
    (put("nl", "cldr.group", " "), "nl: cldr.group is not what CLDR says"),
    (
        lambda all_: setattr(all_["ar"], "_plural_expr", "(n != 1)"),
        "ar: the rule for plural forms is not CLDR's",
    ),
]


@pytest.mark.parametrize(("change", "fault"), FAULTS)
def test_each_fault_is_found(change: Callable[[Catalogues], object], fault: str) -> None:
    """A text that is missing, unfinished or not used, and a field or form that differs, is named."""
    catalogues = read_all()
    change(catalogues)
    assert fault in list(find_faults(catalogues, USED))


def test_a_new_text_is_missing_until_it_is_written() -> None:
    """What a source names is put into every language, empty; the complete ones lack it then."""
    used = {**USED, "explain.new": ("tally/explain/words.py",)}
    updated = update_all(read_all(), used)
    assert all("explain.new" in names_of(each) for each in updated.values())
    assert list(find_faults(updated, used)) == [f"{each}: explain.new: has no text" for each in COMPLETE]


def test_a_text_that_nothing_uses_goes() -> None:
    """In every language."""
    updated = update_all(read_all(), {name: paths for name, paths in USED.items() if name != PLAIN})
    assert all(PLAIN not in names_of(each) for each in updated.values())


def test_a_changed_source_waits_for_its_translation() -> None:
    """Another Dutch text makes the English one fuzzy, and a fuzzy text is not compiled."""
    catalogues = read_all()
    put("nl", PLAIN, "Het stond gelijk met {others}; {step}.")(catalogues)
    updated = update_all(catalogues, USED)
    fuzzy = [name for name in names_of(updated["en"]) if (found := updated["en"].get(name)) and found.fuzzy]
    assert fuzzy == [PLAIN]
    compiled = GNUTranslations(io.BytesIO(compile_text(format_catalogue("en", updated["en"]))))
    assert compiled.gettext(PLAIN) == PLAIN
    assert compiled.gettext("explain.none") == "no project"


def test_ids_are_found_in_both_kinds_of_quotes() -> None:
    """Ids stand whole in Python and in templates; what is put together is none."""
    source = (
        """say("explain.won.even"); say('explain.lost.few-votes'); say(f"explain.{x}"); "tally.explain.x\""""
        """ render("recount.html"); "recount.js" """
    )
    assert find_ids(source) == {"explain.won.even", "explain.lost.few-votes"}


# What is said --------------------------------------------------------------------------------------------


def test_a_text_that_is_not_there_raises() -> None:
    """No reader is ever shown an id."""
    with pytest.raises(TextsError, match=r"'explain\.never' in en,"):
        find_text("en", "explain.never", 1)
    with pytest.raises(TextsError, match=r"'explain\.never' in ar or nl,"):
        find_text("ar", "explain.never", 1)


def test_a_language_that_has_begun_says_the_rest_in_dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A complete one never does: what it lacks raises."""
    assert find_text("ar", "explain.margin.none", 0) == find_text("nl", "explain.margin.none", 0)
    partial = GNUTranslations(io.BytesIO((FOLDER / "ar.mo").read_bytes()))
    monkeypatch.setattr(catalogue, "load_catalogue", lambda _: partial)
    with pytest.raises(TextsError):
        find_text("en", "explain.margin.none", 0)


def test_texts_that_are_not_compiled_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not built the project is told how; and building twice writes once."""
    monkeypatch.setattr(catalogue, "files", lambda _: tmp_path)
    with pytest.raises(TextsError, match="make booth"):
        catalogue.load_catalogue.__wrapped__("nl")
    for language in LANGUAGES:
        (tmp_path / f"{language}.po").write_bytes((FOLDER / f"{language}.po").read_bytes())
    written = build_texts(tmp_path, tmp_path / "booth")
    assert {path.name for path in written} == {
        name
        for language in LANGUAGES
        for name in (f"{language}.mo", f"texts.{language}.json", f"texts.recount.{language}.json")
    }
    assert build_texts(tmp_path, tmp_path / "booth") == []
    assert catalogue.load_catalogue.__wrapped__("nl").gettext("explain.none") == "geen project"


def test_each_part_of_the_browser_has_its_own_texts() -> None:
    """The booth's has nothing of the page that counts again; that one's has what its sources name alone."""
    for language in LANGUAGES:
        po, source = ((FOLDER / f"{each}.po").read_bytes() for each in (language, SOURCE))
        booth, recount = (
            json.loads(compile_some(language, po, source, is_in))["texts"] for is_in in FILES.values()
        )
        assert not [name for name in booth if name.startswith(("recount.", "page."))]
        assert set(recount) == {
            name for name, paths in USED.items() if any(path.startswith(OF_RECOUNT) for path in paths)
        }
        assert len(recount) > 150


def test_arabic_has_six_forms() -> None:
    """None, one, two, few, many and the rest; written from the right."""
    texts = texts_in("ar")
    said = {n: texts.say("explain.votes", n) for n in (0, 1, 2, 3, 11, 100, 1003)}
    assert said == {
        0: "لا أصوات",
        1: "صوت واحد",
        2: "صوتان",
        3: "3 أصوات",
        11: "11 صوتًا",
        100: "100 صوت",
        1003: "1,003 أصوات",
    }
    assert texts.direction == "rtl"


@pytest.mark.parametrize("language", ALL)
def test_directions_are_those_of_cldr(language: Language) -> None:
    """Right to left where CLDR says so."""
    assert texts_in(language).direction == Locale.parse(LANGUAGES[language].locale).text_direction


@pytest.mark.parametrize("language", ALL)
@given(number=st.integers(0, 2**53), cents=st.integers(0, 2**53))
def test_numbers_and_money_are_written_as_in_cldr(language: Language, number: int, cents: int) -> None:
    """Every whole number and amount is what Babel makes of it; cents stand only where there are any."""
    texts, locale = texts_in(language), LANGUAGES[language].locale
    latin = {"locale": locale, "numbering_system": "latn"}
    assert texts.number(number) == format_decimal(number, **latin)
    standard = str(Locale.parse(locale).currency_formats["standard"].pattern)
    pattern = standard if cents % 100 else standard.replace(".00", "")
    money = format_currency(Decimal(cents) / 100, "EUR", pattern, currency_digits=False, **latin)
    assert texts.amount(cents) == money
    assert texts.percent(number % 1001, 1000) == format_percent(
        Decimal(number % 1001) / 1000, percent_pattern(locale), **latin
    )


def percent_pattern(locale: str) -> str:
    """Return CLDR's pattern for percentages, with one place."""
    return str(Locale.parse(locale).percent_formats[None].pattern).replace("#,##0", "#,##0.0")


@pytest.mark.parametrize("language", ALL)
@given(parts=st.lists(st.text(max_size=3), max_size=6))
def test_lists_are_written_as_in_cldr(language: Language, parts: list[str]) -> None:
    """With any number of parts, whatever they are made of."""
    texts, locale = texts_in(language), LANGUAGES[language].locale
    assert texts.join(parts) == format_list(parts, "standard", locale)
    assert texts.join(parts, "or") == format_list(parts, "or", locale)


def test_the_netherlands_write_money_so() -> None:
    """€ 1.234,50 in Dutch and €1,234.50 in English; a minus first; a currency's letters stand apart."""
    assert texts_in("nl").amount(123450) == "€\u00a01.234,50"
    assert texts_in("nl").amount(-50) == "-€\u00a00,50"
    assert texts_in("en").amount(123450) == "€1,234.50"
    assert texts_in("en").amount(1250000, "PLN") == "PLN\u00a012,500"
    assert texts_in("nl").percent(2, 3) == "66,6%"
