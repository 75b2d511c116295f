"""The count rules by name; each is one module, named after the published method, with its paper.

A rule is a pure function of profile, parameters and tie order. Adding one is adding a module to the
line below.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from tally.profile import Profile, TieOrder
from tally.rules import bos, equal_shares, greedy, maximin, phragmen
from tally.rules.result import Result


class UnknownRuleError(LookupError):
    """A contest names a rule that this version cannot count; whoever wrote the contest must act."""


class Rule(Protocol):
    """What a rule's module has: its name, its paper, its closed parameters and its count."""

    NAME: str
    PAPER: str

    @property
    def Parameters(self) -> type[msgspec.Struct]:  # noqa: N802 - the module's class
        """The closed record of the rule's parameters; each has a default."""

    def count(self, profile: Profile, parameters: Any, ties: TieOrder) -> Result:
        """Return the outcome; `parameters` is one of this module's `Parameters`."""


RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.NAME: rule for rule in (greedy, equal_shares, phragmen, maximin, bos)}
)


def rule_named(name: str) -> Rule:
    """Return the rule's module; UnknownRuleError when there is none of that name."""
    if name not in RULES:
        raise UnknownRuleError(f"expected one of {', '.join(sorted(RULES))}, got {name!r}")
    return RULES[name]


def count(name: str, profile: Profile, parameters: Mapping[str, object], ties: TieOrder) -> Result:
    """Count `profile` by the named rule; `parameters` are plain values, as they stand in a contest.

    Raises UnknownRuleError, or msgspec.ValidationError for a parameter that the rule does not have.
    """
    rule = rule_named(name)
    return rule.count(profile, msgspec.convert(parameters, rule.Parameters), ties)
