"""Rules with their parameters under short names, as tools for Pabulib files call them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tally.rules import equal_shares, greedy, maximin, phragmen

_TAKE: dict[str, Any] = {"zero_votes": "take"}


def _equal_shares(utility: str, completion: str, **more: Any) -> tuple[str, Mapping[str, Any]]:
    takes = _TAKE if "greedy" in completion else {}
    return equal_shares.NAME, {"utility": utility, "completion": completion} | takes | more


def _presets() -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return (rule, parameters) by name; votes of points and of rankings are weights already."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {
        "greedy-cost": (greedy.NAME, {"order": "votes"} | _TAKE),
        "phragmen": (phragmen.NAME, _TAKE),
        "maximin": (maximin.NAME, {"misfits": "skip"} | _TAKE),
        "add1-noexh-cost": _equal_shares("cost", "add1", stop="overspend"),
        "add1-noexh-integral-cost": _equal_shares("cost", "add1", stop="overspend", start="whole"),
    }
    for name in ("card", "add", "borda"):
        found[f"greedy-{name}"] = (greedy.NAME, {"order": "votes-per-cost"} | _TAKE)
    for name, utility in {"cost": "cost", "card": "points", "add": "points", "borda": "points"}.items():
        found[f"mes-{name}"] = _equal_shares(utility, "none")
        found[f"mesu-{name}"] = _equal_shares(utility, "greedy")
        found[f"add1-{name}"] = _equal_shares(utility, "add1")
        found[f"add1u-{name}"] = _equal_shares(utility, "add1-greedy")
    return found


PRESETS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(_presets())
