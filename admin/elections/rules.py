"""Count rules for contests, by the names and settings that `wijkaandeel tally` takes."""

from collections.abc import Sequence

import msgspec

from admin.elections.errors import ConductError
from ballots.manifest import EqualShares, Greedy, Phragmen, Rule
from tally.rules.choosing import ChoiceError, choose_rule
from tally.rules.presets import PRESETS

ELECTED = (Greedy, EqualShares, Phragmen)
"""The rules that a contest can name: those that both implementations count."""
_NAMES = {str(rule.__struct_config__.tag) for rule in ELECTED}


def rule_names() -> list[str]:
    """Return every name that `make_rule` takes."""
    return [*sorted(_NAMES), *sorted(name for name, (rule, _) in PRESETS.items() if rule in _NAMES)]


def make_rule(name: str, settings: Sequence[str] = ()) -> Rule:
    """Return a contest's rule for a name and settings, each "key=value". Errors: ConductError."""
    try:
        choice = choose_rule(name, settings)
    except ChoiceError as error:
        raise ConductError(str(error)) from None
    if choice.rule not in _NAMES:
        raise ConductError(
            f"{name} is counted by `wijkaandeel tally` alone; expected one of {', '.join(rule_names())}"
        )
    try:
        rule: Rule = msgspec.convert({"name": choice.rule, **choice.plain()}, Rule)
    except msgspec.ValidationError as error:
        raise ConductError(f"{name}: no contest can have such a parameter: {error}") from None
    return rule
