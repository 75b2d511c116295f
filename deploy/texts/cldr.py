"""What CLDR says of a language's numbers, money, lists and dates, in the form in which the catalogue has it.

Babel carries CLDR. Digits are those of the Netherlands in every language.
"""

from collections.abc import Mapping

from babel import Locale
from babel.numbers import format_percent, get_decimal_symbol, get_group_symbol

DIGITS = "latn"
NO_BREAK = "\u00a0"
_LISTS = {"and": "standard", "or": "or"}


def read_marks(locale: str) -> Mapping[str, str]:
    """Return the marks and patterns of one locale by their ids in the catalogue."""
    known = Locale.parse(locale)
    marks = {
        "cldr.decimal": get_decimal_symbol(known, numbering_system=DIGITS),
        "cldr.group": get_group_symbol(known, numbering_system=DIGITS),
        "cldr.percent": format_percent(0.01, locale=known, numbering_system=DIGITS).replace("1", "{number}"),
        "cldr.money.sign": _read_money(known),
        "cldr.money.letters": _part(_read_money(known)),
    }
    for name, style in _LISTS.items():
        patterns = known.list_patterns[style]
        marks |= {f"cldr.{name}.{part}": str(patterns[part]) for part in ("2", "start", "middle", "end")}
    marks |= {f"cldr.day.{day}": str(name) for day, name in known.days["format"]["wide"].items()}
    marks |= {f"cldr.month.{month}": str(name) for month, name in known.months["format"]["wide"].items()}
    return marks


def _read_money(known: Locale) -> str:
    """Return the standard pattern for amounts above zero; the project says itself how many places."""
    pattern = str(known.currency_formats["standard"].pattern).split(";", maxsplit=1)[0]
    return pattern.replace("#,##0.00", "{number}").replace("¤", "{currency}")


def _part(money: str) -> str:
    """Return the pattern with a space between letters and digits (UTS 35 part 3, currency spacing)."""
    return money.replace("}{", f"}}{NO_BREAK}{{")
