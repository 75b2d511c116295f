"""Choose a rule and its parameters by what somebody typed: a name, and settings such as "stop=overspend".

A name is that of a rule, with its default parameters, or one of presets.py; settings change
single parameters.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import msgspec

from tally.rules import RULES, rule_named
from tally.rules.presets import PRESETS


class ChoiceError(ValueError):
    """A rule or a setting that does not exist; whoever typed it must act."""


class Choice(NamedTuple):
    """A rule and all its parameters, under the name by which it was asked for."""

    name: str
    rule: str
    parameters: msgspec.Struct

    def plain(self) -> dict[str, Any]:
        """Return every parameter as a plain value, as it stands in a contest."""
        values = msgspec.to_builtins(self.parameters)
        assert isinstance(values, dict)
        return values


def rule_names() -> tuple[str, ...]:
    """Return every name that choose_rule() takes: the rules first, then the presets."""
    return (*sorted(RULES), *sorted(PRESETS))


def choose_rule(name: str, settings: Sequence[str] = ()) -> Choice:
    """Return what is meant by a name and settings, each "key=value". Raises ChoiceError."""
    if name not in RULES and name not in PRESETS:
        raise ChoiceError(f"expected a rule, one of {', '.join(rule_names())}, got {name!r}")
    rule, preset = PRESETS.get(name, (name, {}))
    record = rule_named(rule).Parameters
    return Choice(name, rule, msgspec.convert({**preset, **_parse_settings(record, settings)}, record))


def _parse_settings(record: type[msgspec.Struct], settings: Sequence[str]) -> Mapping[str, Any]:
    kinds = {field.name: field.type for field in msgspec.structs.fields(record)}
    found: dict[str, Any] = {}
    for setting in settings:
        key, mark, value = setting.partition("=")
        if not mark:
            raise ChoiceError(f"expected key=value, got {setting!r}")
        if key not in kinds:
            raise ChoiceError(f"expected a parameter of the rule, one of {', '.join(kinds)}, got {key!r}")
        if key in found:
            raise ChoiceError(f"expected each parameter once, got {key!r} twice")
        found[key] = _parse_value(key, value, kinds[key])
    return found


def _parse_value(key: str, text: str, kind: Any) -> Any:
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        words = [word for word in _words(kind) if isinstance(word, str)]
        whole = kind is int or get_args(kind)[:1] == (int,)
        expected = (
            f"one of {', '.join(words)}" if words else "a whole number in its range" if whole else error
        )
        raise ChoiceError(f"{key}: expected {expected}, got {text!r}") from error


def _words(kind: Any) -> list[Any]:
    """Return the words that a Literal, or a union of them, allows."""
    return [word for each in get_args(kind) for word in (_words(each) or [each])]
