"""The languages of the catalogue: which are complete, which have begun, and which way they are written.

A language is complete if every text stands in it; only those are offered to readers. One that has begun says
in Dutch what it does not have. The standard library alone is imported here, as the wheel's build reads this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Language = Literal["nl", "en", "ar"]
Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One language: its own name, its CLDR locale, its direction, and whether every text stands in it."""

    name: str
    locale: str
    direction: Direction
    complete: bool


SOURCE: Language = "nl"
"""The language in which texts are written first."""
LANGUAGES: Mapping[Language, Facts] = MappingProxyType(
    {
        "nl": Facts(name="Nederlands", locale="nl", direction="ltr", complete=True),
        "en": Facts(name="English", locale="en_GB", direction="ltr", complete=True),
        "ar": Facts(name="العربية", locale="ar", direction="rtl", complete=False),
    }
)
COMPLETE: tuple[Language, ...] = tuple(code for code, facts in LANGUAGES.items() if facts.complete)
